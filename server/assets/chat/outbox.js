// Unsent messages. Every message has its id before the first attempt and stays in the browser's storage until the
// server has it: the server recognises repeats, and a reload or a lost connection loses nothing.

import { button, drawn } from "./dom.js";
import { askAgain, named } from "./intro.js";
import { place } from "./place.js";
import { dropFile, fileOf, keepFile } from "./store.js";
import { counted, newId, on, part, pause, post, words } from "./tools.js";
import { drawFile, lastId, mark, remove, rowOf, say, saying, show } from "./view.js";

// One storage item per message, so that tabs never overwrite each other; the keys sort by time.
const prefix = "parom:" + place.source + ":" + place.whose;
const memory = new Map();
let made = 0;

const put = (item) => {
  try {
    localStorage.setItem(item.key, JSON.stringify(item));
    memory.delete(item.key);
  } catch {
    memory.set(item.key, item);
  }
};

const drop = (item) => {
  memory.delete(item.key);
  if (item.file) dropFile(item.id);
  try {
    localStorage.removeItem(item.key);
  } catch {
    // There is no storage, so nothing was stored.
  }
};

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const all = () => {
  const items = [...memory.values()];
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    items.push(...keys.map((key) => parsed(localStorage.getItem(key))));
  } catch {
    // There is no storage, as above.
  }
  return items.filter((item) => item?.id && item.key).sort((a, b) => (a.key < b.key ? -1 : 1));
};

const waiting = () => all().filter((item) => !item.refused);

/** Whether a message waits for other answers to the questions. */
export const isHeld = () => Boolean(waiting()[0]?.wrong);

/** Sends the waiting messages with these answers. */
export const correct = (answers) => {
  const [held] = waiting();
  put({ ...held, wrong: undefined, with: { ...held.with, ...answers } });
  waiting().forEach(present);
  return send();
};

const discard = (item) => {
  drop(item);
  remove(item.id);
  // What was written after it stays at its place.
  for (const next of all()) if (next.after === item.id) put({ ...next, after: item.after });
  part("text").focus();
};

const present = (item) => {
  show({ ...item, mine: true });
  if (!item.refused) return mark(item.id, isHeld() || saying("closed") ? words.failed : words.sending);
  const again = button("again", words.again, async () => {
    const file = item.file && (await fileOf(item.id));
    discard(item);
    write(item.text, { ...item.with, row: item.row, quote: item.quote, file, kind: item.file?.kind });
  });
  const out = drawn("again out", "cross", words.remove_file.replace("{file}", item.file?.name || item.text), () => discard(item));
  // A file that was refused for what it is will be refused again.
  mark(item.id, item.refused, item.refused === words.failed ? [again, out] : [out]);
};

const stored = async (item, file) => {
  if (file) await keepFile(item.id, file);
  item.after = lastId();
  put(item);
  present(item);
  send();
};

let storing = Promise.resolve();

/**
 * Shows a new message and sends it, now or as soon as possible. `row`: the chosen row of a list; `file`: its file, of a
 * `kind`; `quote`: what it is about; `others`: further fields such as answers to questions and consent.
 */
export const write = (text, { row, file, kind = "file", quote, ...others } = {}) => {
  const at = new Date().toISOString();
  const id = newId();
  made += 1;
  const key = prefix + "|" + [at, String(made).padStart(6, "0"), id].join("|");
  const about = file && { kind, name: file.name, size: file.size };
  const item = { key, id, text, row, quote, at, file: about, with: { ...others, visit: place.visit() } };
  // One after another: a file takes time, and what was written later must arrive later.
  storing = storing.then(() => stored(item, file));
  return storing;
};

let sending = false;
let wanted = false;
let failures = 0;
let retry;

/** Sends what waits, oldest first, one at a time; tabs take turns if the browser supports locks. */
export const send = async () => {
  wanted = true;
  say("unsent", waiting().length);
  if (sending || saying("closed") || place.signal.aborted) return;
  sending = true;
  clearTimeout(retry);
  const turn = navigator.locks ? (job) => navigator.locks.request(prefix + "send", job) : (job) => job();
  try {
    while (wanted) {
      wanted = false;
      await turn(sendAll);
    }
  } finally {
    sending = false;
  }
};

