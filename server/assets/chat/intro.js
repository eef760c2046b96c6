// What is asked before the first message: who writes, and whether that is agreed to.

import { place } from "./place.js";
import { part } from "./tools.js";

const intro = part("intro");

/** Asks no longer. */
export const introduced = () => {
  if (!intro) return;
  intro.disabled = true;
  intro.hidden = true;
};

/** The answers, once: they go with the first message. */
export const introduction = () => {
  if (!intro || intro.disabled) return {};
  const typed = [...intro.querySelectorAll("input:not([type=checkbox])")].filter((field) => field.value.trim());
  const about = Object.fromEntries(typed.map((field) => [field.name, field.value.trim()]));
  const consent = Boolean(intro.querySelector("[name=consent]")?.checked);
  introduced();
  return { ...(typed.length ? { about } : {}), ...(consent ? { consent } : {}) };
};

if (place.started) introduced();
