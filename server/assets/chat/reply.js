// What the visitor is about to write: a reply to an answer, or a correction of an own text.

import { drawn, element } from "./dom.js";
import { part, words } from "./tools.js";

/** Milliseconds after which the server corrects no text any more (edits.rs). */
const CORRECTED_WITHIN = 900000;

const bar = element("div", "replying");
bar.hidden = true;
part("text").parentNode.before(bar);
let chosen;

const choose = (title, text, next) => {
  chosen = next;
  bar.hidden = !next;
  if (!next) return;
  bar.replaceChildren(element("b", "", title), element("span", "name", text), drawn("out", "cross", words.dismiss, () => choose()));
  part("text").focus();
};

const correct = (row, text) => {
  part("text").value = text;
  choose(words.edit, text, { row });
};

const reply = (row) => {
  const [name, text] = [row.querySelector(".who").textContent, row.querySelector(".text, .enclosed, .card")?.textContent];
  choose(words.reply, text ? name + ": " + text : name, { reply: { reply_to: row.dataset.id, quote: { name, text } } });
};

/** Lets the visitor reply to a message of the other side, and correct an own text. */
export const letReply = (row) => {
  const mark = row.querySelector(".mark");
  // What touches it may show what can be done with it (chat.css).
  row.tabIndex = -1;
  const [said, at] = [row.querySelector(".text"), Date.parse(row.querySelector("time").dateTime)];
  if (!row.classList.contains("mine")) mark.append(drawn("aside reply", "reply", words.reply, () => reply(row)));
  else if (said && !row.querySelector(".enclosed") && Date.now() - at < CORRECTED_WITHIN) {
    mark.append(drawn("aside edit", "edit", words.edit, () => correct(row, said.textContent)));
  }
};

/** Takes what the next text is about, once: `reply` are a message's fields, `row` is the message that it corrects. */
export const takeReply = () => {
  const taken = chosen || {};
  choose();
  return taken;
};
