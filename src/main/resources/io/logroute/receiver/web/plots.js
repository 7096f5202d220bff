// SPDX-License-Identifier: Apache-2.0
"use strict";

const Plots = (() => {
  const svg = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };

  const amount = value => value >= 1e6 ? (value / 1e6).toFixed(1) + " M" : value >= 1e4 ? Math.round(value / 1e3) + " k"
    : value >= 1e3 ? (value / 1e3).toFixed(1) + " k" : value >= 10 || value === 0 ? Math.round(value) + "" : value.toFixed(1);

  function sparkline(values) {
    const width = 72, height = 18;
    const plot = svg("svg", {viewBox: `0 0 ${width} ${height}`, width, height, class: "spark", "aria-hidden": "true"});
    const top = Math.max(1e-9, ...values);
    const points = values.map((value, i) =>
      [(i + 120 - values.length) * width / 119, height - 1.5 - value / top * (height - 3)].map(n => n.toFixed(1)).join(","));
    if (points.length > 1) {
      const first = points[0].split(",")[0];
      plot.append(svg("polygon", {points: `${first},${height} ${points.join(" ")} ${width},${height}`}));
      plot.append(svg("polyline", {points: points.join(" ")}));
    }
    return plot;
  }

  // Bars over a span of time; says which part of it was picked.
  function histogram(host, counts, since, until, picked) {
    const width = 1000, height = 100;
    const plot = svg("svg", {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true"});
    const top = Math.max(1, ...counts);
    const step = width / counts.length;
    const timeAt = x => since + Math.min(1, Math.max(0, x)) * (until - since);
    counts.forEach((count, i) => {
      const tall = count === 0 ? 0 : Math.max(3, count / top * (height - 4));
      const bar = svg("rect", {x: i * step + step * 0.1, width: step * 0.8, y: height - tall, height: tall});
      const title = svg("title", {});
      title.textContent = new Date(timeAt(i / counts.length)).toLocaleString() + ": " + count.toLocaleString() + " lines";
      bar.append(title);
      plot.append(bar);
    });
    const brush = svg("rect", {class: "brush", y: 0, height, x: 0, width: 0});
    plot.append(brush);
    host.replaceChildren(plot);

    let from = null, keyFrom = null, keyAt = Math.floor(counts.length / 2);
    const show = (a, b) => {
      brush.setAttribute("x", Math.min(a, b) * width);
      brush.setAttribute("width", Math.abs(b - a) * width);
    };
    const at = event => {
      const box = host.getBoundingClientRect();
      return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    };
    const pick = (a, b) => {
      const least = 1 / counts.length;
      if (Math.abs(b - a) < least / 4) { a = Math.floor(a * counts.length) * least; b = a + least; }
      picked(timeAt(Math.min(a, b)), timeAt(Math.max(a, b)));
    };
    host.onpointerdown = event => { from = at(event); host.setPointerCapture(event.pointerId); };
    host.onpointermove = event => { if (from !== null) show(from, at(event)); };
    host.onpointerup = event => { if (from !== null) { const begin = from; from = null; pick(begin, at(event)); } };
    host.onpointercancel = () => { from = null; show(0, 0); };
    host.onkeydown = event => {
      const move = {ArrowLeft: -1, ArrowRight: 1}[event.key];
      if (move) {
        if (event.shiftKey && keyFrom === null) keyFrom = keyAt;
        if (!event.shiftKey) keyFrom = null;
        keyAt = Math.min(counts.length - 1, Math.max(0, keyAt + move));
        const begin = keyFrom === null ? keyAt : Math.min(keyFrom, keyAt);
        show(begin / counts.length, (Math.max(keyFrom ?? keyAt, keyAt) + 1) / counts.length);
        event.preventDefault();
        event.stopPropagation();
      } else if (event.key === "Enter") {
        const begin = Math.min(keyFrom ?? keyAt, keyAt);
        pick(begin / counts.length, (Math.max(keyFrom ?? keyAt, keyAt) + 1) / counts.length);
        event.stopPropagation();
      }
    };
  }

  return {sparkline, histogram, amount};
})();
