// The form of a template: markers are put into the text by buttons, each has its example, and the message is shown as the
// customer will see it. The form works without this script, and sends the same fields.

import { element } from "./fields.js";

const form = document.querySelector("form[data-template]");
const about = JSON.parse(form.dataset.template);
const { text, header, footer, examples } = form.elements;

// A marker goes where the text or the header was last edited.
let target = text;
for (const field of [text, header]) field?.addEventListener("focus", () => (target = field));
const chips = form.querySelector(".markers");
chips.hidden = form.querySelector(".with-script").hidden = false;
chips.addEventListener("click", ({ target: { dataset } }) => {
  if (!dataset.marker) return;
  target.setRangeText(dataset.marker, target.selectionStart, target.selectionEnd, "end");
  target.focus();
  draw();
});

const isWaba = () => Boolean(examples) && (!form.elements.kind || form.elements.kind.value === "waba");
const MARKER = /\{\{[^{}]+\}\}/g;
const markers = () => [...new Set(text.value.match(MARKER) || [])];

// Examples: an input for each marker, written into the lines that the form sends. What was typed stays for a marker that
// comes back.
const typed = new Map();
for (const line of (examples?.value || "").split("\n")) {
  const [marker, ...value] = line.split("=");
  if (value.length) typed.set(marker.trim(), value.join("=").trim());
}
const exampleOf = (marker) => typed.get(marker) ?? about.samples[marker] ?? "";
const rows = element("div", { className: "form" });
if (examples) {
  examples.hidden = document.getElementById("h-examples").hidden = true;
  // The list of errors leads to the first of them.
  examples.id = "";
  examples.before(rows);
}
const row = (marker) => {
  const input = element("input", { value: exampleOf(marker), autocomplete: "off" });
  input.ariaLabel = about.example.replace("{marker}", marker);
  input.addEventListener("input", () => {
    typed.set(marker, input.value);
    draw();
  });
  const made = element("div", { className: "example" }, element("code", { className: "mono", textContent: marker }), input);
  made.dataset.of = marker;
  return made;
};

const filled = (value) => value.replace(MARKER, (marker) => exampleOf(marker) || marker);
const seen = document.getElementById("seen");
const bubble = element("li", { className: "ours" });
seen.append(element("ol", { className: "bubbles" }, bubble));

const draw = () => {
  if (examples) {
    const named = markers();
    document.getElementById("examples").hidden = !named.length;
    const old = new Map([...rows.children].map((one) => [one.dataset.of, one]));
    // The one that is being typed into keeps the focus.
    const wanted = named.map((marker) => old.get(marker) || row(marker));
    wanted.forEach((one, place) => (one.querySelector("input").id = place ? "" : "f-examples"));
    if (wanted.length !== rows.children.length || wanted.some((one, at) => rows.children[at] !== one)) rows.replaceChildren(...wanted);
    examples.value = named.map((marker) => marker + " = " + exampleOf(marker)).join("\n");
  }
  const part = (name, value) => value && element("p", {}, element(name, { textContent: filled(value) }));
  const said = text.value.trim();
  const buttons = [...form.elements.button_text].map((one) => one.value.trim()).filter(Boolean);
  bubble.replaceChildren(
    ...[
      isWaba() && part("strong", header.value.trim()),
      element("p", { className: said ? "" : "muted", textContent: said ? filled(said) : about.empty }),
      isWaba() && part("small", footer.value.trim()),
      ...buttons.map((label) => element("span", { className: "choice", textContent: label })),
    ].filter(Boolean),
  );
};

form.addEventListener("input", draw);
draw();
