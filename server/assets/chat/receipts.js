// Receipts: an answer is delivered when it is here and read when it is on the screen of a visible page.

import { post } from "./page.js";
import { owing } from "./view.js";

const owed = { delivered: new Set(), read: new Set() };
const onScreen = new Set();
let telling;

const tell = (kind, id) => {
  owed[kind].add(id);
  telling ??= setTimeout(flush, 400);
};

const flush = async () => {
  const read = [...owed.read].slice(0, 50);
  const delivered = [...owed.delivered].filter((id) => !owed.read.has(id)).slice(0, 50);
  let done = false;
  try {
    const answer = await post("/receipts", { delivered, read });
    done = answer.ok || (answer.status < 500 && answer.status !== 429);
  } catch {
    // Told later.
  }
  if (done) {
    read.forEach((id) => owed.read.delete(id));
    [...read, ...delivered].forEach((id) => owed.delivered.delete(id));
  }
  telling = owed.delivered.size + owed.read.size > 0 ? setTimeout(flush, done ? 400 : 10000) : undefined;
};

const looked = () => {
  if (document.visibilityState !== "visible") return;
  for (const row of onScreen) {
    observer.unobserve(row);
    tell("read", row.dataset.id);
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
const observer = new IntersectionObserver(note, { root: document.getElementById("log"), rootMargin: "0px 0px -16px 0px" });

/** An answer is on the page. */
export const arrived = (row, isNew) => {
  if (isNew) tell("delivered", row.dataset.id);
  observer.observe(row);
};

document.addEventListener("visibilitychange", looked);
owing().forEach((row) => arrived(row, row.dataset.owed === "delivered"));
