// What is not sent yet. Every message has its id before the first try and stays in the browser's storage until the
// server has it: a repeat is recognised there, a reload or a lost connection loses nothing.

import { counted, pause, post, source, words } from "./page.js";
import { mark, remove, rowOf, say, saying, show } from "./view.js";

// An item of storage each, so that tabs never write over each other; the keys sort by time.
const prefix = "parom:" + source + ":";
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
  try {
    localStorage.removeItem(item.key);
  } catch {
    // There is no storage: nothing was in it.
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
    // As above.
  }
  return items.filter((item) => item?.id && item.key).sort((a, b) => (a.key < b.key ? -1 : 1));
};

const waiting = () => all().filter((item) => !item.refused);

// crypto.randomUUID is missing where the page came over plain http.
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

const present = (item) => {
  show({ ...item, mine: true });
  if (!item.refused) {
    mark(item.id, words.sending);
    return;
  }
  mark(item.id, words.failed, () => {
    drop(item);
    remove(item.id);
    write(item.text, item.row);
  });
};

/** Shows a new message and sends it, now or when it can be; `row` is the row of a list that was chosen. */
export const write = (text, row) => {
  const at = new Date().toISOString();
  const id = newId();
  made += 1;
  const item = { key: prefix + [at, String(made).padStart(6, "0"), id].join("|"), id, text, row, at };
  put(item);
  present(item);
  send();
};

let sending = false;
let wanted = false;
let failures = 0;
let retry;

/** Sends what waits, oldest first, one at a time; tabs take turns where the browser can arrange it. */
export const send = async () => {
  wanted = true;
  say("unsent", waiting().length);
  if (sending || saying("closed")) return;
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
  for (let item = waiting()[0]; item; item = waiting()[0]) {
    const wait = await deliver(item);
    say("unsent", waiting().length);
    if (wait > 0) {
      wanted = false;
      retry = setTimeout(send, wait);
      return;
    }
  }
};

// Gives 0 when the next may go, else milliseconds to wait.
const deliver = async (item) => {
  let answer = { status: 0 };
  try {
    answer = await post("/messages", { id: item.id, text: item.text, callback_data: item.row });
  } catch {
    // Nobody answered: whether it arrived is found out by the repeat.
  }
  const status = answer.status;
  if (status === 200 || status === 202) {
    failures = 0;
    drop(item);
    mark(item.id, words.sent);
    say("wait", "");
    return 0;
  }
  if (status === 429) {
    const seconds = Number(answer.headers.get("Retry-After")) || 3;
    say("wait", counted(words.too_fast, seconds));
    return seconds * 1000;
  }
  if (status === 403 || status === 404) {
    say("closed", status === 404 ? words.closed : words.cookies);
    waiting().forEach((each) => mark(each.id, words.failed));
    return 30000;
  }
  if (status >= 400 && status < 500 && status !== 408) {
    const refused = { ...item, refused: true };
    put(refused);
    present(refused);
    return 0;
  }
  failures += 1;
  if (failures >= 3) mark(item.id, words.failed, send);
  return pause(failures);
};

addEventListener("storage", (event) => {
  if (!event.key?.startsWith(prefix)) return;
  const item = parsed(event.newValue || event.oldValue);
  if (!item?.id) return;
  if (event.newValue) {
    present(item);
    // The tab that wrote it may be closed before it has sent it.
    send();
  } else if (item.refused) {
    remove(item.id);
  } else {
    mark(item.id, words.sent);
  }
});

/** Shows what an earlier visit left unsent; what the page shows already has arrived, only its answer was lost. */
export const begin = () => {
  for (const item of all()) {
    if (rowOf(item.id)) drop(item);
    else present(item);
  }
  send();
};
