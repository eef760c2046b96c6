// The page: messages in their list, and the strip above the input.

import { above, below } from "./content.js";
import { letReact, reacted } from "./live.js";
import { button, counted, element, words } from "./page.js";

const [log, list, notice, fresh] = ["log", "messages", "notice", "fresh"].map((id) => document.getElementById(id));

const clock = (time) => {
  const at = new Date(time.dateTime);
  const today = at.toDateString() === new Date().toDateString();
  const day = today ? {} : { day: "numeric", month: "long" };
  time.textContent = at.toLocaleString(words.language, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  time.title = at.toLocaleString(words.language, { hourCycle: "h23" });
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

let choose = () => {};

/** What happens when something is chosen below a message. */
export const onChoice = (act) => (choose = act);

const fill = (row, message) => {
  const [said, mark] = [row.querySelector(".text"), row.querySelector(".mark")];
  row.querySelectorAll(".plain, .file").forEach((old) => old.remove());
  (said || mark).before(...above(message));
  mark.before(...below(message, (...choice) => choose(...choice)));
  letReact(row);
  reacted(row, message.reactions || {});
};

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
  row.append(element("p", message.mine ? "who unseen" : "who", who));
  if (message.text) row.append(element("p", "text", message.text));
  row.append(mark);
  fill(row, message);
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
  row.querySelectorAll(".state, .again").forEach((old) => old.remove());
  const place = row.querySelector(".mark");
  place.append(element("span", "state", state));
  if (again) place.append(button("again", words.again, again));
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
for (const row of rows.values()) {
  const text = row.querySelector(".text")?.textContent ?? "";
  fill(row, { ...JSON.parse(row.dataset.message), text });
  delete row.dataset.message;
}
toEnd();
