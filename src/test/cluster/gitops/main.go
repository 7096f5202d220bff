// SPDX-License-Identifier: Apache-2.0

// Command gitops says what the health checks of manifests/gitops make of a resource, with the interpreters that Argo CD
// and Flux have in them: gopher-lua with its libraries base, table and package, and cel-go with Flux's extensions.
//
// Standard input is one question in JSON, standard output the answer. Flux looks at status.observedGeneration first, then
// at the expressions inProgress, failed and current in this order (its RFC 0009); an expression that cannot be evaluated
// leaves the resource Unknown, and Flux waits on.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	lua "github.com/yuin/gopher-lua"
)

type question struct {
	Lua    string            `json:"lua"`
	Flux   map[string]string `json:"flux"`
	Object map[string]any    `json:"object"`
}

type answer struct {
	ArgoStatus  string `json:"argoStatus"`
	ArgoMessage string `json:"argoMessage"`
	Flux        string `json:"flux"`
	FluxError   string `json:"fluxError"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gitops:", err)
		os.Exit(1)
	}
}

func run() error {
	var q question
	if err := json.NewDecoder(os.Stdin).Decode(&q); err != nil {
		return err
	}
	var a answer
	var err error
	if a.ArgoStatus, a.ArgoMessage, err = argo(q.Lua, q.Object); err != nil {
		return err
	}
	if a.Flux, err = flux(q.Flux, q.Object); err != nil {
		a.Flux, a.FluxError = "Unknown", err.Error()
	}
	return json.NewEncoder(os.Stdout).Encode(a)
}

func argo(script string, object map[string]any) (string, string, error) {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable},
	} {
		state.Push(state.NewFunction(library.open))
		state.Push(lua.LString(library.name))
		state.Call(1, 0)
	}
	state.SetGlobal("obj", luaValue(state, object))
	if err := state.DoString(script); err != nil {
		return "", "", err
	}
	health, ok := state.Get(-1).(*lua.LTable)
	if !ok {
		return "", "", fmt.Errorf("the script returned no table but %s", state.Get(-1).Type())
	}
	return lua.LVAsString(health.RawGetString("status")), lua.LVAsString(health.RawGetString("message")), nil
}

func luaValue(state *lua.LState, value any) lua.LValue {
	switch v := value.(type) {
	case bool:
		return lua.LBool(v)
	case float64:
		return lua.LNumber(v)
	case string:
		return lua.LString(v)
	case []any:
		table := state.NewTable()
		for _, item := range v {
			table.Append(luaValue(state, item))
		}
		return table
	case map[string]any:
		table := state.NewTable()
		for key, item := range v {
			table.RawSetString(key, luaValue(state, item))
		}
		return table
	default:
		return lua.LNil
	}
}

func flux(expressions map[string]string, object map[string]any) (string, error) {
	if status, ok := object["status"].(map[string]any); ok {
		observed, isObserved := status["observedGeneration"].(float64)
		generation, _ := object["metadata"].(map[string]any)["generation"].(float64)
		if isObserved && observed != generation {
			return "InProgress", nil
		}
	}
	env, err := cel.NewEnv(
		cel.HomogeneousAggregateLiterals(), cel.EagerlyValidateDeclarations(true), cel.DefaultUTCTimeZone(true),
		cel.CrossTypeNumericComparisons(true), cel.OptionalTypes(), ext.Strings(), ext.Sets(), ext.Encoders())
	if err != nil {
		return "", err
	}
	for _, step := range []struct{ expression, status string }{
		{"inProgress", "InProgress"}, {"failed", "Failed"}, {"current", "Current"},
	} {
		met, err := isMet(env, expressions[step.expression], object)
		if err != nil {
			return "", fmt.Errorf("%s: %w", step.expression, err)
		}
		if met {
			return step.status, nil
		}
	}
	return "InProgress", nil
}

func isMet(env *cel.Env, expression string, object map[string]any) (bool, error) {
	if expression == "" {
		return false, nil
	}
	parsed, issues := env.Parse(expression)
	if issues.Err() != nil {
		return false, issues.Err()
	}
	program, err := env.Program(parsed, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return false, err
	}
	value, _, err := program.Eval(object)
	if err != nil {
		return false, err
	}
	met, ok := value.Value().(bool)
	if !ok {
		return false, fmt.Errorf("no boolean: %v", value)
	}
	return met, nil
}
