// The settings of a web chat: tabs without a reload, a week instead of lines, a colour picker, and a preview. The form
// works without this script; the same fields are sent.

const form = document.querySelector("form[data-chat]");
const about = JSON.parse(form.dataset.chat);
const field = (name) => document.getElementById("f-set." + name);

const element = (name, options = {}, ...children) => {
  const made = Object.assign(document.createElement(name), options);
  made.append(...children);
  return made;
};

// Tabs. The settings of all sections are in one form: input in one stays when another is shown.
const sections = [...document.querySelectorAll("[data-tab]")];
const links = [...document.querySelectorAll("a[data-tab-of]")];

const turnTo = (tab) => {
  sections.forEach((section) => (section.hidden = section.dataset.tab !== tab));
  links.forEach((link) => (link.dataset.tabOf === tab ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current")));
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

// Colours: contrast as in WCAG 2.2, with the text colour that the chat chooses.
const parse = (text) => {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim())?.[1];
  if (!digits) return null;
  const long = digits.length === 3 ? [...digits].map((one) => one + one).join("") : digits;
  return "#" + long.toUpperCase();
};
const luminance = (colour) => {
  const part = (at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
};
const onWhite = (colour) => 1.05 / (luminance(colour) + 0.05);

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

// The preview: the chat's own style and parts, in a shadow root.
const host = element("div", { className: "preview" });
const root = host.attachShadow({ mode: "open" });
root.append(element("link", { rel: "stylesheet", href: "/chat/static/chat.css" }));
const box = element("section");
const launcher = element("div");
const bubble = document.createElementNS("http://www.w3.org/2000/svg", "svg");
const outline = document.createElementNS("http://www.w3.org/2000/svg", "path");
bubble.setAttribute("viewBox", "0 0 24 24");
bubble.setAttribute("class", "drawing");
outline.setAttribute("d", "M4 5h16v11H9l-5 4z");
bubble.append(outline);
launcher.append(bubble);
launcher.ariaHidden = "true";
root.append(box, launcher);
const frame = document.getElementById("preview");
frame.append(host);
frame.hidden = false;

const message = (side, text) => element("li", { className: "message " + side }, element("p", { className: "text", textContent: text }));

// The logo: the one that was just chosen, or the stored one. It is stored by its own button.
const chosen = document.getElementById("f-logo");
let drawn = document.getElementById("logo")?.src;
chosen.addEventListener("change", () => {
  const reader = new FileReader();
  reader.addEventListener("load", () => {
    drawn = reader.result;
    draw();
  });
  if (chosen.files[0]) reader.readAsDataURL(chosen.files[0]);
});
const picture = () => drawn && element("img", { src: drawn, alt: "" });

const draw = () => {
  const brand = parse(colour.value) || "#0B5CAD";
  const isLow = onWhite(brand) < 4.5;
  picker.value = brand.toLowerCase();
  choices.forEach((one, at) => one.setAttribute("aria-pressed", String(swatches[at] === brand)));
  low.hidden = !isLow;
  low.textContent = isLow ? about.words.low.replace("{ratio}", onWhite(brand).toFixed(1)) : "";
  host.style.setProperty("--brand", brand);
  host.style.setProperty("--on-brand", isLow ? "#000000" : "#FFFFFF");
  host.setAttribute("theme", field("theme").value);
  const title = field("title").value.trim() || about.words.title;
  const away = form.elements.tab.value === "hours" && isAway();
  const status = about.words["status_" + (away ? "away" : field("reply_time").value || "online")];
  const avatar = element("span", { className: "avatar", ariaHidden: "true" }, picture() || [...title][0].toUpperCase());
  const name = element("div", { className: "about" }, element("h2", { textContent: title }), element("p", { id: "status", className: away ? "" : "here", textContent: status }));
  const greeting = element("p", { id: "greeting", textContent: field("greeting").value.trim() || about.words.greeting });
  const asked = [...form.querySelectorAll('[name="set.ask"]:checked')].map((one) =>
    element("p", { className: "question" }, element("label", { textContent: one.parentElement.textContent.trim() }), element("input", { disabled: true, ariaLabel: one.parentElement.textContent.trim() })),
  );
  const consent = field("consent_text").value.trim();
  if (consent) asked.push(element("p", { className: "question" }, element("label", { className: "check" }, element("input", { type: "checkbox", disabled: true }), element("span", { textContent: consent }))));
  const talk = element("ol", { id: "messages" }, message("mine", about.words.question), message("theirs", about.words.answer));
  const log = element("section", { id: "log" }, greeting, talk);
  if (away) log.append(element("p", { id: "away", className: "notice t-wait", textContent: field("working_hours.text").value.trim() || about.words.away }));
  const input = element("textarea", { rows: 1, disabled: true, placeholder: about.words.placeholder, ariaLabel: about.words.placeholder });
  const send = element("form", {}, ...asked, element("div", { className: "row" }, input));
  box.replaceChildren(element("header", {}, avatar, name), element("div", { className: "main" }, log, send));
  Object.assign(box.style, { display: "flex", flexDirection: "column", minHeight: "30rem", overflow: "hidden", borderRadius: "16px", border: "1px solid var(--line)", background: "var(--bg)", color: "var(--text)" });
  log.scrollTop = log.scrollHeight;
  const margin = field("side").value === "left" ? "12px auto 0 0" : "12px 0 0 auto";
  Object.assign(launcher.style, { display: "grid", placeItems: "center", width: "56px", height: "56px", margin, borderRadius: "50%", background: "var(--brand)", color: "var(--on-brand)" });
  host.dataset.side = field("side").value;
};

form.addEventListener("input", draw);
turnTo(form.elements.tab.value);
draw();
