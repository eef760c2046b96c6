// Typing and reactions of both sides.

import { built, button, drawn, element } from "./dom.js";
import { place } from "./place.js";
import { on, part, post, words } from "./tools.js";

const typing = part("typing");
let over;

/** A manager is typing, for this many milliseconds. */
export const types = ({ name, millis }) => {
  clearTimeout(over);
  typing.textContent = name ? words.typing.replace("{name}", name) : words.someone;
  typing.hidden = !(millis > 0);
  over = setTimeout(typed, millis);
};

/** The manager stopped typing. */
export const typed = () => {
  clearTimeout(over);
  typing.hidden = true;
};

let toldAt = 0;

/** Reports that the customer is typing, at most every three seconds; never repeated. */
export const tellTyping = () => {
  if (!place.started || Date.now() - toldAt < 3000) return;
  toldAt = Date.now();
  post("/typing", {});
};

/** Shows the current reactions of a message. */
export const reacted = (row, { mine = "", theirs = "" }) => {
  Object.assign(row.dataset, { mine, theirs });
  row.querySelector(".reactions")?.remove();
  const shown = [theirs, mine].filter(Boolean);
  if (shown.length) row.querySelector(".mark").prepend(element("span", "reactions", shown.join(" ")));
  row.querySelectorAll(".emoji button").forEach((one) => one.setAttribute("aria-pressed", one.textContent === mine));
};

const react = async (row, sign) => {
  const before = row.dataset.mine;
  const now = sign === before ? null : sign;
  reacted(row, { ...row.dataset, mine: now ?? "" });
  const { ok } = await post("/reactions", { id: row.dataset.id, emoji: now });
  if (!ok) reacted(row, { ...row.dataset, mine: before });
};

/** Lets the customer react to a message of the other side. */
export const letReact = (row) => {
  if (!place.emoji.length || row.classList.contains("mine")) return;
  const choices = built("p", { class: "emoji", hidden: "" });
  const opens = (isOpen) => {
    choices.hidden = !isOpen;
    // Above the message, so that no text moves; below it if there is no room above.
    choices.classList.toggle("below", row.offsetTop - part("log").scrollTop < 56);
    open.setAttribute("aria-expanded", isOpen);
  };
  const open = drawn("aside react", "smile", words.react, () => opens(choices.hidden));
  on(place.root, "click", (event) => {
    if (!choices.hidden && !event.composedPath().includes(row)) opens(false);
  });
  row.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || choices.hidden) return;
    event.preventDefault();
    opens(false);
    open.focus();
  });
  open.setAttribute("aria-expanded", false);
  for (const sign of place.emoji) {
    choices.append(
      button("", sign, () => {
        opens(false);
        open.focus();
        react(row, sign);
      }),
    );
  }
  row.querySelector(".mark").append(open);
  row.append(choices);
};
