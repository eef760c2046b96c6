// Creates the chat's elements, as in the hosted page (templates/chat/page.html), where they do not exist yet.

import { face, linked } from "./content.js";
import { drawn, element } from "./dom.js";
import { place } from "./place.js";
import { words } from "./tools.js";

const made = (name, id, attributes = {}, ...children) => {
  const one = element(name);
  if (id) one.id = id;
  for (const [attribute, value] of Object.entries(attributes)) one.setAttribute(attribute, value);
  one.append(...children);
  return one;
};

const said = (id, className, text = "") => {
  const one = made("p", id, { class: className }, text);
  one.hidden = !text;
  return one;
};

// The server checks the answers, so that all errors are shown at once: the keyboard is a matter of the type, checks are not.
const TYPES = { name: ["text", "name"], phone: ["tel", "tel"], email: ["email", "email"] };

const question = (name, label, required) => {
  const [inputmode, autocomplete] = TYPES[name] || ["text", "off"];
  const input = made("input", "ask-" + name, { name, inputmode, autocomplete, maxlength: 100, form: "form" });
  input.required = required;
  const said = required ? label : words.optional.replace("{label}", label);
  return made("p", "", { class: "question" }, made("label", "", { for: input.id }, said), input);
};

const consent = () => {
  const box = made("input", "consent", { type: "checkbox", name: "consent", value: "1", required: "", form: "form" });
  return made("p", "", { class: "question" }, made("label", "", { class: "check" }, box, made("span", "", {}, ...linked(place.consent))));
};

const intro = () => {
  const asked = place.ask.map((name) => question(name, words.ask[name], !place.optional.includes(name)));
  asked.push(...place.fields.map(({ label, required }, at) => question("field" + at, label, required)));
  if (place.consent) asked.push(consent());
  return asked.length ? [made("fieldset", "intro", { "aria-label": words.about_you }, ...asked)] : [];
};

const privacy = () => (place.privacy ? [made("p", "privacy", { class: "small" }, ...linked(place.privacy))] : []);

// A question with an answer opens it; one without is sent (chat.js).
const quick = ({ question: asked, answer }) => {
  if (!answer) return made("button", "", { type: "button", class: "choice quick" }, asked);
  return made("details", "", { class: "quick", name: "quick" }, made("summary", "", { class: "choice" }, asked), made("p", "", {}, ...linked(answer)));
};

/** Builds them into an element; `leave` is the action of the button in the header. */
export const build = (into, leave) => {
  const state = said("status", place.here ? "here" : "", place.status);
  const name = made("div", "", { class: "about" }, made("h2", "title", {}, place.title), state);
  // The page around it has its own banner.
  const head = made("header", "", { role: "none" }, face(), ...place.team.map((one) => face(one.name)), name, drawn("close", "close", words.minimise, leave));
  const notice = made("p", "notice", { class: "notice t-wait", role: "status" });
  notice.hidden = true;
  const typing = made("p", "typing", { role: "status" });
  typing.hidden = true;
  const log = made(
    "section",
    "log",
    { role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": words.messages, tabindex: "0" },
    said("greeting", "", place.greeting),
    said("away", "notice t-wait", place.away),
    ...(place.started ? [] : place.quick.map(quick)),
    made("ol", "messages"),
    ...intro(),
    typing,
  );
  const fresh = made("button", "fresh", { type: "button" });
  fresh.hidden = true;
  const input = made("textarea", "text", { name: "text", rows: 1, maxlength: 4096, autocomplete: "off" });
  input.setAttribute("aria-describedby", "notice");
  input.placeholder = words.placeholder;
  const label = made("label", "", { for: "text", class: "unseen" }, words.placeholder);
  const row = made("div", "", { class: "row" }, input, made("button", "", { type: "submit" }, words.send));
  const form = made("form", "form", {}, notice, label, row, ...privacy());
  into.replaceChildren(head, made("div", "", { class: "main" }, log, fresh, form));
};
