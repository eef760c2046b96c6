// What the page was given, and what every part of it uses.

const page = document.body.dataset;

/** Where this chat lives: `/chat/{source_id}`. */
export const base = page.base;
/** The source's id. */
export const source = page.source;
/** The stream goes on after this position. */
export const shownUpTo = Number(page.after);
/** The reactions that are offered. */
export const emoji = page.emoji.split(" ").filter(Boolean);
/** What the page says, in the visitor's language. */
export const words = JSON.parse(page.words);

const plural = new Intl.PluralRules(words.language);

/** A sentence with a count. */
export const counted = (forms, n) => (forms[plural.select(n)] || forms.other).replace("{n}", n);

/** A new element with a text: all text goes in this way. */
export const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

/** A button that does something. */
export const button = (className, text, act) => {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
};

/** POSTs JSON to this chat; rejects after 20 seconds. */
export const post = (path, body) => {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), 20000);
  const headers = { "Content-Type": "application/json" };
  const request = { method: "POST", credentials: "same-origin", headers, body: JSON.stringify(body), signal: limit.signal };
  return fetch(base + path, request).finally(() => clearTimeout(timer));
};

/** Milliseconds before the next try: 1, 2, 4 … 30 seconds, each between half and whole. */
export const pause = (tries) => Math.max(1000, Math.min(30000, 1000 * 2 ** Math.min(tries, 5)) * (0.5 + Math.random() / 2));
