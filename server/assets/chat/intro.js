// The questions before the first message: the customer's data and consent. They are a card among the messages, so that the
// button that sends is in view however many there are.

import { element } from "./dom.js";
import { place } from "./place.js";
import { on, part, words } from "./tools.js";

const intro = part("intro");
const fieldOf = (name) => intro?.querySelector(`[name=${CSS.escape(name)}]`);

const shows = (isShown) => {
  if (intro) intro.hidden = intro.disabled = !isShown;
};

/** Stops asking. */
export const introduced = () => shows(false);

/** Whether there is a question to answer. */
export const asks = () => Boolean(intro && !intro.disabled);

/** The first question in view that has no answer, or a wrong one. */
export const unanswered = () => intro && !intro.hidden && intro.querySelector("input:invalid, [aria-invalid]");

/** Takes the answers, once: they are sent with the first message. */
export const introduction = () => {
  if (!asks()) return {};
  const [about, fields] = [{}, []];
  for (const { name, type, value } of intro.elements) {
    const said = value.trim();
    if (name.startsWith("field")) fields.push(said);
    else if (said && type !== "checkbox") about[name] = said;
  }
  if (fields.some(Boolean)) about.fields = fields;
  const consent = Boolean(fieldOf("consent")?.checked);
  introduced();
  return { ...(Object.keys(about).length ? { about } : {}), ...(consent ? { consent } : {}) };
};

/** The answers by the names of their fields. */
export const named = ({ fields = [], ...about } = {}) => [...Object.entries(about), ...fields.map((value, at) => ["field" + at, value])];

const right = (field) => {
  field.removeAttribute("aria-invalid");
  field.closest(".question").querySelector(".wrong")?.remove();
};

/** Says below a field why its answer is wrong, until it is changed. */
export const isWrong = (field, why) => {
  right(field);
  const said = element("span", "small wrong", why);
  said.id = "wrong-" + field.name;
  field.closest(".question").append(said);
  field.setAttribute("aria-invalid", true);
  field.setAttribute("aria-describedby", said.id);
  on(field, "input", () => right(field), { once: true });
};

/**
 * Asks again after answers were rejected: `wrong` contains an error text for each field. False: none of these fields
 * is asked for.
 */
export const askAgain = (wrong, { about, consent } = {}) => {
  const fields = Object.keys(wrong).map(fieldOf).filter(Boolean);
  if (!fields.length) return false;
  for (const [name, value] of named(about)) {
    const field = fieldOf(name);
    if (field && !field.value) field.value = value;
  }
  const box = fieldOf("consent");
  if (box && consent) box.checked = true;
  shows(true);
  fields.forEach((field) => isWrong(field, wrong[field.name]));
  // Only from within the chat: a page that is loaded takes nobody's caret.
  if (place.area.contains(place.root.activeElement)) unanswered().focus();
  return true;
};

// A required answer that is missing is said as a wrong one is. Beside questions of the shop they wait until a message is
// sent, so that there is one thing at a time.
if (intro) {
  intro.hidden = place.root.querySelector(".quick") && intro.querySelector(":required");
  on(intro, "invalid", (event) => {
    event.preventDefault();
    if (!intro.hidden) isWrong(event.target, words.required);
    setTimeout(() => {
      shows(true);
      unanswered().focus();
    });
  }, { capture: true });
}
if (place.started) introduced();
