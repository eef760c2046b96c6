// The answer that the visitor's next message is about.

import { button, drawn, element } from "./dom.js";
import { part, words } from "./tools.js";

const bar = element("div", "replying");
bar.hidden = true;
part("text").parentNode.before(bar);
let chosen;

const choose = (row) => {
  chosen = row && {
    reply_to: row.dataset.id,
    quote: { name: row.querySelector(".who").textContent, text: row.querySelector(".text, .enclosed, .card")?.textContent },
  };
  bar.hidden = !row;
  if (!row) return;
  const out = button("out", "×", () => choose());
  out.setAttribute("aria-label", words.dismiss);
  const said = element("span", "name", [chosen.quote.name, chosen.quote.text].filter(Boolean).join(": "));
  bar.replaceChildren(element("b", "", words.reply), said, out);
  part("text").focus();
};

/** Lets the visitor answer a message of the other side. */
export const letReply = (row) => {
  if (!row.classList.contains("mine")) row.querySelector(".mark").append(drawn("aside reply", "reply", words.reply, () => choose(row)));
};

/** Takes what the next message is about, once. */
export const takeReply = () => {
  const taken = chosen;
  choose();
  return taken;
};
