// Receipts: an answer is delivered when it is on the page, and read when it is on the screen of a visible page.

import { place } from "./place.js";
import { on, part, post } from "./tools.js";
import { owing, rowOf, tellFresh } from "./view.js";

const owed = { delivered: new Set(), read: new Set() };
const onScreen = new Set();
let telling;

// What was read in one tab is read in all.
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("parom:" + place.source + ":" + place.whose) : null;
place.signal.addEventListener("abort", () => tabs?.close());

const tell = (kind, id) => {
  owed[kind].add(id);
  telling ??= setTimeout(flush, 400);
};

const flush = async () => {
  const read = [...owed.read].slice(0, 50);
  const delivered = [...owed.delivered].filter((id) => !owed.read.has(id)).slice(0, 50);
  const { status } = await post("/receipts", { delivered, read });
  // Else they are reported later.
  const done = status && status < 500 && status !== 429 && status !== 401;
  if (done) {
    read.forEach((id) => owed.read.delete(id));
    [...read, ...delivered].forEach((id) => owed.delivered.delete(id));
  }
  telling = owed.delivered.size + owed.read.size > 0 ? setTimeout(flush, done ? 400 : 10000) : undefined;
};

const count = () => {
  const all = owing();
  place.unread(all.length, all[all.length - 1]);
  tellFresh();
};

const seen = (row) => {
  delete row?.dataset.owed;
  count();
};

const isBefore = (a, b) => (a.compareDocumentPosition(b) & 4) > 0;

const looked = () => {
  // A chat that was closed is seen a little longer, while it fades.
  if (document.visibilityState !== "visible" || place.area.hidden || !onScreen.size) return;
  const lowest = [...onScreen].reduce((a, b) => (isBefore(a, b) ? b : a));
  // Reading a message also marks the earlier ones as read, however far they have scrolled away.
  for (const row of owing()) {
    if (row !== lowest && !isBefore(row, lowest)) break;
    observer.unobserve(row);
    tell("read", row.dataset.id);
    seen(row);
    tabs?.postMessage(row.dataset.id);
  }
  onScreen.clear();
};

const note = (entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) onScreen.add(entry.target);
    else onScreen.delete(entry.target);
  }
  looked();
};
const observer = new IntersectionObserver(note, { root: part("log"), rootMargin: "0px 0px -16px 0px" });
if (tabs) tabs.onmessage = (event) => seen(rowOf(event.data));

/** Handles an answer that is on the page. */
export const arrived = (row, isNew) => {
  if (isNew) tell("delivered", row.dataset.id);
  count();
  observer.observe(row);
};

on(document, "visibilitychange", looked);
owing().forEach((row) => arrived(row, row.dataset.owed === "delivered"));
