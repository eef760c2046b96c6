// Asks what the visitor thinks of a talk that is over: its last word was an answer, and nobody has written for a while.

import { built, drawn, element } from "./dom.js";
import { place } from "./place.js";
import { asking, part, post, words } from "./tools.js";
import { follow } from "./view.js";

/** Milliseconds after the last answer: half an hour, and a week. */
const [OVER, FORGOTTEN] = [1800000, 604800000];
const FACES = { bad: "bad", fair: "fair", good: "smile" };

let card;
let waiting;

const tell = (score, comment) => {
  place.rated_at = Date.now();
  post("/rating", { score, comment });
};

const rate = (score, face) => {
  tell(score, "");
  card.querySelectorAll("button").forEach((one) => one.setAttribute("aria-pressed", one === face));
  const form = asking(words.rating.comment, { maxlength: 1000 }, ({ value }) => {
    if (value.trim()) tell(score, value);
    card.replaceChildren(element("p", "", words.rating.thanks));
    part("text").focus();
  });
  card.querySelector("form")?.remove();
  card.append(form);
  follow();
  form.firstChild.focus();
};

const ask = () => {
  const faces = Object.entries(FACES).map(([score, face]) => drawn(score, face, words.rating[score], (event) => rate(score, event.currentTarget)));
  card = built("fieldset", { class: "rating", "aria-label": words.rating.title }, element("p", "", words.rating.title), ...faces);
  part("messages").after(card);
  follow();
};

/** Somebody has written, or the chat was opened. */
export const talked = () => {
  clearTimeout(waiting);
  card?.remove();
  const row = part("messages").lastElementChild;
  if (!place.rating || !row?.classList.contains("theirs")) return;
  const at = Date.parse(row.querySelector("time").dateTime);
  const age = Date.now() - at;
  if (at < place.rated_at || age > FORGOTTEN) return;
  if (age < OVER) waiting = setTimeout(talked, OVER - age);
  else ask();
};

talked();
place.signal.addEventListener("abort", () => clearTimeout(waiting));
