// The settings of a web chat: tabs without a reload, a colour picker, and a preview. The form
// works without this script; the same fields are sent.

import { colourOf, preview, statusOf } from "./chat-preview.js";
import { element } from "./fields.js";
import { drawLists } from "./lists.js";

const form = document.querySelector("form[data-chat]");
const about = JSON.parse(form.dataset.chat);
const field = (name) => document.getElementById("f-set." + name);

// Tabs. The settings of all sections are in one form: input in one stays when another is shown.
const frame = document.getElementById("preview");
const sections = [...document.querySelectorAll("[data-tab]")];
const links = [...document.querySelectorAll("a[data-tab-of]")];

const turnTo = (tab) => {
  sections.forEach((section) => (section.hidden = section.dataset.tab !== tab));
  const isInstalled = tab === "install";
  // The tabs of the design are below one tab of the page.
  const isCurrent = (link) => link.dataset.tabOf === tab || (link.parentElement.matches(".tabs") && (link.dataset.tabOf === "install") === isInstalled);
  links.forEach((link) => (isCurrent(link) ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current")));
  document.getElementById("design").hidden = frame.hidden = isInstalled;
  form.elements.tab.value = tab;
  // On a phone the tabs scroll sideways; the page stays where it is.
  const link = links.find((one) => one.dataset.tabOf === tab);
  link.parentElement.scrollLeft = link.offsetLeft - link.parentElement.offsetLeft - 48;
};

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turnTo(link.dataset.tabOf);
    history.replaceState(null, "", link.href);
    draw();
  });
}
// A link in the list of errors may lead to a field in another tab.
document.addEventListener("click", (event) => {
  const to = event.target.closest?.('.summary a[href^="#"]');
  const section = to && document.getElementById(to.hash.slice(1))?.closest("[data-tab]");
  if (section) turnTo(section.dataset.tab);
});

const colour = field("color");
const picker = element("input", { type: "color", ariaLabel: about.words.colour });
const low = element("p", { className: "hint", hidden: true });
low.setAttribute("role", "status");
const both = element("div", { className: "colours" });
colour.before(both);
both.append(picker, colour);
both.after(low);
picker.addEventListener("input", () => {
  colour.value = picker.value.toUpperCase();
  draw();
});

// The preview, in the language that was chosen above it, or in which the text that is edited is read.
const visitor = element("select", { id: "preview-language" }, ...Object.entries(about.texts).map(([value, texts]) => element("option", { value, textContent: texts.name })));
const blocks = [...document.querySelectorAll("[data-language]")];
visitor.value = blocks.find((block) => block.open)?.dataset.language || about.words.language;
visitor.addEventListener("change", () => draw());
frame.append(element("label", { htmlFor: visitor.id, textContent: about.words.visitor }), visitor);
const show = preview(frame);
for (const block of blocks) {
  block.addEventListener("toggle", () => {
    if (block.open) visitor.value = block.dataset.language;
    draw();
  });
}

// The logo and the team's photos, by the names of their people: those that were just chosen, or the stored ones. Each is stored by
// its own button.
const pictures = {};
for (const chosen of document.querySelectorAll("input[name=picture]")) {
  const of = chosen.form.elements.which?.value ?? "";
  pictures[of] = chosen.closest(".photo").querySelector("img")?.src;
  chosen.addEventListener("change", () => {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      pictures[of] = reader.result;
      draw();
    });
    if (chosen.files[0]) reader.readAsDataURL(chosen.files[0]);
  });
}

// A server that sends no e-mails has no field for them.
const typed = (name) => field(name)?.value.trim() ?? "";
const QUESTIONS = ["name", "phone", "email"];

/** The entered settings, with the texts for visitors of a language. */
const entered = (language) => {
  const own = (name, other = name) => typed("translations." + language + "." + name) || typed(other);
  return {
    ...Object.fromEntries(["color", "side", "theme", "reply_time", "team", "custom_fields", "email_answers_after"].map((name) => [name, typed(name)])),
    ...Object.fromEntries(["title", "greeting", "reply_text", "consent_text", "quick_answers"].map((name) => [name, own(name)])),
    labels: Object.fromEntries(QUESTIONS.map((name) => [name, own("labels." + name)])),
    working_hours: { hours: about.hours },
    rating: field("rating").checked,
    isOver: form.elements.tab.value === "after",
    invitation: { show: typed("invitation.show"), text: own("invitation_text", "invitation.text") },
    ...Object.fromEntries(["ask", "ask_optional"].map((name) => [name, [...form.querySelectorAll('[name="set.' + name + '"]:checked')].map((one) => one.value)])),
  };
};

// An empty field shows what visitors read without it, and what has no effect is not asked for.
const suggest = (language, prefix, settings) => {
  const texts = about.texts[language];
  const own = { title: texts.title, greeting: texts.greeting, reply_text: statusOf(settings, texts), away_text: texts.away };
  const place = (name, text) => (field(prefix + name).placeholder = text);
  for (const name of ["title", "greeting", "reply_text", "consent_text", "quick_answers"]) place(name, (prefix && typed(name)) || own[name] || "");
  for (const name of QUESTIONS) {
    place("labels." + name, (prefix && typed("labels." + name)) || texts.ask[name]);
    field(prefix + "labels." + name).closest(".field").hidden = !settings.ask.includes(name);
  }
  const greeting = typed(prefix + "greeting") || typed("greeting") || own.greeting;
  if (prefix) {
    place("away_text", about.away || own.away_text);
    place("invitation_text", typed("invitation.text") || greeting);
    field(prefix + "invitation_text").closest(".field").hidden = !settings.invitation.show;
  } else {
    place("invitation.text", greeting);
  }
};

const draw = () => {
  const settings = entered(visitor.value);
  const { colour: brand, contrast, isLow } = colourOf(settings.color);
  picker.value = brand.toLowerCase();
  low.hidden = !isLow;
  low.textContent = isLow ? about.words.low.replace("{ratio}", contrast.toFixed(1)) : "";
  for (const name of ["text", "after_seconds", "pages"]) field("invitation." + name).closest(".field").hidden = !settings.invitation.show;
  for (const box of form.querySelectorAll('[name="set.ask_optional"]')) box.closest(".check").hidden = !settings.ask.includes(box.value);
  field("ask_optional").hidden = !settings.ask.length;
  suggest(about.words.language, "", settings);
  for (const { dataset } of blocks) suggest(dataset.language, "translations." + dataset.language + ".", settings);
  show(settings, about.texts[visitor.value], pictures);
};

// What is edited is seen: a text of a language in it, one for all languages in one that has no text of its own.
const follow = ({ target }) => {
  const [, language, name] = /^set\.(?:translations\.(\w+)\.)?(.+)/.exec(target.name) ?? [];
  const isOwn = (one) => field("translations." + one + "." + name.replace("invitation.", "invitation_"))?.value.trim();
  const shown = language ?? (name && [visitor.value, about.words.language, ...Object.keys(about.texts)].find((one) => !isOwn(one)));
  if (!shown || shown === visitor.value) return;
  visitor.value = shown;
  draw();
};

drawLists(form, about.words);
form.addEventListener("focusin", follow);
form.addEventListener("input", (event) => {
  follow(event);
  draw();
});
turnTo(form.elements.tab.value);
draw();
