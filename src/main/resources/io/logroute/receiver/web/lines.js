// SPDX-License-Identifier: Apache-2.0
"use strict";

// The list of lines on the page, oldest first. It has at most MAX rows; what is over goes at the end that is not
// looked at. Lines that follow one another in a stack trace are one row, folded.
const Lines = (() => {
  const MAX = 2000;
  const list = document.getElementById("lines");
  const ids = new Set();
  let wanted = "";
  let lastHead = null;

  const source = line => [line.namespace, line.pod, line.container, line.restart, line.tag].join("/");

  function hue(text) {
    let hash = 0;
    for (const char of text) hash = (hash * 31 + char.codePointAt(0)) >>> 0;
    return (hash * 137.508) % 360;
  }

  function cell(className, text) {
    const node = document.createElement("span");
    node.className = className;
    node.textContent = text;
    return node;
  }

  function row(line) {
    const item = document.createElement("li");
    item.tabIndex = -1;
    item.line = line;
    item.source = source(line);
    if (line.stream === "stderr") item.classList.add("stderr");
    const time = document.createElement("time");
    time.dateTime = line.time;
    time.title = line.time;
    const local = new Date(line.time);
    time.textContent = local.toLocaleTimeString([], {hour12: false}) + "." + line.time.slice(20, 23);
    const pod = cell("pod", line.pod ? line.pod : line.tag || "");
    pod.title = line.pod ? [line.namespace, line.pod, line.container, "restart " + line.restart].join(" / ") : line.tag || "";
    pod.style.setProperty("--hue", hue(item.source.replace(/\/[^/]*\/[^/]*$/, "") + (line.tag || "")));
    const content = cell("content", "");
    content.append(LineText.node(line.line, wanted));
    if (line.truncated) content.append(" ", cell("odd", "cut"));
    item.append(time, pod, cell("stream", line.stream === "stderr" ? "err" : ""), content);
    return item;
  }

  function fold(head, line) {
    let trace = head.trace;
    if (!trace) {
      const button = document.createElement("button");
      button.className = "fold";
      button.setAttribute("aria-expanded", "false");
      button.onclick = () => toggle(head);
      trace = cell("trace", "");
      trace.hidden = true;
      head.trace = trace;
      head.foldButton = button;
      head.traced = [];
      head.querySelector(".content").append(" ", button, trace);
    }
    head.traced.push(line);
    const part = cell("traced", "");
    part.append(LineText.node(line.line, wanted));
    trace.append(part);
    if (wanted && line.line.includes(wanted)) open(head, true);
    head.foldButton.textContent = (trace.hidden ? "▸ " : "▾ ") + head.traced.length + " more";
  }

  function open(head, isOpen) {
    head.trace.hidden = !isOpen;
    head.foldButton.setAttribute("aria-expanded", String(isOpen));
    head.foldButton.textContent = (isOpen ? "▾ " : "▸ ") + head.traced.length + " more";
  }

  function toggle(item) {
    if (item && item.trace) open(item, item.trace.hidden);
  }

  function forget(item) {
    ids.delete(item.line.id);
    for (const line of item.traced || []) ids.delete(line.id);
    item.remove();
  }

  // Adds lines behind the last, or before the first; answers how many rows went at the other end.
  function add(lines, before) {
    const fragment = document.createDocumentFragment();
    let head = before ? null : lastHead;
    for (const line of lines) {
      if (ids.has(line.id)) continue;
      ids.add(line.id);
      const continues = head && head.source === source(line) && head.line.stream === line.stream
        && LineText.isContinuation(line.line) && (head.traced || []).length < 500;
      if (continues) fold(head, line);
      else fragment.append(head = row(line));
    }
    if (before) list.prepend(fragment); else { list.append(fragment); lastHead = head; }
    let gone = 0;
    while (list.children.length > MAX) {
      forget(before ? list.lastElementChild : list.firstElementChild);
      gone++;
    }
    if (before && gone) lastHead = null;
    return gone;
  }

  function clear(text) {
    list.replaceChildren();
    ids.clear();
    wanted = text || "";
    lastHead = null;
  }

  // What can be done with a row by a finger or a mouse; the keys c, l and p do the same.
  function actions(item) {
    const buttons = cell("actions", "");
    const names = {copy: "copy", link: "copy link", ...(item.line.pod ? {pod: "only this pod"} : {})};
    for (const [action, name] of Object.entries(names)) {
      const button = document.createElement("button");
      button.textContent = name;
      button.onclick = () => list.dispatchEvent(new CustomEvent("row", {detail: {action, item}}));
      buttons.append(button);
    }
    return buttons;
  }

  function focus(item) {
    if (!item || item.classList.contains("here")) return;
    for (const other of list.querySelectorAll("li.here")) {
      other.classList.remove("here");
      other.querySelector(".actions").remove();
    }
    item.classList.add("here");
    item.append(actions(item));
    item.focus({preventScroll: true});
    item.scrollIntoView({block: "nearest"});
  }

  const here = () => list.querySelector("li.here");
  const byId = id => [...list.children].find(item => item.line.id === id || (item.traced || []).some(line => line.id === id));
  const text = item => [item.line, ...(item.traced || [])].map(line => line.line).join("\n");

  list.addEventListener("click", event => {
    const item = event.target.closest("li");
    if (item && !event.target.closest("button") && !String(getSelection())) focus(item);
  });

  return {add, clear, focus, here, byId, text, toggle, list};
})();
