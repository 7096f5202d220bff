// SPDX-License-Identifier: Apache-2.0
"use strict";

// A line as nodes. Nothing of it is ever parsed as HTML: text goes into text nodes, and what could mislead the
// eye, control characters and marks that turn the direction of writing, is shown by name.
const LineText = (() => {
  const ANSI = /\u001b\[([0-9;]*)m|\u001b\[[0-9;?]*[A-Za-z]|\u001b\][^\u0007\u001b]{0,4096}(?:\u0007|\u001b\\)/g;
  const ODD = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
  const MAX_SHOWN = 2048;

  function name(char) {
    const code = char.codePointAt(0);
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    if (code === 0x7f) return "\u2421";
    return "U+" + code.toString(16).toUpperCase().padStart(4, "0");
  }

  function span(className, text) {
    const node = document.createElement("span");
    node.className = className;
    node.textContent = text;
    return node;
  }

  function marked(parent, text, wanted) {
    let at = 0;
    for (let hit = wanted ? text.indexOf(wanted) : -1; hit >= 0; hit = text.indexOf(wanted, at)) {
      parent.append(text.slice(at, hit));
      const mark = document.createElement("mark");
      mark.textContent = wanted;
      parent.append(mark);
      at = hit + wanted.length;
    }
    parent.append(text.slice(at));
  }

  function shown(parent, text, wanted) {
    let at = 0;
    for (const odd of text.matchAll(ODD)) {
      marked(parent, text.slice(at, odd.index), wanted);
      parent.append(span("odd", name(odd[0])));
      at = odd.index + 1;
    }
    marked(parent, text.slice(at), wanted);
  }

  function styled(style, codes) {
    const next = {...style};
    const numbers = codes === "" ? [0] : codes.split(";").map(Number);
    for (let i = 0; i < numbers.length; i++) {
      const code = numbers[i];
      if (code === 0) { next.colour = null; next.back = null; next.bold = false; next.dim = false; next.line = false; next.italic = false; }
      else if (code === 1) next.bold = true;
      else if (code === 2) next.dim = true;
      else if (code === 3) next.italic = true;
      else if (code === 4) next.line = true;
      else if (code === 22) { next.bold = false; next.dim = false; }
      else if (code === 23) next.italic = false;
      else if (code === 24) next.line = false;
      else if (code >= 30 && code <= 37) next.colour = code - 30;
      else if (code >= 90 && code <= 97) next.colour = code - 82;
      else if (code === 39) next.colour = null;
      else if (code >= 40 && code <= 47) next.back = code - 40;
      else if (code >= 100 && code <= 107) next.back = code - 92;
      else if (code === 49) next.back = null;
      else if (code === 38 || code === 48) {
        // Of 256 colours the first sixteen; the rest of them and true colours say nothing here.
        const indexed = numbers[i + 1] === 5;
        const colour = indexed && numbers[i + 2] < 16 ? numbers[i + 2] : null;
        if (code === 38) next.colour = colour; else next.back = colour;
        i += indexed ? 2 : 4;
      }
    }
    return next;
  }

  function classes(style) {
    return [style.colour != null && "c" + style.colour, style.back != null && "b" + style.back, style.bold && "bold",
      style.dim && "dim", style.line && "underline", style.italic && "italic"].filter(Boolean).join(" ");
  }

  function fill(parent, text, wanted) {
    let style = {};
    let at = 0;
    const piece = part => {
      const look = classes(style);
      const target = look ? span(look, "") : parent;
      shown(target, part, wanted);
      if (look) parent.append(target);
    };
    for (const escape of text.matchAll(ANSI)) {
      if (escape.index > at) piece(text.slice(at, escape.index));
      if (escape[1] !== undefined) style = styled(style, escape[1]);
      at = escape.index + escape[0].length;
    }
    if (at < text.length) piece(text.slice(at));
  }

  function node(text, wanted) {
    const parent = span("text", "");
    parent.dir = "ltr";
    fill(parent, text.slice(0, MAX_SHOWN), wanted);
    if (text.length > MAX_SHOWN) {
      const more = document.createElement("button");
      more.className = "more";
      more.textContent = "show all " + (text.length / 1024).toFixed(0) + " KiB";
      more.onclick = () => { parent.replaceChildren(); fill(parent, text, wanted); };
      parent.append(" ", more);
    }
    return parent;
  }

  const CONTINUED = /^(?:\s+at |\s+\.\.\. \d+ |Caused by: |\s+Suppressed: |\s+File "|\s{2,}\S|\t\S|goroutine \d+ )/;

  return {node, isContinuation: text => CONTINUED.test(text)};
})();