const sendAll = async () => {
  for (let item = waiting()[0]; item && !item.wrong; item = waiting()[0]) {
    const wait = await deliver(item);
    say("unsent", waiting().length);
    if (wait > 0) {
      wanted = false;
      retry = setTimeout(send, wait);
      return;
    }
  }
};

const refuse = (item, why) => {
  const refused = { ...item, refused: why };
  put(refused);
  present(refused);
  return 0;
};

// The server rejected an answer to the questions: they are asked again, and everything waits in its order until then.
const asked = async (item, answer) => {
  const problem = await answer.json().catch(() => ({}));
  const wrong = Object.fromEntries((problem.errors || []).map(({ pointer, detail }) => [pointer.split("/").pop(), detail]));
  if (!askAgain(wrong, item.with)) return false;
  put({ ...item, wrong });
  waiting().forEach(present);
  return true;
};

const posted = async (item) => {
  if (!item.file) return post("/messages", { id: item.id, text: item.text, callback_data: item.row, ...item.with });
  const file = await fileOf(item.id);
  if (!file) return { status: 410 };
  const form = new FormData();
  const { visit, about, consent, reply_to = "" } = item.with;
  const own = { id: item.id, text: item.text, reply_to, visit: JSON.stringify(visit) };
  for (const [name, value] of [...Object.entries(own), ...named(about)]) form.append(name, value);
  if (consent) form.append("consent", "1");
  if (item.file.kind === "voice") form.append("voice", "1");
  form.append("file", file, item.file.name);
  return post("/files", form, 600000);
};

const arrived = async (item, answer) => {
  failures = 0;
  place.started = true;
  drop(item);
  mark(item.id, words.sent, [], "sent");
  say("wait", "");
  const { file } = item.file ? await answer.json().catch(() => ({})) : {};
  if (file) drawFile(item.id, file);
  return 0;
};

// Returns 0 if the next may be sent, else the milliseconds to wait.
const deliver = async (item) => {
  // Without an answer the repeat shows whether it arrived.
  const answer = await posted(item);
  const { status } = answer;
  if (status === 200 || status === 202) return arrived(item, answer);
  if (status === 429) {
    const seconds = Number(answer.headers.get("Retry-After")) || 3;
    say("wait", counted(words.too_fast, seconds));
    return seconds * 1000;
  }
  if (status === 401) {
    place.expired();
    return 30000;
  }
  if (status === 403 || status === 404) {
    say("closed", status === 404 ? words.closed : words.cookies);
    waiting().forEach(present);
    return 30000;
  }
  if (status === 422 && (await asked(item, answer))) return 0;
  if (item.file && (status === 413 || status === 415)) return refuse(item, status === 413 ? words.too_large : words.file_kind);
  if (status >= 400 && status < 500 && status !== 408) return refuse(item, words.failed);
  failures += 1;
  if (failures >= 3) mark(item.id, words.failed, [button("again", words.again, send)]);
  return pause(failures);
};

on(window, "storage", (event) => {
  if (!event.key?.startsWith(prefix + "|")) return;
  const item = parsed(event.newValue || event.oldValue);
  if (!item?.id) return;
  if (event.newValue) {
    present(item);
    // The tab that wrote it may be closed before it was sent.
    send();
  } else if (item.refused) {
    remove(item.id);
  } else {
    mark(item.id, words.sent, [], "sent");
  }
});

/**
 * Shows what an earlier visit left unsent. Messages that are on the page have arrived; only their answers were lost.
 */
export const begin = () => {
  for (const item of all()) {
    if (rowOf(item.id)) drop(item);
    else present(item);
    // Without the question it is sent unchanged.
    if (item.wrong && !askAgain(item.wrong, item.with)) put({ ...item, wrong: undefined });
  }
  send();
};

/** Whether anything waits. */
export const waits = () => all().length > 0;
