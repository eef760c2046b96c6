// The questions before the first message: the customer's data and consent.

import { place } from "./place.js";
import { on, part } from "./tools.js";
import { say } from "./view.js";

const intro = part("intro");

const shows = (isShown) => {
  if (!intro) return;
  intro.disabled = !isShown;
  intro.hidden = !isShown;
};

/** Stops asking. */
export const introduced = () => shows(false);

/** Whether there is a question to answer. */
export const asks = () => Boolean(intro && !intro.disabled);

/** Takes the answers, once: they are sent with the first message. */
export const introduction = () => {
  if (!asks()) return {};
  const typed = [...intro.querySelectorAll("input:not([type=checkbox])")].filter((field) => field.value.trim());
  const about = Object.fromEntries(typed.map((field) => [field.name, field.value.trim()]));
  const consent = Boolean(intro.querySelector("[name=consent]")?.checked);
  introduced();
  return { ...(typed.length ? { about } : {}), ...(consent ? { consent } : {}) };
};

/**
 * Asks again after an answer was rejected: `wrong` contains an error text for each field. False: none of these fields
 * is asked for.
 */
export const askAgain = (wrong, { about, consent } = {}) => {
  const fields = Object.keys(wrong).map((name) => intro?.querySelector(`[name=${CSS.escape(name)}]`)).filter(Boolean);
  if (!fields.length) return false;
  for (const [name, value] of Object.entries(about || {})) {
    const field = intro.querySelector(`[name=${CSS.escape(name)}]`);
    if (field && !field.value) field.value = value;
  }
  const box = intro.querySelector("[name=consent]");
  if (box && consent) box.checked = true;
  shows(true);
  for (const field of fields) {
    field.setAttribute("aria-invalid", "true");
    on(field, "input", () => field.removeAttribute("aria-invalid"), { once: true });
  }
  say("form", wrong[fields[0].name]);
  fields[0].focus();
  return true;
};

if (place.started) introduced();
