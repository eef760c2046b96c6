// A setting of several lines as a list: each line has fields of its own, and is added, removed and moved. What is sent are the lines.

import { element } from "./chat-preview.js";

/** A question with its answer, `Question | Answer`. */
const QUESTION = {
  most: 8,
  sign: "|",
  read: (line) => [line.split("|")[0].trim(), line.split("|").slice(1).join("|").trim()],
  write: ([question, answer]) => (answer ? question + " | " + answer : question),
};
/** The name of a field, with a star if it has to be filled in. */
const FIELD = {
  most: 5,
  sign: "*",
  read: (line) => [line.replace(/\s*\*+$/, ""), line.endsWith("*")],
  write: ([label, required]) => (required && label ? label + " *" : label),
};

function drawList(area, kind, words) {
  const isQuestion = kind === QUESTION;
  const label = area.parentElement.querySelector("label");
  const rows = element("ol", { className: "lines plain" });
  const add = element("button", { type: "button", className: "button small", textContent: isQuestion ? words.add_question : words.add_field });
  label.id = "l-" + area.name;
  rows.setAttribute("aria-labelledby", label.id);
  area.classList.add("unseen");
  area.tabIndex = -1;
  // A label or an error that leads to the lines leads to the first of them.
  area.addEventListener("focus", () => (rows.querySelector("input") ?? add).focus());

  // The sign between the parts of a line cannot be in its first part.
  const values = (row) => {
    const [first, second] = row.querySelectorAll("input");
    return [first.value.replaceAll(kind.sign, " ").trim(), isQuestion ? second.value.trim() : second.checked];
  };
  const keep = () => {
    area.value = [...rows.children].map((row) => kind.write(values(row))).filter(Boolean).join("\n");
    add.hidden = rows.children.length >= kind.most;
    [...rows.children].forEach((row, at) => {
      row.querySelector("[data-by='-1']").disabled = at === 0;
      row.querySelector("[data-by='1']").disabled = at === rows.children.length - 1;
    });
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const act = (sign, name, does) => {
    const button = element("button", { type: "button", className: "button small", textContent: sign, title: name, ariaLabel: name });
    button.addEventListener("click", does);
    return button;
  };
  const put = ([first, second]) => {
    const name = element("input", { value: first, maxLength: isQuestion ? 100 : 98, autocomplete: "off", placeholder: isQuestion ? words.question : words.label });
    name.ariaLabel = name.placeholder;
    const other = isQuestion
      ? element("input", { value: second, autocomplete: "off", placeholder: words.answer, ariaLabel: words.answer })
      : element("label", { className: "check" }, element("input", { type: "checkbox", checked: second }), element("span", { textContent: words.required }));
    const row = element("li", { className: isQuestion ? "two" : "" }, name, other);
    const move = (by) => (event) => {
      const beside = by < 0 ? row.previousElementSibling : row.nextElementSibling;
      by < 0 ? beside.before(row) : beside.after(row);
      keep();
      (event.currentTarget.disabled ? name : event.currentTarget).focus();
    };
    const buttons = [-1, 1].map((by) => {
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
  if (hint) hint.textContent = isQuestion ? words.quick_hint : words.fields_hint;
  area.after(rows, add);
  keep();
}

/** Draws the quick answers, in all languages, and the fields of the shop's own. */
export function drawLists(form, words) {
  for (const area of form.querySelectorAll("textarea[name$=quick_answers]")) drawList(area, QUESTION, words);
  for (const area of form.querySelectorAll("textarea[name$=custom_fields]")) drawList(area, FIELD, words);
}
