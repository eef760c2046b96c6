// The display: messages in their list, and the notice above the input.

import { above, below, face, linked, shownFile } from "./content.js";
import { built, element } from "./dom.js";
import { letReact, reacted } from "./live.js";
import { place } from "./place.js";
import { letReply } from "./reply.js";
import { counted, on, part, words } from "./tools.js";

const [log, list, notice, fresh] = ["log", "messages", "notice", "fresh"].map(part);

const rows = new Map();
// A reader at the end stays there, also when the keyboard opens or a message grows.
let follows = true;

/** Answers whose receipts are not reported yet, from the first to the last: they were not read. */
export const owing = () => list.querySelectorAll(".theirs[data-owed]");

/** Tells a reader further up how many unread messages there are. */
export const tellFresh = () => {
  const count = follows ? 0 : owing().length;
  fresh.hidden = !count;
  if (count) fresh.textContent = counted(words.fresh, count);
};

let scrolledTo = 0;

// What is scrolled to here is no move of the reader, though its event comes later, when a picture may have moved the end.
const scrollTo = (top) => {
  log.scrollTop = top;
  scrolledTo = log.scrollTop;
};

const toEnd = () => {
  follows = true;
  // The questions to a new visitor are read from the beginning.
  if (rows.size) scrollTo(log.scrollHeight);
  tellFresh();
};

/** Keeps a reader at the end there after something has grown. */
export const follow = () => follows && toEnd();

const dayOf = (at) => {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86400000);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  return at.toLocaleDateString(words.language, { day: "numeric", month: "long", year: days > 300 ? "numeric" : undefined });
};

// Messages of one side within this many milliseconds are a group: name and time are shown once.
const TOGETHER = 300000;

const joined = (row, before) => {
  const time = (one) => new Date(one.querySelector("time").dateTime).getTime();
  const who = (one) => one.classList.contains("mine") + one.querySelector(".who").textContent;
  const isNext = before?.classList.contains("message") && who(before) === who(row) && time(row) - time(before) < TOGETHER;
  row.classList.toggle("follow", Boolean(isNext));
  // Files that were sent together look like one message.
  row.classList.toggle("album", Boolean(isNext && row.dataset.group && row.dataset.group === before.dataset.group));
};

// Marks the first unread message; it stays until the reader answers.
let news;
const markNew = () => {
  const [first] = owing();
  if (!first || news?.nextSibling === first) return;
  news?.remove();
  news = element("li", "day new", words.new);
  first.before(news);
  first.classList.remove("follow");
};

/** The chat was opened: what is unread is read from its beginning. */
export const opened = () => {
  if (!owing().length || !news?.isConnected) return follow();
  scrollTo(news.offsetTop - 8);
  follows = log.scrollHeight - log.scrollTop - log.clientHeight < 2;
  tellFresh();
};

let lastDay = "";

// A line between days, before the first row of a day.
const divided = (row) => {
  const at = new Date(row.querySelector("time").dateTime);
  if (at.toDateString() === lastDay) return [row];
  lastDay = at.toDateString();
  return [element("li", "day", dayOf(at)), row];
};

/** The element of a message; undefined if it is not on the page. */
export const rowOf = (id) => rows.get(id);

let choose = () => {};

/** The action when a choice below a message is made. */
export const onChoice = (act) => (choose = act);

// The header shows the shop and its team until someone answers, who is there from then on.
const head = place.area.querySelector("header");

const answers = (name) => {
  head.querySelectorAll(".avatar").forEach((one) => one.remove());
  head.prepend(face(name));
  const title = part("title");
  title.textContent = name;
  title.title = place.title;
};

