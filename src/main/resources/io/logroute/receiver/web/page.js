// SPDX-License-Identifier: Apache-2.0
"use strict";

(() => {
  const $ = id => document.getElementById(id);
  const PAGE = 500;
  const SPANS = 90;
  const UNITS = {m: 60e3, h: 3600e3, d: 86400e3};

  // What is shown; all of it stands in the address, so that an address can be given to others.
  const state = {t: "", s: "", q: "", pod: "", stream: "", range: "1h", since: "", until: "", id: ""};
  let older = null, newer = null, stopFollowing = null, generation = 0;
  let pending = [], notShown = 0, missed = 0, arrived = 0, rate = 0, followState = "", atEnd = true;

  function readAddress() {
    const values = new URLSearchParams(location.hash.slice(1));
    for (const key of Object.keys(state)) state[key] = values.get(key) || "";
    state.range = state.range || "1h";
  }

  function address(more = {}) {
    const values = {...state, ...more};
    if (values.range === "1h") values.range = "";
    return "#" + Object.entries(values).filter(([, value]) => value)
      .map(([key, value]) => key + "=" + encodeURIComponent(value)).join("&");
  }

  function go(change) {
    Object.assign(state, change);
    history.pushState(null, "", address());
    show();
  }

  function span() {
    if (state.since && state.until) return [Date.parse(state.since), Date.parse(state.until)];
    const now = Date.now();
    const length = parseInt(state.range) * UNITS[state.range.slice(-1)] || UNITS.h;
    return [now - length, now];
  }

  const logs = () => Api.path(state.t, "services", state.s, "logs");
  const filters = () => ({contains: state.q, pod: state.pod, stream: state.stream});
  const say = text => { $("status").textContent = text; };
  const number = value => value.toLocaleString();

  function show() {
    generation++;
    follow(false);
    $("text").value = state.q;
    $("pod").value = state.pod;
    $("stream").value = state.stream;
    $("range").value = state.since ? "picked" : state.range;
    $("unpick").hidden = !state.since;
    $("where").textContent = state.s ? state.t + " / " + state.s : "Choose a service";
    document.title = (state.s ? state.t + " / " + state.s + " · " : "") + "LogRoute";
    document.body.classList.toggle("chosen", Boolean(state.s));
    menu(false);
    markTree();
    Lines.clear(state.q);
    pending = []; notShown = 0; missed = 0; older = newer = null;
    buttons();
    if (!state.s) { say(""); $("histogram").replaceChildren(); return; }
    load().catch(failed);
    plot().catch(failed);
  }

  function failed(error) {
    say(error.message === "Failed to fetch" ? "The receiver does not answer." : error.message);
  }

  function buttons() {
    $("older").hidden = !older;
    $("newer").hidden = !newer || Boolean(stopFollowing);
  }

  async function page(values) {
    const mine = generation;
    const [since, until] = span();
    const answer = await Api.json(logs() + Api.query({...filters(), limit: PAGE, ...(state.id ? {} : {
      since: new Date(since).toISOString(), until: state.since ? new Date(until).toISOString() : ""}), ...values}));
    return mine === generation ? answer : null;
  }

  // A search that looks through much answers in parts; goes on until there is something to see.
  async function search(values, took) {
    let looked = 0;
    for (let next = null; ; ) {
      const answer = await page(next ? {...values, from: "", after: next} : values);
      if (!answer) return;
      looked += answer.scannedBytes;
      took(answer);
      next = answer.next;
      if (answer.lines.length || !next) return;
      say("Searching: " + number(Math.round(looked / 1048576)) + " MiB looked through so far …");
    }
  }

  async function load() {
    say("Searching …");
    if (state.id) return loadAround();
    await search({order: "desc"}, answer => {
      Lines.add(answer.lines.reverse(), true);
      older = answer.next || null;
    });
    buttons();
    toEnd();
    summary();
  }

  // The line of a permanent link, with what stands before and behind it.
  async function loadAround() {
    const behind = await page({from: state.id, limit: PAGE / 2});
    const before = behind && await page({from: state.id, order: "desc", limit: PAGE / 2});
    if (!before) return;
    Lines.add(behind.lines, false);
    Lines.add(before.lines.reverse(), true);
    older = before.next || null;
    newer = behind.next || null;
    buttons();
    const item = Lines.byId(state.id);
    summary(item ? "" : "That line is not there any more; this is what stands around its place.");
    if (item) { Lines.focus(item); item.scrollIntoView({block: "center"}); item.classList.add("linked"); }
  }

  async function loadOlder() {
    if (!older) return;
    const scroller = $("scroller");
    const first = Lines.list.firstElementChild;
    const place = first && first.getBoundingClientRect().top;
    await search({order: "desc", after: older}, answer => {
      Lines.add(answer.lines.reverse(), true);
      older = answer.next || null;
    });
    if (first) scroller.scrollTop += first.getBoundingClientRect().top - place;
    buttons();
    summary();
  }

  async function loadNewer() {
    if (!newer) return;
    const answer = await page({after: newer});
    if (!answer) return;
    Lines.add(answer.lines, false);
    newer = answer.next || null;
    buttons();
    summary();
  }

  function summary(text) {
    if (stopFollowing) return;
    const count = Lines.list.children.length;
    say(text || (count === 0 ? "No line" + (state.q ? " with this text" : "") + " in this time." :
      number(count) + (count === 1 ? " row" : " rows") + (older ? ", there are older ones" : "")));
  }

  async function plot() {
    const mine = generation;
    const [since, until] = span();
    const answer = await Api.json(Api.path(state.t, "services", state.s, "histogram") + Api.query({
      pod: state.pod, stream: state.stream, spans: SPANS,
      since: new Date(since).toISOString(), until: new Date(until).toISOString()}));
    if (mine !== generation) return;
    Plots.histogram($("histogram"), answer.lines, since, until, (from, to) =>
      go({since: new Date(from).toISOString(), until: new Date(to).toISOString(), id: ""}));
    const near = until - since < UNITS.d;
    const text = time => near ? new Date(time).toLocaleTimeString([], {hour12: false}) : new Date(time).toLocaleString([], {hour12: false});
    $("span-from").textContent = text(since);
    $("span-until").textContent = text(until);
  }

  function follow(on) {
    if (stopFollowing) { stopFollowing(); stopFollowing = null; }
    $("follow").setAttribute("aria-pressed", String(on));
    $("follow").textContent = on ? "⏸ Pause" : "▶ Follow";
    if (on) {
      atEnd = true;
      let begun = false;
      followState = "following";
      stopFollowing = Api.follow(logs() + "/follow" + Api.query(filters()), {
        line: line => {
          arrived++;
          pending.push(line);
          if (pending.length > 2 * PAGE) { notShown += PAGE; pending = pending.slice(-PAGE); }
        },
        dropped: lines => { missed += lines; },
        position: () => { if (!begun) { begun = true; catchUp().catch(failed); } },
        state: (name, why) => { followState = name === "lost" ? why + ", trying again …" : name; },
      });
    }
    buttons();
  }

  // What came between the last line here and the beginning of following.
  async function catchUp() {
    newer = null;
    const last = Lines.list.lastElementChild;
    const answer = await page(last ? {after: last.line.id, since: "", until: ""} : {order: "desc", until: ""});
    if (!answer) return;
    if (!last) answer.lines.reverse();
    if (last && answer.next) {
      Lines.clear(state.q);
      const newest = await page({order: "desc", until: ""});
      if (newest) Lines.add(newest.lines.reverse(), false);
    } else Lines.add(answer.lines, false);
    if (atEnd) toEnd();
  }

  function toEnd() {
    const scroller = $("scroller");
    scroller.scrollTop = scroller.scrollHeight;
  }

  // As many rows at a time as this browser manages in the blink of an eye; of more only the newest are shown.
  let atOnce = 100;

  setInterval(() => {
    if (!pending.length) return;
    const take = pending.slice(-atOnce);
    const begin = performance.now();
    // Who reads further up is left in peace: rows above would move away.
    const room = atEnd || Lines.list.children.length < 1500;
    notShown += room ? pending.length - take.length : pending.length;
    pending = [];
    if (!room) return;
    Lines.add(take, false);
    if (atEnd) toEnd();
    const spent = performance.now() - begin;
    atOnce = spent > 40 ? Math.max(20, Math.floor(atOnce / 2)) : Math.min(500, atOnce + 20);
  }, 100);

  setInterval(() => {
    rate = 0.7 * rate + 0.3 * arrived;
    arrived = 0;
    if (stopFollowing) say((followState === "following" ? "Following · " + Plots.amount(rate) + " lines/s" : followState)
      + (notShown ? " · " + number(notShown) + " came too fast to be shown here" : "")
      + (missed ? " · " + number(missed) + " were left out, this reader was too slow" : ""));
  }, 1000);

  // Tenants and services.
  const tree = new Map();

  async function loadTree() {
    const {tenants} = await Api.json(Api.path());
    let busiest = null;
    for (const {tenant} of tenants) {
      const {services} = await Api.json(Api.path(tenant, "services"));
      let group = tree.get(tenant);
      if (!group) {
        const section = document.createElement("section");
        const title = document.createElement("h2");
        title.textContent = tenant;
        const items = document.createElement("ul");
        section.append(title, items);
        group = {section, items, services: new Map()};
        tree.set(tenant, group);
      }
      for (const service of services) {
        showService(tenant, group, service);
        if (!busiest || service.linesSinceStart > busiest.lines) busiest = {tenant, service: service.service, lines: service.linesSinceStart};
      }
    }
    const order = [...tree.keys()].sort();
    order.forEach((tenant, i) => {
      const section = tree.get(tenant).section;
      if ($("tree").children[i] !== section) $("tree").insertBefore(section, $("tree").children[i] || null);
    });
    markTree();
    if (!state.s && busiest && !location.hash) go({t: busiest.tenant, s: busiest.service});
  }

  function showService(tenant, group, service) {
    let item = group.services.get(service.service);
    if (!item) {
      item = document.createElement("li");
      const button = document.createElement("button");
      button.className = "service";
      button.onclick = () => go({t: tenant, s: service.service, q: "", pod: "", id: ""});
      const name = document.createElement("span");
      name.className = "name";
      name.textContent = service.service;
      const rates = document.createElement("span");
      rates.className = "rates";
      button.append(name, rates);
      item.append(button);
      group.services.set(service.service, item);
      group.items.append(item);
    }
    const recent = service.linesPerSecond.slice(-3);
    const now = recent.length ? recent.reduce((a, b) => a + b, 0) / recent.length : 0;
    const text = document.createElement("span");
    text.className = "rate";
    text.textContent = Plots.amount(now) + "/s";
    item.querySelector(".rates").replaceChildren(Plots.sparkline(service.linesPerSecond), text);
  }

  function markTree() {
    const narrow = $("narrow").value.toLowerCase();
    for (const [tenant, group] of tree) {
      let any = false;
      for (const [service, item] of group.services) {
        item.hidden = !(tenant + "/" + service).toLowerCase().includes(narrow);
        any = any || !item.hidden;
        const isHere = tenant === state.t && service === state.s;
        item.firstElementChild.toggleAttribute("aria-current", isHere);
        if (isHere) item.firstElementChild.setAttribute("aria-current", "page");
      }
      group.section.hidden = !any;
    }
  }

  async function refreshTree() {
    try { await loadTree(); } catch (error) { failed(error); }
    setTimeout(refreshTree, 5000);
  }

  function menu(open) {
    document.body.classList.toggle("menu", open);
    $("menu").setAttribute("aria-expanded", String(open));
  }

  async function copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(what + " is copied.");
  }

  const link = item => location.origin + location.pathname + address({id: item.line.id, since: "", until: "", q: "", pod: "", stream: ""});

  const rowActions = {
    copy: item => copy(Lines.text(item), "The line"),
    link: item => copy(link(item), "A link to the line"),
    pod: item => go({pod: item.line.pod, id: ""}),
  };

  function key(event) {
    const typing = event.target.matches("input, select, textarea") || document.querySelector("dialog[open]");
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) { event.target.blur(); menu(false); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const here = Lines.here();
    const actions = {
      "/": () => $("text").focus(),
      "f": () => follow(!stopFollowing),
      "j": () => Lines.focus(here ? here.nextElementSibling : Lines.list.firstElementChild),
      "k": () => Lines.focus(here ? here.previousElementSibling : Lines.list.lastElementChild),
      "ArrowDown": event.target.closest("#lines") && (() => Lines.focus(here ? here.nextElementSibling : Lines.list.firstElementChild)),
      "ArrowUp": event.target.closest("#lines") && (() => Lines.focus(here ? here.previousElementSibling : Lines.list.lastElementChild)),
      "Enter": here && event.target === here && (() => Lines.toggle(here)),
      "c": here && (() => rowActions.copy(here)),
      "l": here && (() => rowActions.link(here)),
      "p": () => { if (state.pod) go({pod: ""}); else if (here && here.line.pod) rowActions.pod(here); },
      "G": () => { atEnd = true; toEnd(); Lines.focus(Lines.list.lastElementChild); },
      "?": () => $("help").showModal(),
    };
    if (actions[event.key]) { actions[event.key](); event.preventDefault(); }
  }

  $("search").onsubmit = event => {
    event.preventDefault();
    if (event.target.contains(document.activeElement) && document.activeElement.id === "text") Lines.list.focus({preventScroll: true});
    const range = $("range").value;
    go({q: $("text").value, pod: $("pod").value.trim(), stream: $("stream").value, id: "",
      ...(range === "picked" ? {} : {range, since: "", until: ""})});
  };
  $("range").onchange = $("stream").onchange = () => $("search").requestSubmit();
  $("pod").onfocus = () => {
    const pods = new Set([...Lines.list.children].map(item => item.line.pod).filter(Boolean));
    $("pods").replaceChildren(...[...pods].sort().slice(0, 200).map(pod => new Option(pod)));
  };
  Lines.list.addEventListener("row", event => rowActions[event.detail.action](event.detail.item));
  $("follow").onclick = () => follow(!stopFollowing);
  $("older").onclick = () => loadOlder().catch(failed);
  $("newer").onclick = () => loadNewer().catch(failed);
  $("unpick").onclick = () => go({since: "", until: ""});
  $("menu").onclick = () => menu(!document.body.classList.contains("menu"));
  $("help-open").onclick = () => $("help").showModal();
  $("to-end").onclick = () => { atEnd = true; toEnd(); };
  $("narrow").oninput = markTree;
  $("scroller").onscroll = () => {
    const scroller = $("scroller");
    atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40;
    $("to-end").hidden = atEnd || !Lines.list.children.length;
  };
  document.addEventListener("keydown", key);
  window.onpopstate = () => { readAddress(); show(); };
  window.onhashchange = () => { if (address() !== location.hash) { readAddress(); show(); } };

  readAddress();
  show();
  refreshTree();
})();
