// Creates the chat's elements, as in the hosted page (templates/chat/page.html), where they do not exist yet.

import { face, linked } from "./content.js";
import { built, drawn } from "./dom.js";
import { place } from "./place.js";
import { words } from "./tools.js";

const said = (id, className, text = "") => built("p", { id, class: className, ...(text ? {} : { hidden: "" }) }, text);

// The server checks the answers, so that all errors are shown at once: the keyboard is a matter of the type, checks are not.
const TYPES = { name: ["text", "name"], phone: ["tel", "tel"], email: ["email", "email"] };

const question = (name, label, required) => {
  const [inputmode, autocomplete] = TYPES[name] || ["text", "off"];
  const input = built("input", { id: "ask-" + name, name, inputmode, autocomplete, maxlength: 100, form: "form" });
  input.required = required;
  const said = required ? label : words.optional.replace("{label}", label);
  return built("p", { class: "question" }, built("label", { for: input.id }, said), input);
};

const consent = () => {
  const box = built("input", { id: "consent", type: "checkbox", name: "consent", value: "1", required: "", form: "form" });
  return built("p", { class: "question" }, built("label", { class: "check" }, box, built("span", {}, ...linked(place.consent))));
};

const intro = () => {
  const asked = place.ask.map((name) => question(name, words.ask[name], !place.optional.includes(name)));
  asked.push(...place.fields.map(({ label, required }, at) => question("field" + at, label, required)));
  if (place.consent) asked.push(consent());
  return asked.length ? [built("fieldset", { id: "intro", "aria-label": words.about_you }, ...asked)] : [];
};

const privacy = () => (place.privacy ? [built("p", { id: "privacy", class: "small" }, ...linked(place.privacy))] : []);

// A question with an answer opens it; one without is sent (chat.js).
const quick = ({ question: asked, answer }) => {
  if (!answer) return built("button", { type: "button", class: "choice quick" }, asked);
  return built("details", { class: "quick" }, built("summary", { class: "choice" }, asked), built("p", {}, ...linked(answer)));
};

/** Builds them into an element; `leave` is the action of the button in the header. */
export const build = (into, leave) => {
  const state = said("status", place.here ? "here" : "", place.status);
  const name = built("div", { class: "about" }, built("h2", { id: "title" }, place.title), state);
  // The page around it has its own banner.
  const head = built("header", { role: "none" }, face(), ...place.team.map((one) => face(one.name)), name, drawn("close", "close", words.minimise, leave));
  const notice = built("p", { id: "notice", class: "notice t-wait", role: "status", hidden: "" });
  const typing = built("p", { id: "typing", role: "status", hidden: "" });
  const log = built(
    "section",
    { id: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": words.messages, tabindex: "0" },
    said("greeting", "", place.greeting),
    said("away", "notice t-wait", place.away),
    ...(place.started ? [] : place.quick.map(quick)),
    built("ol", { id: "messages" }),
    ...intro(),
    typing,
  );
  const fresh = built("button", { id: "fresh", type: "button", hidden: "" });
  const input = built("textarea", { id: "text", name: "text", rows: 1, maxlength: 4096, autocomplete: "off", "aria-describedby": "notice", placeholder: words.placeholder });
  const label = built("label", { for: "text", class: "unseen" }, words.placeholder);
  const row = built("div", { class: "row" }, input, built("button", { type: "submit" }, words.send));
  const form = built("form", { id: "form" }, notice, label, row, ...privacy());
  into.replaceChildren(head, built("div", { class: "main" }, log, fresh, form));
};
