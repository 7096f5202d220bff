// SPDX-License-Identifier: Apache-2.0
"use strict";

// The way to the receiver. A token is kept for this tab alone, and goes nowhere but into the header.
const Api = (() => {
  const KEY = "logroute-token";
  let asking = null;

  function token() {
    if (!asking) {
      asking = new Promise(resolve => {
        const dialog = document.getElementById("login");
        const input = document.getElementById("token");
        document.getElementById("login-why").textContent =
          sessionStorage.getItem(KEY) ? "This token is not known here, or not any more." : "This receiver asks for a token.";
        input.value = "";
        dialog.onclose = () => { sessionStorage.setItem(KEY, input.value.trim()); asking = null; resolve(); };
        dialog.showModal();
      });
    }
    return asking;
  }

  async function request(path, options = {}) {
    const known = sessionStorage.getItem(KEY);
    const headers = {...options.headers};
    if (known) headers.Authorization = "Bearer " + known;
    const answer = await fetch(path, {...options, headers, cache: "no-store"});
    if (answer.status === 401) {
      await token();
      return request(path, options);
    }
    if (!answer.ok) {
      const body = await answer.json().catch(() => ({}));
      throw Object.assign(new Error(body.error || "the receiver answered " + answer.status), {status: answer.status});
    }
    return answer;
  }

  const json = async (path, options) => (await request(path, options)).json();

  const path = (...parts) => "/api/v1/tenants" + parts.map(part => "/" + encodeURIComponent(part)).join("");

  const query = values => {
    const text = Object.entries(values).filter(([, value]) => value != null && value !== "")
      .map(([name, value]) => name + "=" + encodeURIComponent(value)).join("&");
    return text ? "?" + text : "";
  };

  // Follows until it is stopped; comes back by itself with the last position.
  function follow(address, on) {
    const stop = new AbortController();
    let position = null;
    (async () => {
      while (!stop.signal.aborted) {
        try {
          const headers = position ? {"Last-Event-ID": position} : {};
          const answer = await request(address, {headers, signal: stop.signal});
          on.state("following");
          const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
          let rest = "";
          for (let part = await reader.read(); !part.done; part = await reader.read()) {
            const events = (rest + part.value).split("\n\n");
            rest = events.pop();
            for (const text of events) {
              const event = {};
              for (const line of text.split("\n")) {
                const colon = line.indexOf(": ");
                if (colon > 0) event[line.slice(0, colon)] = line.slice(colon + 2);
              }
              if (event.event === "position") { position = event.id; on.position(); }
              else if (event.event === "dropped") on.dropped(JSON.parse(event.data).lines);
              else if (event.data) on.line(JSON.parse(event.data));
            }
          }
        } catch (error) {
          if (stop.signal.aborted) return;
          if (error.status === 400 && position) position = null;
          on.state("lost", error.status ? error.message : "connection lost");
        }
        if (!stop.signal.aborted) {
          on.state("lost", "connection lost");
          await new Promise(resolve => setTimeout(resolve, 1000));
        }
      }
    })();
    return () => stop.abort();
  }

  return {json, path, query, follow};
})();
