// The page: messages in their list, and the strip above the input. All text goes in by textContent.

const page = document.body.dataset;

/** Where this chat lives: `/chat/{source_id}`. */
export const base = page.base;
/** The source's id. */
export const source = page.source;
/** The stream goes on after this position. */
export const shownUpTo = Number(page.after);
/** What the page says, in the visitor's language. */
export const words = JSON.parse(page.words);

const [log, list, notice, fresh] = ["log", "messages", "notice", "fresh"].map((id) => document.getElementById(id));
const plural = new Intl.PluralRules(words.language);

/** A sentence with a count. */
export const counted = (forms, n) => (forms[plural.select(n)] || forms.other).replace("{n}", n);

const element = (name, className, text) => {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
};

const clock = (time) => {
  const at = new Date(time.dateTime);
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "long" };
  time.textContent = at.toLocaleString(words.language, { ...day, hour: "2-digit", minute: "2-digit" });
  time.title = at.toLocaleString(words.language);
};

const rows = new Map([...list.children].map((row) => [row.dataset.id, row]));
let unseen = 0;
// Whoever is at the end stays there, also when the keyboard opens or a message grows.
let follows = true;

const toEnd = () => {
  follows = true;
  log.scrollTop = log.scrollHeight;
  unseen = 0;
  fresh.hidden = true;
};
const follow = () => follows && toEnd();

/** The element of a message; undefined: it is not on the page. */
export const rowOf = (id) => rows.get(id);

/** Answers whose receipts are owed still. */
export const owing = () => list.querySelectorAll(".theirs[data-owed]");

/** Puts a message at the end, once. Whoever reads above is not moved but told. */
export const show = (message) => {
  if (rows.has(message.id)) return rows.get(message.id);
  const row = element("li", "message " + (message.mine ? "mine" : "theirs"), "");
  row.dataset.id = message.id;
  const time = element("time", "", "");
  time.dateTime = message.at;
  clock(time);
  const mark = element("p", "mark", "");
  mark.append(time);
  const who = message.mine ? words.you : message.name || words.employee;
  row.append(element("p", message.mine ? "who unseen" : "who", who), element("p", "text", message.text), mark);
  list.append(row);
  rows.set(message.id, row);
  if (message.mine || follows) {
    toEnd();
  } else {
    unseen += 1;
    fresh.textContent = counted(words.fresh, unseen);
    fresh.hidden = false;
  }
  return row;
};

/** Takes a message from the page. */
export const remove = (id) => {
  rows.get(id)?.remove();
  rows.delete(id);
};

/** Says under a message how far it is; with a way to send it again when it failed. */
export const mark = (id, state, again) => {
  const row = rows.get(id);
  if (!row) return;
  row.classList.toggle("bad", Boolean(again));
  row.querySelectorAll(".state, button").forEach((old) => old.remove());
  const place = row.querySelector(".mark");
  place.append(element("span", "state", state));
  if (again) {
    const button = element("button", "", words.again);
    button.type = "button";
    button.addEventListener("click", again);
    place.append(button);
  }
  follow();
};

// The strip shows the most important of what there is to say.
const said = { closed: "", wait: "", line: "", unsent: 0 };

/** Says something of a kind – `closed`, `wait`, `line` – or with an empty text nothing more; `unsent` is a count. */
export const say = (kind, what) => {
  said[kind] = what;
  const isDown = said.line === words.offline || said.line === words.connecting;
  const count = isDown && said.unsent > 0 ? " " + counted(words.unsent, said.unsent) + "." : "";
  const text = said.closed || said.wait || said.line + count;
  notice.className = "notice " + (said.closed ? "t-warn" : "t-wait");
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = !text;
};

/** What was said last of a kind. */
export const saying = (kind) => said[kind];

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

const scrolled = () => {
  follows = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  if (!follows) return;
  unseen = 0;
  fresh.hidden = true;
};

fresh.addEventListener("click", toEnd);
log.addEventListener("scroll", scrolled, { passive: true });
new ResizeObserver(follow).observe(log);
document.querySelectorAll("time").forEach(clock);
toEnd();
