// Draws the charts that a page describes. Pages are complete without this file: tables say the same.
"use strict";

const MIN_DRAG_PX = 6;
const drawn = new Map();

const tip = document.createElement("p");
tip.className = "tip";
tip.setAttribute("aria-hidden", "true");
tip.hidden = true;
document.body.append(tip);

const tell = (_handler, event, _item, text) => {
  tip.hidden = !text;
  if (!text) return;
  tip.textContent = text;
  const right = event.clientX + 14 + tip.offsetWidth > document.documentElement.clientWidth;
  tip.style.left = `${right ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14}px`;
  tip.style.top = `${event.clientY + 14}px`;
};

const open = (path, first, last) => {
  const to = new URL(path, location);
  to.searchParams.set("start_date", first.start_date);
  to.searchParams.set("end_date", last.end_date);
  location.assign(to);
};

// A drag across a chart of time chooses that time; a click opens the calls behind what it hits.
const listen = (chart) => {
  const { box, view } = chart;
  const left = () => box.getBoundingClientRect().left + view.origin()[0];
  const mark = document.createElement("div");
  mark.className = "brush";
  let from = null;
  view.addEventListener("click", (_event, item) => {
    if (chart.dragged || !item?.datum) return;
    if (item.datum.href) location.assign(item.datum.href);
    else if (chart.log && item.datum.start_date) open(chart.log, item.datum, item.datum);
  });
  box.addEventListener("pointerdown", (event) => {
    chart.dragged = false;
    if (chart.range && event.button === 0 && event.pointerType === "mouse") from = event.clientX;
  });
  addEventListener("pointermove", (event) => {
    if (from === null || Math.abs(event.clientX - from) < MIN_DRAG_PX) return;
    chart.dragged = true;
    box.append(mark);
    mark.style.left = `${Math.min(from, event.clientX) - box.getBoundingClientRect().left}px`;
    mark.style.width = `${Math.abs(event.clientX - from)}px`;
  });
  addEventListener("pointerup", (event) => {
    if (from === null) return;
    const ends = [from, event.clientX].sort((a, b) => a - b).map((x) => view.scale("x").invert(x - left()));
    from = null;
    mark.remove();
    if (!chart.dragged) return;
    const chosen = chart.rows.filter((row) => new Date(row.end) > ends[0] && new Date(row.t) < ends[1]);
    if (chosen.length) open(chart.range, chosen[0], chosen.at(-1));
  });
};

const draw = async (name, box, spec, data) => {
  const { rows } = data;
  const known = drawn.get(name);
  if (known) {
    // After an update of the page: the chart that was there, with the new rows.
    box.replaceWith(known.box);
    Object.assign(known, data);
    known.view?.data("rows", rows).runAsync();
    return;
  }
  const chart = { box, ...data };
  drawn.set(name, chart);
  const embedded = await vegaEmbed(box, { ...spec, data: { name: "rows", values: rows } }, {
    ast: true, // the page's policy allows no code from texts
    renderer: "svg",
    actions: false,
    defaultStyle: false,
    tooltip: tell,
  });
  // What it shows is said by the box's label and by the tables.
  box.querySelector("svg")?.setAttribute("aria-hidden", "true");
  chart.view = embedded.view;
  listen(chart);
};

const drawAll = () => {
  tip.hidden = true;
  for (const described of document.querySelectorAll("script[data-charts]")) {
    const { charts, ...data } = JSON.parse(described.textContent);
    for (const [name, spec] of Object.entries(charts)) {
      const box = document.querySelector(`[data-chart="${name}"]`);
      if (box && !(drawn.get(name)?.box === box)) draw(name, box, spec, data);
    }
  }
};

document.addEventListener("swapped", drawAll);
drawAll();
