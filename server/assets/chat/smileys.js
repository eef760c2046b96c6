// A small picker of emoji: arrow keys move in it, Escape closes it.

import { built, button, drawn } from "./dom.js";
import { part, words } from "./tools.js";

const ALL = "😀 😁 😂 😊 🙂 😉 😍 😘 🤔 🤗 😎 😢 😭 😡 😅 👍 👎 👌 👏 🙏 💪 👋 🤝 ❤️ 🔥 ✨ 🎉 🎁 🎂 ✅ ❌ ❓";
const COLUMNS = 8;
const STEPS = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS };

const input = part("text");

const insert = (sign) => {
  input.setRangeText(sign, input.selectionStart, input.selectionEnd, "end");
  input.dispatchEvent(new Event("input", { bubbles: true }));
};

/** Puts the button before an element, and the picker above a row. */
export const letPick = (before, row) => {
  const signs = ALL.split(" ").map((sign) => button("", sign, () => insert(sign)));
  const picker = built("div", { id: "smileys", class: "smileys", hidden: "", role: "group", "aria-label": words.smileys }, ...signs);
  const toggle = (isOpen) => {
    picker.hidden = !isOpen;
    open.setAttribute("aria-expanded", isOpen);
    (isOpen ? picker.firstChild : open).focus();
  };
  const open = drawn("tool", "smile", words.smileys, () => toggle(picker.hidden));
  open.setAttribute("aria-expanded", false);
  open.setAttribute("aria-controls", "smileys");
  signs.slice(1).forEach((sign) => (sign.tabIndex = -1));
  picker.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      toggle(false);
    }
    const next = signs[signs.indexOf(event.target) + STEPS[event.key]];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  before.before(open);
  row.before(picker);
};
