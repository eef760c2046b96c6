// Answers by e-mail: offered to visitors who have written, because they may leave before a manager answers.

import { button, element } from "./dom.js";
import { isWrong } from "./intro.js";
import { place } from "./place.js";
import { asking, part, post, words } from "./tools.js";
import { follow, say } from "./view.js";

let box;

const shows = (what) => {
  box.replaceChildren(what);
  follow();
};

const ask = () => {
  const value = place.mail || part("ask-email")?.value || "";
  const form = asking(words.ask.email, { type: "email", name: "email", autocomplete: "email", value }, async (field) => {
    const { status } = await post("/email", { email: field.value.trim() });
    if (status !== 200 && status !== 202) return isWrong(field, { 422: words.mail.wrong, 429: words.mail.limit }[status] || words.failed);
    shows(words.mail.sent);
    part("text").focus();
  });
  shows(form);
  form.firstChild.focus();
};

// The letter with the whole talk.
const transcribe = async () => {
  const { status } = await post("/transcript", {});
  say("wait", status === 202 ? "" : status === 429 ? words.mail.limit : words.failed);
  if (status === 202) shows(words.transcript_sent);
};

/** Offers it below the talk, once, and the whole talk where an address was confirmed; nothing where there is no mail server. */
export const offer = () => {
  if (box || (place.mail == null && !place.by_email)) return;
  box = element("div", "mail");
  part("typing").after(box);
  shows(place.by_email ? button("choice", words.transcript, transcribe) : button("choice", words.mail.offer, ask));
};

if (place.started) offer();