const made = (message) => {
  const { id, mine, owed, group, at, name, text } = message;
  const row = element("li", mine ? "message mine" : "message theirs");
  Object.assign(row.dataset, { id, ...(owed && { owed }), ...(group && { group }) });
  const when = new Date(at);
  const time = built("time", { datetime: at, title: when.toLocaleString(words.language, { dateStyle: "long", timeStyle: "short", hourCycle: "h23" }) });
  time.append(when.toLocaleTimeString(words.language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
  const who = mine ? words.you : name || words.employee;
  row.append(element("p", mine ? "who unseen" : "who", who), ...above(message));
  if (text) row.append(built("p", { class: "text" }, ...linked(text)));
  row.append(...below(message, (...choice) => choose(...choice)), built("p", { class: "mark" }, time));
  letReply(row);
  letReact(row);
  reacted(row, message.reactions || {});
  if (!mine) row.prepend(face(who));
  if (name) answers(name);
  return row;
};

/** The id of the last message on the page. */
export const lastId = () => list.lastElementChild?.dataset.id;

/**
 * Puts a message at the end, or behind the one that it was written `after`, once; `isTold`: it is an earlier one. A reader
 * further up is not moved but notified.
 */
export const show = (message, isTold = false) => {
  if (rows.has(message.id)) return rows.get(message.id);
  const row = made(message);
  const before = rows.get(message.after) ?? list.lastElementChild;
  const isLast = before === list.lastElementChild;
  joined(row, before);
  const isSeen = follows && document.visibilityState === "visible" && !place.area.hidden;
  if (isLast) list.append(...divided(row));
  else before.after(row);
  if (row.previousElementSibling?.classList.contains("day")) row.classList.remove("follow");
  rows.set(message.id, row);
  row.classList.toggle("in", !isTold);
  if (isTold) tick(row);
  else if (!message.mine) row.dataset.owed = "read";
  if (!isLast) return row;
  if (message.mine) news?.remove();
  else if (isTold || !isSeen) markNew();
  if (message.mine || follows) toEnd();
  return row;
};

/** Removes a message from the page. */
export const remove = (id) => {
  rows.get(id)?.remove();
  rows.delete(id);
};

/** Shows the state of a message below it, as a tick if that is enough, with buttons for what can be done about it. */
export const mark = (id, state, acts = [], tick) => {
  const row = rows.get(id);
  if (!row) return;
  row.classList.toggle("bad", state === words.failed || acts.length > 0);
  row.querySelectorAll(".state, .again").forEach((old) => old.remove());
  const under = row.querySelector(".mark");
  const said = element("span", "state" + (tick ? " " + tick : ""), tick ? "" : state);
  if (tick) {
    said.title = state;
    said.append(element("span", "unseen", state));
  }
  under.append(said, ...acts);
  follow();
};

/** A manager answered: the messages above have been read. */
export const wasRead = () => {
  for (const state of list.querySelectorAll(".mine .state.sent")) {
    state.className = "state sent read";
    state.title = words.read;
    state.firstElementChild.textContent = words.read;
  }
};

// A message of the history has arrived, and an answer shows that those above it were read.
const tick = (row) => {
  if (row.classList.contains("mine")) mark(row.dataset.id, words.sent, [], "sent");
  else wasRead();
};

/** Renders the file of a message again, now that it has an address. */
export const drawFile = (id, file) => {
  rows.get(id)?.querySelector(".enclosed")?.replaceWith(shownFile(file));
  follow();
};

// The notice shows the most important of the current texts.
const said = { closed: "", wait: "", file: "", line: "", unsent: 0 };

/** Sets the text of a kind – `closed`, `wait`, `file`, `line` –, or removes it if empty; `unsent` counts. */
export const say = (kind, what) => {
  said[kind] = what;
  const isDown = said.line === words.offline || said.line === words.connecting;
  const count = isDown && said.unsent > 0 ? " " + counted(words.unsent, said.unsent) + "." : "";
  const text = said.closed || said.wait || said.file || said.line + count;
  notice.className = "notice " + (said.closed || said.file ? "t-bad" : "t-wait");
  if (notice.textContent !== text) notice.textContent = text;
  notice.hidden = !text;
};

/** The last text of a kind. */
export const saying = (kind) => said[kind];

// Only scrolling up stops following: content that grows moves the end away as well.
const scrolled = () => {
  if (log.scrollTop === scrolledTo) return;
  const isUp = log.scrollTop < scrolledTo - 1;
  scrolledTo = log.scrollTop;
  if (log.scrollHeight - log.scrollTop - log.clientHeight < 80) follows = true;
  else if (isUp) follows = false;
  tellFresh();
};

on(fresh, "click", toEnd);
on(log, "scroll", scrolled, { passive: true });
// Pictures grow when they are loaded, and lines below show that a manager is typing, or ask again.
const sizes = new ResizeObserver(follow);
[log, list, part("typing"), part("intro")].forEach((one) => one && sizes.observe(one));
place.signal.addEventListener("abort", () => sizes.disconnect());
part("greeting").prepend(face(place.logo ? "" : place.team[0]?.name));
place.lines.forEach((line) => show(line, true));
opened();
