// The chat's environment: its own page, where a cookie identifies the visitor. On other sites site.js creates the same.

import { countInTitle, paint, stored } from "./dom.js";

const given = JSON.parse(document.body.dataset.chat);

// The page has the talk for those without script; with it the talk is drawn as on other sites.
const lines = [...document.querySelectorAll("[data-message]")].map((row) => {
  row.remove();
  return { ...JSON.parse(row.dataset.message), text: row.querySelector(".text")?.textContent };
});

/** The page's settings, and data shared by all parts of the chat. */
export const place = {
  ...given,
  lines,
  root: document,
  area: document.body,
  // Part of storage names: whose messages wait.
  whose: "",
  keep: (name, value) => stored(() => localStorage, "parom:" + given.source + ":" + name, value),
  headers: () => ({}),
  isKnown: () => true,
  makeKnown: () => {},
  visit: () => ({ url: location.href, title: "", referrer: document.referrer }),
  unread: countInTitle,
  expired: () => {},
  tell: () => {},
  signal: new AbortController().signal,
};

document.documentElement.setAttribute("theme", given.theme);
paint(document.documentElement, given);
