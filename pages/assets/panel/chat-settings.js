// The settings of a web chat: tabs without a reload, a week instead of lines, a colour picker, and a preview. The form
// works without this script; the same fields are sent.

import { colourOf, element, preview, statusOf } from "./chat-preview.js";

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
const swatches = ["#0B5CAD", "#0E6638", "#A11A1A", "#56379A", "#B3470B", "#0B7285", "#17212B", "#FFD200"];
const picker = element("input", { type: "color", ariaLabel: about.words.colour });
const low = element("p", { className: "hint", hidden: true });
low.setAttribute("role", "status");
const choices = swatches.map((one) => {
  const button = element("button", { type: "button", className: "swatch", ariaLabel: one });
  button.style.background = one;
  button.addEventListener("click", () => {
    colour.value = one;
    draw();
  });
  return button;
});
colour.before(element("div", { className: "colours" }, picker, ...choices));
colour.after(low);
picker.addEventListener("input", () => {
  colour.value = picker.value.toUpperCase();
  draw();
});

// Hours: a row for each day, written into the lines that the form sends. Lines that do not fit into such rows stay
// lines.
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const NAMES = { пн: "mon", вт: "tue", ср: "wed", чт: "thu", пт: "fri", сб: "sat", вс: "sun" };
const lines = field("working_hours.hours");
const zone = field("working_hours.time_zone");

const week = () => {
  const days = {};
  for (const line of lines.value.split("\n").map((one) => one.trim().toLowerCase().replace(/[–—]/g, "-").replace(/ - /g, "-"))) {
    if (!line) continue;
    const found = /^([a-zа-я]{2,3})(?:-([a-zа-я]{2,3}))?\s+(\d?\d:\d\d)-(\d?\d:\d\d)$/.exec(line);
    const place = (name) => DAYS.indexOf(NAMES[name] || name);
    const [first, last] = found ? [place(found[1]), place(found[2] || found[1])] : [-1, -1];
    if (first < 0 || last < 0 || found[4] === "24:00") return null;
    for (let day = first; ; day = (day + 1) % 7) {
      if (days[day]) return null;
      days[day] = [found[3].padStart(5, "0"), found[4].padStart(5, "0")];
      if (day === last) break;
    }
  }
  return days;
};

const days = week();
if (days) {
  const name = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", timeZone: "UTC" });
  const rows = DAYS.map((day, at) => {
    // The 5th of January 1970 was a Monday.
    const said = name.format(new Date(Date.UTC(1970, 0, 5 + at)));
    const open = element("input", { type: "checkbox", checked: Boolean(days[at]) });
    const [from, until] = (days[at] || ["09:00", "18:00"]).map((value) => element("input", { type: "time", value }));
    from.ariaLabel = said + ", " + about.words.from;
    until.ariaLabel = said + ", " + about.words.until;
    const write = () => {
      from.disabled = until.disabled = !open.checked;
      const open_ = rows.filter((row) => row.open.checked && row.from.value && row.until.value);
      lines.value = open_.map((row) => row.day + " " + row.from.value + "-" + row.until.value).join("\n");
      if (open_.length && !zone.value) zone.value = about.zone;
      draw();
    };
    for (const one of [open, from, until]) one.addEventListener("change", write);
    from.disabled = until.disabled = !open.checked;
    const label = element("label", { className: "check" }, open, " " + said[0].toUpperCase() + said.slice(1));
    return { day, open, from, until, row: element("div", {}, label, from, until) };
  });
  lines.hidden = true;
  const grid = element("div", { className: "days", id: "week" }, ...rows.map((one) => one.row));
  grid.setAttribute("role", "group");
  grid.ariaLabel = document.querySelector('label[for="f-set.working_hours.hours"]').textContent;
  lines.before(grid);
  document.getElementById("h-set.working_hours.hours").hidden = true;
}
const zones = element("datalist", { id: "zones" }, ...(Intl.supportedValuesOf?.("timeZone") || []).map((value) => element("option", { value })));
zone.setAttribute("list", "zones");
zone.after(zones);

/** Whether it is outside the entered hours now. */
const isAway = () => {
  const open = week();
  if (!open || Object.keys(open).length === 0) return false;
  const clock = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone.value.trim() || "UTC" };
  let parts;
  try {
    parts = new Intl.DateTimeFormat("en-GB", clock).formatToParts(new Date());
  } catch {
    // A time zone that is still being typed.
    return false;
  }
  const part = (type) => parts.find((one) => one.type === type).value;
  const now = part("hour") + ":" + part("minute");
  const at = DAYS.indexOf(part("weekday").toLowerCase());
  const [today, before] = [open[at], open[(at + 6) % 7]];
  const isToday = today && now >= today[0] && (now < today[1] || today[1] <= today[0]);
  const isSinceYesterday = before && before[1] <= before[0] && now < before[1];
  return !isToday && !isSinceYesterday;
};

// The preview, in the language that was chosen above it, or whose texts were opened last.
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

// The logo: the one that was just chosen, or the stored one. It is stored by its own button.
const chosen = document.getElementById("f-logo");
let logo = document.getElementById("logo")?.src;
chosen.addEventListener("change", () => {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    logo = reader.result;
    draw();
  });
  if (chosen.files[0]) reader.readAsDataURL(chosen.files[0]);
});

const typed = (name) => field(name).value.trim();
const QUESTIONS = ["name", "phone", "email"];

/** The entered settings, with the texts for visitors of a language. */
const entered = (language) => {
  const own = (name, other = name) => typed("translations." + language + "." + name) || typed(other);
  return {
    ...Object.fromEntries(["color", "side", "theme", "reply_time", "team", "custom_fields"].map((name) => [name, typed(name)])),
    ...Object.fromEntries(["title", "greeting", "reply_text", "consent_text", "quick_answers"].map((name) => [name, own(name)])),
    labels: Object.fromEntries(QUESTIONS.map((name) => [name, own("labels." + name)])),
    working_hours: { text: own("away_text", "working_hours.text"), hours: lines.value, holidays: typed("working_hours.holidays") },
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
    place("away_text", typed("working_hours.text") || own.away_text);
    place("invitation_text", typed("invitation.text") || greeting);
    field(prefix + "invitation_text").closest(".field").hidden = !settings.invitation.show;
  } else {
    place("working_hours.text", own.away_text);
    place("invitation.text", greeting);
  }
};

const draw = () => {
  const settings = entered(visitor.value);
  const { colour: brand, contrast, isLow } = colourOf(settings.color);
  picker.value = brand.toLowerCase();
  choices.forEach((one, at) => one.setAttribute("aria-pressed", String(swatches[at] === brand)));
  low.hidden = !isLow;
  low.textContent = isLow ? about.words.low.replace("{ratio}", contrast.toFixed(1)) : "";
  for (const name of ["text", "after_seconds", "pages"]) field("invitation." + name).closest(".field").hidden = !settings.invitation.show;
  suggest(about.words.language, "", settings);
  for (const { dataset } of blocks) suggest(dataset.language, "translations." + dataset.language + ".", settings);
  show(settings, about.texts[visitor.value], { isAway: form.elements.tab.value === "hours" && isAway(), logo });
};

form.addEventListener("input", draw);
turnTo(form.elements.tab.value);
draw();
