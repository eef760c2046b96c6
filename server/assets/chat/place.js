// Where this chat is: on a page of its own, known again by a cookie. On other people's sites site.js makes the same.

import { countInTitle } from "./dom.js";

const given = JSON.parse(document.body.dataset.chat);

/** What the page was given, and what every part of the chat uses. */
export const place = {
  ...given,
  root: document,
  area: document.body,
  // In the names of storage: whose messages wait.
  whose: "",
  headers: () => ({}),
  isKnown: () => true,
  makeKnown: () => {},
  visit: () => ({ url: location.href, title: "", referrer: document.referrer }),
  unread: countInTitle,
  expired: () => {},
  signal: new AbortController().signal,
};

document.documentElement.setAttribute("theme", given.theme);
for (const [name, colour] of [["--brand", given.color], ["--on-brand", given.on_color]]) {
  document.documentElement.style.setProperty(name, colour);
}
