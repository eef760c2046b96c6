// Answers by e-mail: offered to visitors who have written, because they may leave before a manager answers.

import { button, drawn, element } from "./dom.js";
import { place } from "./place.js";
import { on, part, post, words } from "./tools.js";
import { say } from "./view.js";

let box;

const enter = () => {
  const [form, field, send] = [element("form", "question row"), element("input"), drawn("", "send", words.send)];
  Object.assign(field, { type: "email", name: "email", autocomplete: "email", required: true, value: place.mail || part("ask-email")?.value || "", placeholder: words.ask.email });
  field.setAttribute("aria-label", words.ask.email);
  send.type = "submit";
  form.append(field, send);
  on(form, "submit", async (event) => {
    event.preventDefault();
    const { status } = await post("/email", { email: field.value.trim() }).catch(() => ({}));
    const isSent = status === 200 || status === 202;
    const wrong = { 422: words.mail.wrong, 429: words.mail.limit }[status] || words.failed;
    say("wait", isSent ? "" : wrong);
    if (isSent) box.textContent = words.mail.sent;
    if (isSent) part("text").focus();
  });
  box.replaceChildren(form);
  field.focus();
};

// The letter with the whole talk.
const transcribe = async () => {
  const { status } = await post("/transcript", {}).catch(() => ({}));
  say("wait", status === 202 ? "" : status === 429 ? words.mail.limit : words.failed);
  if (status === 202) box.textContent = words.transcript_sent;
};

/** Offers it, once, and the whole talk where an address was confirmed; nothing where there is no mail server. */
export const offer = () => {
  if (box || (place.mail == null && !place.by_email)) return;
  box = element("div", "mail");
  box.setAttribute("role", "status");
  box.append(place.by_email ? button("choice", words.transcript, transcribe) : button("choice", words.mail.offer, enter));
  part("form").before(box);
};

if (place.started) offer();
