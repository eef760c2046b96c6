// The web chat's page. It is whole without script; with it messages leave without a reload and wait for a connection
// in the browser's storage (outbox.js), answers come by themselves, and what was seen is told (receipts.js).

import { begin, send, write } from "./outbox.js";
import { reacted, typed, types } from "./live.js";
import { base, pause, shownUpTo, words } from "./page.js";
import { arrived } from "./receipts.js";
import { onChoice, rowOf, say, saying, show } from "./view.js";

const form = document.getElementById("form");
const input = document.getElementById("text");

form.noValidate = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value.trim();
  if (text) write(text);
  input.value = "";
  input.focus();
});

input.addEventListener("keydown", (event) => {
  const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  // On phones Enter breaks the line; while a word is being composed it belongs to the composition.
  if (event.key !== "Enter" || !plain || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  form.requestSubmit();
});

// The stream of answers. The position of the last one is the cursor: a new connection goes on after it.
let stream;
let after = shownUpTo;
let tries = 0;
let comeBack;
let hiddenAt = 0;

const opened = () => {
  if (saying("line")) {
    say("line", words.connected);
    setTimeout(() => saying("line") === words.connected && say("line", ""), 3000);
  }
  tries = 0;
  send();
};

const answered = (event) => {
  const position = Number(event.lastEventId);
  if (!(position > after)) return;
  after = position;
  const message = JSON.parse(event.data);
  const isNew = !rowOf(message.id);
  typed();
  arrived(show(message), isNew);
};

const changed = (event) => {
  const { id, ...reactions } = JSON.parse(event.data);
  const row = rowOf(id);
  if (row) reacted(row, reactions);
};

const connect = () => {
  clearTimeout(comeBack);
  stream?.close();
  const mine = new EventSource(base + "/events?after=" + after);
  stream = mine;
  mine.addEventListener("open", opened);
  mine.addEventListener("message", answered);
  mine.addEventListener("reaction", changed);
  mine.addEventListener("typing", (event) => types(JSON.parse(event.data)));
  // Many tabs of this chat are open: this one goes on when somebody looks at it.
  mine.addEventListener("replaced", () => mine.close());
  mine.addEventListener("error", () => {
    mine.close();
    if (stream !== mine || saying("closed")) return;
    tries += 1;
    if (!navigator.onLine) say("line", words.offline);
    else if (tries > 1) say("line", words.connecting);
    comeBack = setTimeout(connect, pause(tries - 1));
  });
};

const wake = () => {
  if (stream?.readyState !== EventSource.OPEN && !saying("closed")) connect();
  send();
};

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hiddenAt = Date.now();
    return;
  }
  // A phone that slept may hold a dead connection that looks open.
  if (Date.now() - hiddenAt > 60000) stream?.close();
  wake();
});
addEventListener("focus", wake);
addEventListener("online", () => {
  stream?.close();
  wake();
});
addEventListener("offline", () => say("line", words.offline));
addEventListener("pagehide", () => stream?.close());
addEventListener("pageshow", (event) => event.persisted && connect());

onChoice(write);
if (!navigator.onLine) say("line", words.offline);
begin();
connect();
