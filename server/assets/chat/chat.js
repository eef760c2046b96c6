// The chat. The page works without script; with it messages are sent without a reload and wait in the browser's storage
// for a connection (outbox.js), answers arrive automatically (stream.js), and receipts are reported (receipts.js).

import { linked } from "./content.js";
import { drawing } from "./dom.js";
import { letAttach, takeFiles } from "./files.js";
import { asks, introduced, introduction, unanswered } from "./intro.js";
import { reacted, tellTyping, typed, types } from "./live.js";
import { offer } from "./mail.js";
import { begin, correct, isHeld, send, waits, write } from "./outbox.js";
import { place } from "./place.js";
import { talked } from "./rate.js";
import { arrived } from "./receipts.js";
import { takeReply } from "./reply.js";
import { letPick } from "./smileys.js";
import { chime } from "./sound.js";
import { listen } from "./stream.js";
import { ask, on, part, pause, post, words } from "./tools.js";
import { onChoice, opened, rowOf, say, saying, show, wasRead } from "./view.js";
import { letRecord } from "./voice.js";

const [form, input] = [part("form"), part("text")];
const submit = form.querySelector("[type=submit]");

input.required = false;
submit.setAttribute("aria-label", words.send);
submit.title = words.send;
submit.replaceChildren(drawing("send"));
letPick(submit, submit.parentNode);
letAttach(submit, submit.parentNode);

const writes = (text, more) => {
  place.makeKnown();
  // Open answers stay: they are part of the talk.
  place.root.querySelectorAll(".quick:not([open])").forEach((one) => one.remove());
  write(text, { ...introduction(), ...more });
  place.tell("sent");
  if (!closes) connect();
  offer();
  talked();
};

letRecord(submit, submit.parentNode, () => form.reportValidity(), (file) => writes("", { ...takeReply().reply, file, kind: "voice" }));

// A correction that does not arrive is undone, and its text is there to be sent again.
const corrects = async (row, text) => {
  const said = row.querySelector(".text");
  const [before, reword] = [said.textContent, (text) => said.replaceChildren(...linked(text))];
  reword(text);
  const { ok } = await post("/edits", { id: row.dataset.id, text });
  say("wait", ok ? "" : words.failed);
  if (ok) return;
  reword(before);
  input.value ||= text;
};

on(form, "submit", (event) => {
  event.preventDefault();
  // The answers belong to the waiting message, whatever is written meanwhile.
  if (asks() && isHeld()) correct(introduction());
  const [text, files] = [input.value.trim(), takeFiles()];
  const { row, reply } = takeReply();
  if (row && text) corrects(row, text);
  const said = row ? "" : text;
  if (files.length) files.forEach((file, at) => writes(at ? "" : said, { ...(at ? {} : reply), file }));
  else if (said) writes(said, reply);
  input.value = "";
  input.focus();
});

for (const one of place.root.querySelectorAll("button.quick")) {
  one.hidden = false;
  on(one, "click", () => {
    input.value = one.textContent;
    form.requestSubmit();
  });
}

on(input, "input", () => {
  say("file", "");
  tellTyping();
});
on(input, "keydown", (event) => {
  const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  // On phones Enter inserts a line break; during a composition it belongs to the input method.
  if (event.key !== "Enter" || !plain || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  form.requestSubmit();
});

// The position of the last answer is the cursor: a new connection continues after it.
let closes;
let isOpen = false;
let after = place.after;
let tries = 0;
let comeBack;
let hiddenAt = 0;

const connected = () => {
  isOpen = true;
  if (saying("line")) {
    say("line", words.connected);
    setTimeout(() => saying("line") === words.connected && say("line", ""), 3000);
  }
  tries = 0;
  send();
  if (place.partial) spoke({});
  place.partial = false;
};

const answered = (message, id) => {
  const position = Number(id);
  if (!(position > after)) return;
  after = position;
  const isNew = !rowOf(message.id);
  typed();
  wasRead();
  arrived(show(message), isNew);
  talked();
  if (isNew) place.tell("answer");
  if (isNew && (document.visibilityState !== "visible" || place.area.hidden)) chime();
};

const changed = ({ id, ...reactions }) => {
  const row = rowOf(id);
  if (row) reacted(row, reactions);
};

// The customer wrote on another device, or earlier messages could not be read before.
const spoke = async ({ id }) => {
  introduced();
  if (rowOf(id)) return;
  const answer = await ask("/history").catch(() => null);
  const past = answer?.ok ? await answer.json() : { lines: [] };
  past.lines.filter((line) => line.mine).forEach((line) => show(line, true));
};

const ended = (status) => {
  isOpen = false;
  if (status === 401) place.expired();
  if (status === 403 || status === 404) say("closed", status === 404 ? words.closed : words.cookies);
  if (saying("closed")) return;
  tries += 1;
  if (!navigator.onLine) say("line", words.offline);
  else if (tries > 1) say("line", words.connecting);
  comeBack = setTimeout(connect, pause(tries - 1));
};

const heard = {
  open: connected,
  message: answered,
  reaction: changed,
  typing: (...who) => {
    wasRead();
    types(...who);
  },
  spoke,
  // Many tabs of this chat are open: this one continues when it becomes visible.
  replaced: () => disconnect(),
  end: ended,
};

const disconnect = () => {
  closes?.();
  isOpen = false;
};

const connect = () => {
  clearTimeout(comeBack);
  disconnect();
  if (!place.isKnown() || place.signal.aborted) return;
  closes = listen(after, (name, ...what) => heard[name]?.(...what));
};

const wake = () => {
  if (!isOpen && !saying("closed")) connect();
  send();
};

on(document, "visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    hiddenAt = Date.now();
    return;
  }
  // After sleep a phone may have a dead connection that looks open.
  if (Date.now() - hiddenAt > 60000) disconnect();
  wake();
});
on(window, "focus", () => isOpen || wake());
on(window, "online", () => {
  disconnect();
  wake();
});
on(window, "offline", () => say("line", words.offline));
on(window, "pagehide", disconnect);
on(window, "pageshow", (event) => event.persisted && connect());
place.signal.addEventListener("abort", () => {
  clearTimeout(comeBack);
  disconnect();
});

onChoice((text, row) => writes(text, { row }));
if (!navigator.onLine) say("line", words.offline);
if (waits() && !isHeld()) introduced();
begin();
connect();

/** Retries now: the chat became visible, or the customer's token changed. */
export const awake = wake;

/** The chat was opened, by the visitor or `quietly`: then they go on where they are. */
export const look = (quietly) => {
  opened();
  if (!quietly) (unanswered() || input).focus();
};
