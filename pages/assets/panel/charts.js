// Charts: a line marks the hour or day that a person points at, by mouse, finger or arrow keys, and a box has its values.
// Without this script the browser shows them as a title, and the table below has them all.

import { element } from "./fields.js";

const SVG = "http://www.w3.org/2000/svg";

/** What is shown at most once on a page: the chart, its slots, the place among them, and what was drawn. */
let shown = null;

export function hide() {
  if (!shown) return;
  for (const one of shown.drawn) one.remove();
  shown.slot.classList.remove("shown");
  shown = null;
}

/** The values of a slot, with the signs and words of the legend. */
function boxOf(chart, slot) {
  const box = element("div", { className: "tip", ariaHidden: "true" }, element("b", { textContent: slot.dataset.name }));
  const values = slot.dataset.values.split("|");
  [...chart.querySelectorAll(".legends>span")].forEach((legend, place) => {
    const signs = [...legend.childNodes].map((one) => one.cloneNode(true));
    box.append(element("span", {}, ...signs, element("b", { textContent: values[place] })));
  });
  return box;
}

function lineAt(bars, middle) {
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("class", "cross");
  line.setAttribute("d", `M${middle} 0V${bars.viewBox.baseVal.height}`);
  return line;
}

/** Shows one slot; the box is beside the line, at the side that has room. */
function show(bars, wanted) {
  const slots = [...bars.querySelectorAll(".slot")];
  const place = Math.min(Math.max(wanted, 0), slots.length - 1);
  if (shown?.bars === bars && shown.place === place) return;
  hide();
  const [slot, plot] = [slots[place], bars.parentElement];
  const middle = (place + 0.5) / slots.length;
  const box = boxOf(bars.closest(".chart"), slot);
  const line = lineAt(bars, middle * bars.viewBox.baseVal.width);
  slot.classList.add("shown");
  bars.append(line);
  plot.append(box);
  const [whole, drawing] = [plot.getBoundingClientRect(), bars.getBoundingClientRect()];
  const at = drawing.left - whole.left + middle * drawing.width;
  const right = at + 12;
  const left = right + box.offsetWidth > whole.width ? at - 12 - box.offsetWidth : right;
  box.style.left = `${Math.max(0, left)}px`;
  shown = { bars, slot, place, last: slots.length - 1, drawn: [box, line] };
}

function pointed(event) {
  const drawing = event.currentTarget.getBoundingClientRect();
  const slots = event.currentTarget.querySelectorAll(".slot").length;
  show(event.currentTarget, Math.floor(((event.clientX - drawing.left) / drawing.width) * slots));
}

function pressed(event) {
  const bars = event.currentTarget;
  if (event.key === "Escape") hide();
  const last = bars.querySelectorAll(".slot").length - 1;
  const now = shown?.bars === bars ? shown.place : last;
  const place = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: last }[event.key];
  if (place === undefined) return;
  event.preventDefault();
  show(bars, place);
  document.getElementById("said").textContent = shown.slot.dataset.said;
}

/** Makes the charts of a new part answer. */
export function prepareCharts(root) {
  if (shown && !shown.bars.isConnected) hide();
  for (const bars of root.querySelectorAll(".chart .bars")) {
    // The browser's own title would cover the box.
    for (const title of bars.querySelectorAll(".slot>title")) {
      title.parentElement.dataset.said = title.textContent;
      title.remove();
    }
    bars.tabIndex = 0;
    bars.setAttribute("aria-keyshortcuts", "ArrowLeft ArrowRight");
    bars.addEventListener("pointerdown", pointed);
    bars.addEventListener("pointermove", pointed);
    // A finger that is lifted leaves the values in sight.
    bars.addEventListener("pointerleave", (event) => event.pointerType === "touch" || hide());
    bars.addEventListener("pointercancel", hide);
    bars.addEventListener("focus", () => bars.matches(":focus-visible") && show(bars, Infinity));
    bars.addEventListener("blur", hide);
    bars.addEventListener("keydown", pressed);
  }
}

document.addEventListener("pointerdown", (event) => shown && !shown.bars.contains(event.target) && hide());
