// Helpers for all parts of the chat.

import { built, counting, drawn } from "./dom.js";
import { place } from "./place.js";

export const words = place.words;

/** An element of the chat. */
export const part = (id) => place.root.getElementById(id);

/** A text with a count. */
export const counted = counting(words.language);

/** Listens as long as this chat exists. */
export const on = (target, name, act, options) => target.addEventListener(name, act, { ...options, signal: place.signal });

/** A form of one line; `take` gets its field. What is wrong is said in the chat's language (intro.js), not in the browser's. */
export const asking = (label, attributes, take) => {
  const [field, send] = [built("input", { ...attributes, placeholder: label, "aria-label": label }), drawn("", "send", words.send)];
  const form = built("form", { class: "question row", novalidate: "" }, field, send);
  send.type = "submit";
  on(form, "submit", (event) => {
    event.preventDefault();
    take(field);
  });
  return form;
};

/** A size as text: a megabyte has 1024 times 1024 bytes, as in the configuration. */
export const sized = (bytes) => {
  const [value, unit] = bytes < 1023.5 * 1024 ? [bytes / 1024, "kilobyte"] : [bytes / 1024 ** 2, "megabyte"];
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: value < 10 ? 1 : 0 };
  return new Intl.NumberFormat(words.language, format).format(Math.max(value, 0.1));
};

/** Seconds as minutes and seconds. */
export const clocked = (seconds) => Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0");

/** A new id. `crypto.randomUUID` is missing if the page was loaded over plain http. */
export const newId = () =>
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (sign) => (sign ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (sign / 4)))).toString(16));

/** Sends a request to this chat. */
export const ask = (path, options = {}) => {
  const headers = { ...place.headers(), ...options.headers };
  return fetch(place.base + path, { credentials: "same-origin", ...options, headers });
};

/** POSTs JSON or a form to this chat; the status is 0 if no answer comes within this many milliseconds. */
export const post = (path, body, within = 20000) => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), within);
  const isForm = body instanceof FormData;
  const headers = isForm ? {} : { "Content-Type": "application/json" };
  const request = { method: "POST", headers, body: isForm ? body : JSON.stringify(body), signal: limit.signal };
  return ask(path, request)
    .catch(() => ({ status: 0 }))
    .finally(() => clearTimeout(timer));
};

/** Milliseconds before the next attempt: 1, 2, 4 … 30 seconds, each randomised between half and whole. */
export const pause = (tries) => Math.max(1000, Math.min(30000, 1000 * 2 ** Math.min(tries, 5)) * (0.5 + Math.random() / 2));
