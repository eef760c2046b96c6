// A setting of several lines as a list: each line has fields of its own, and is added, removed and moved. What is sent are the lines.

import { element } from "./fields.js";

/** A question with its answer, `Question | Answer`. */
const QUESTION = {
  most: 8,
  chars: 100,
  second: "text",
  sign: "|",
  read: (line) => [line.split("|")[0].trim(), line.split("|").slice(1).join("|").trim()],
  write: ([question, answer]) => (answer ? question + " | " + answer : question),
};
/** The name of a field, with a star if it has to be filled in. */
const FIELD = {
  most: 5,
  // And the star.
  chars: 98,
  second: "checkbox",
  sign: "*",
  read: (line) => [line.replace(/\s*\*+$/, ""), line.endsWith("*")],
  write: ([label, required]) => (required && label ? label + " *" : label),
};
/** A line that is one word, such as a name or the address of a site. */
const lineOf = (most, chars, placeholder) => ({ most, chars, placeholder, sign: "\n", read: (line) => [line], write: ([text]) => text });
/** A line whose place among the others says nothing. */
const anyOf = (placeholder) => ({ ...lineOf(50, 200, placeholder), isAnywhere: true });
/** What is drawn, by the end of a field's name. */
const KINDS = {
  quick_answers: QUESTION,
  custom_fields: FIELD,
  team: lineOf(4, 100, ""),
  allowed_origins: anyOf("shop.example"),
  hide_on: anyOf("/checkout"),
  pages: anyOf("/prices"),
  holidays: anyOf(""),
};

function drawList(area, which, words) {
  const kind = KINDS[which];
  const isQuestion = kind === QUESTION;
  const label = area.parentElement.querySelector("label");
  const rows = element("ol", { className: "lines plain" });
  const add = element("button", { type: "button", className: "button small", textContent: words["add_" + which] });
  label.id = "l-" + area.name;
  rows.setAttribute("aria-labelledby", label.id);
  area.classList.add("unseen");
  area.tabIndex = -1;
  // A label or an error that leads to the lines leads to the first of them.
  area.addEventListener("focus", () => (rows.querySelector("input") ?? add).focus());

  // The sign between the parts of a line cannot be in its first part.
  const values = (row) => {
    const [first, second] = row.querySelectorAll("input");
    return [first.value.replaceAll(kind.sign, " ").trim(), second && (isQuestion ? second.value.trim() : second.checked)];
  };
  const keep = (isFirst) => {
    area.value = [...rows.children].map((row) => kind.write(values(row))).filter(Boolean).join("\n");
    add.hidden = rows.children.length >= kind.most;
    for (const button of rows.querySelectorAll("[data-by]")) {
      button.disabled = button.closest("li") === (button.dataset.by < 0 ? rows.firstChild : rows.lastChild);
    }
    if (!isFirst) area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const act = (sign, name, does) => {
    const button = element("button", { type: "button", className: "button small", textContent: sign, title: name, ariaLabel: name });
    button.addEventListener("click", does);
    return button;
  };
  const put = ([first, second]) => {
    const called = { text: words.question, checkbox: words.label }[kind.second];
    const name = element("input", { value: first, maxLength: kind.chars, autocomplete: "off", placeholder: called ?? kind.placeholder });
    name.ariaLabel = called ?? label.textContent.trim();
    const other = {
      text: () => element("input", { value: second, autocomplete: "off", placeholder: words.answer, ariaLabel: words.answer }),
      checkbox: () => element("label", { className: "check" }, element("input", { type: "checkbox", checked: second }), element("span", { textContent: words.required })),
    }[kind.second]?.();
    const row = element("li", { className: { text: "two", checkbox: "" }[kind.second] ?? "one" }, name, ...(other ? [other] : []));
    const move = (by) => (event) => {
      const beside = by < 0 ? row.previousElementSibling : row.nextElementSibling;
      by < 0 ? beside.before(row) : beside.after(row);
      keep();
      (event.currentTarget.disabled ? name : event.currentTarget).focus();
    };
    const buttons = (kind.isAnywhere ? [] : [-1, 1]).map((by) => {
      const button = act(by < 0 ? "↑" : "↓", by < 0 ? words.up : words.down, move(by));
      button.dataset.by = by;
      return button;
    });
    const remove = act("×", words.remove, () => {
      const next = (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input") ?? add;
      row.remove();
      keep();
      next.focus();
    });
    row.append(element("div", { className: "row" }, ...buttons, remove));
    rows.append(row);
    return name;
  };
  for (const line of area.value.split("\n").map((one) => one.trim()).filter(Boolean)) put(kind.read(line));
  rows.addEventListener("input", (event) => {
    event.stopPropagation();
    keep();
  });
  // Enter adds the next line instead of saving the form.
  rows.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.type !== "text" || add.hidden) return;
    event.preventDefault();
    add.click();
  });
  add.addEventListener("click", () => {
    const name = put(kind.read(""));
    keep();
    name.focus();
  });
  const hint = document.getElementById("h-" + area.name);
  hint?.replaceChildren(words["hint_" + which] ?? hint.textContent);
  area.after(rows, add);
  keep(true);
  // A wrong field has the focus when the page opens.
  if (document.activeElement === area) area.dispatchEvent(new Event("focus"));
}

/** Draws the settings of several lines, those of all languages too. */
export function drawLists(form, words) {
  for (const area of form.querySelectorAll("textarea")) {
    const which = area.name.split(".").pop();
    if (which in KINDS) drawList(area, which, words);
  }
}
