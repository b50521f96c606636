// Sorts tables, draws the samples of a row on demand, and shows tooltips.
// Without this script the page lacks only these.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const samples = JSON.parse(document.getElementById("samples").textContent);

  const nanoseconds = (value) => {
    for (const [unit, size] of [["s", 1e9], ["ms", 1e6], ["us", 1e3]]) {
      if (value >= size * 0.9995) return `${Number((value / size).toPrecision(3))} ${unit}`;
    }
    return `${Number(value.toPrecision(3))} ns`;
  };

  // Rows without a value are last in both directions.
  const sort = (table, column) => {
    const header = table.tHead.rows[0].cells[column];
    const down = header.getAttribute("aria-sort") === "ascending";
    table.querySelectorAll("tr.samples").forEach((row) => row.remove());
    table.querySelectorAll("[aria-expanded=true]").forEach((button) => button.setAttribute("aria-expanded", "false"));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    header.setAttribute("aria-sort", down ? "descending" : "ascending");
    const value = (row) => parseFloat(row.cells[column].dataset.v);
    const rows = [...table.tBodies[0].rows].sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y);
      return down ? y - x : x - y;
    });
    table.tBodies[0].append(...rows);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    for (const header of table.tHead.rows[0].cells) {
      header.querySelector("button").addEventListener("click", () => sort(table, header.cellIndex));
    }
  }

  const element = (name, attributes, text) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const median = (numbers) => {
    const sorted = [...numbers].sort((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };

  // One strip per backend, one line per launch, one dot per round, and a stroke at each launch's median.
  const draw = (report, cellId) => {
    const { labels, colours, cells } = samples[report];
    const strips = cells[cellId];
    const all = strips.flatMap((strip) => strip.launches.flat()).filter((time) => time > 0);
    if (all.length === 0) return null;
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const logarithmic = high > 8 * low;
    const scale = (time) => (logarithmic ? Math.log(time / low) / Math.log(high / low) : (time - low) / (high - low || 1));
    const [left, width, strip] = [150, 560, 58];
    const x = (time) => left + scale(time) * width;
    const height = strips.length * strip + 30;
    const svg = element("svg", { class: "strips", viewBox: `0 0 ${left + width + 30} ${height}`, role: "img" });
    svg.append(element("title", {}, `samples of ${cellId}: ${labels.map((label, n) => {
      const times = strips[n].launches.flat();
      return times.length ? `${label} ${nanoseconds(Math.min(...times))} to ${nanoseconds(Math.max(...times))}` : `${label} none`;
    }).join("; ")}`));
    strips.forEach((cell, n) => {
      const group = element("g", { class: `s${colours[n]}`, "data-variant": labels[n] });
      const top = n * strip + 6;
      group.append(element("text", { x: left - 12, y: top + 20, "text-anchor": "end" }, labels[n]));
      const rounds = cell.launches.reduce((sum, launch) => sum + launch.length, 0);
      group.append(element("text", { x: left - 12, y: top + 34, "text-anchor": "end" }, `${cell.launches.length} launches, ${rounds} rounds`));
      group.append(element("line", { class: "grid", x1: left, x2: left + width, y1: top + strip - 9, y2: top + strip - 9 }));
      const line = (strip - 14) / Math.max(cell.launches.length, 1);
      cell.launches.forEach((launch, place) => {
        const y = top + (place + 0.5) * line;
        const out = cell.outlying.includes(place);
        for (const time of launch) group.append(element("circle", { class: out ? "out" : "dot", cx: x(time), cy: y, r: 2.4 }));
        const middle = x(median(launch));
        group.append(element("line", { class: "middle", x1: middle, x2: middle, y1: y - line / 2, y2: y + line / 2 }));
      });
      svg.append(group);
    });
    for (const share of [0, 0.5, 1]) {
      const time = logarithmic ? low * (high / low) ** share : low + share * (high - low);
      svg.append(element("text", { x: left + share * width, y: height - 8, "text-anchor": "middle" }, nanoseconds(time)));
    }
    return svg;
  };

  const toggle = (button) => {
    const row = button.closest("tr");
    if (button.getAttribute("aria-expanded") === "true") {
      button.setAttribute("aria-expanded", "false");
      row.nextElementSibling.remove();
      return;
    }
    button.setAttribute("aria-expanded", "true");
    const shown = document.createElement("tr");
    shown.className = "samples";
    const cell = shown.insertCell();
    cell.colSpan = row.cells.length;
    const picture = draw(row.closest("table").dataset.report, row.dataset.cell);
    const note = document.createElement("small");
    note.textContent = picture
      ? "A dot a round, a line a launch, a stroke at its median; hollow: a launch that the estimate leaves out."
      : `No samples. ${row.querySelector(".none")?.title ?? ""}`;
    cell.append(...(picture ? [picture, note] : [note]));
    row.after(shown);
  };
  for (const button of document.querySelectorAll("button.raw")) button.addEventListener("click", () => toggle(button));

  const tip = document.querySelector(".tip");
  document.addEventListener("pointerover", (event) => {
    const text = event.target.closest?.("[data-tip]")?.dataset.tip;
    tip.hidden = !text;
    if (!text) return;
    tip.textContent = text;
    tip.style.left = `${Math.max(8, Math.min(event.clientX + 12, innerWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${Math.max(8, event.clientY - tip.offsetHeight - 12)}px`;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") tip.hidden = true;
  });
})();
