// Dates, times and chosen files in the language of the page: browsers write them in their own. What is sent stays the browser's field,
// with its keys and its calendar; only what is read over it is drawn here.

const KINDS = "[type=date],[type=datetime-local],[type=time],[type=file]";
const { lang } = document.documentElement;
const words = document.body.dataset;
const day = { day: "numeric", month: "short", year: "numeric" };
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const FORMS = { date: day, "datetime-local": { ...day, ...clock }, time: clock };

/** A new element with properties and children. */
export const element = (name, options = {}, ...children) => {
  const made = Object.assign(document.createElement(name), options);
  made.append(...children.filter(Boolean));
  return made;
};

/** What is read over a field. */
function shown(input) {
  if (input.type === "file") {
    const names = [...input.files].map((file) => file.name).join(", ");
    const button = element("b", { textContent: words.file });
    // A finger drops nothing.
    return names ? [names] : [button, ...(matchMedia("(pointer: coarse)").matches ? [] : [words.drop])];
  }
  const value = input.valueAsNumber;
  if (Number.isNaN(value)) return [input.closest(".filters") ? words.anyDay : "–"];
  return [new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { ...FORMS[input.type], timeZone: "UTC" }).format(value).replace(/ г\.(?=,|$)/, "")];
}

const draw = (input) => input.nextElementSibling.replaceChildren(...shown(input));

/** The days of a filter: often wanted ones to choose from, and two dates for others. */
function offerPeriods(field) {
  const choice = field.querySelector("select");
  const dates = ["from", "to"].map((name) => choice.form.elements[name]);
  const today = field.dataset.period;
  const begin = (word) => {
    const day = new Date(today);
    if (word === "month") day.setUTCDate(1);
    else day.setUTCDate(day.getUTCDate() - word);
    return day.toISOString().slice(0, 10);
  };
  const daysOf = (word) => (word ? [begin(word), today] : ["", ""]);
  const isIn = ({ value }) => value !== "own" && daysOf(value).every((day, at) => dates[at].value === day);
  const show = () => dates.forEach((one) => (one.closest(".field").hidden = choice.value !== "own"));
  choice.value = ([...choice.options].find(isIn) ?? { value: "own" }).value;
  field.hidden = false;
  show();
  choice.addEventListener("change", (event) => {
    show();
    // Nothing is chosen yet.
    if (choice.value === "own") return event.stopPropagation();
    daysOf(choice.value).forEach((day, at) => (dates[at].value = day));
    prepareFields(choice.form);
  });
}

/** Names of time zones for a field, the account's own first. */
function offerZones(field) {
  const own = field.dataset.zone;
  const names = new Set([own, ...(Intl.supportedValuesOf?.("timeZone") ?? [])]);
  const zones = element("datalist", { id: "l-" + field.id }, ...[...names].map((value) => element("option", { value })));
  field.setAttribute("list", zones.id);
  field.after(zones);
}

/** Draws the fields inside anew. */
export function prepareFields(root) {
  for (const input of root.querySelectorAll(KINDS)) {
    if (!input.parentElement.matches(".own")) {
      const box = element("span", { className: "own" });
      input.replaceWith(box);
      box.append(input, element("span", { ariaHidden: "true" }));
    }
    draw(input);
  }
  for (const field of root.querySelectorAll("[data-period][hidden]")) offerPeriods(field);
  for (const field of root.querySelectorAll("[data-zone]:not([list])")) offerZones(field);
}

for (const event of ["input", "change", "focusout"]) {
  document.addEventListener(event, ({ target }) => target.matches?.(KINDS) && target.parentElement.matches(".own") && draw(target));
}
for (const [event, isOver] of Object.entries({ dragover: true, dragleave: false, drop: false })) {
  document.addEventListener(event, ({ target }) => target.matches?.(".own>[type=file]") && target.parentElement.classList.toggle("over", isOver));
}
