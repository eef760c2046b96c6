// The panel works without this script. It refreshes live parts, copies texts, and focuses new content.

import { prepareCharts } from "./charts.js";
import { prepareFields } from "./fields.js";

const page = document.documentElement;
const drawer = document.getElementById("drawer");
/** Where the pages of this tab's account are: a browser may be signed in to several. */
const home = location.pathname.match(/^\/panel\/in\/[^/]+/)?.[0] ?? "/panel";

/** The parts that refresh themselves, by name: of a page, or of the message that is open beside it. */
function parts(root) {
  const all = [...root.querySelectorAll("[data-live]")];
  return new Map(all.filter((part) => root === drawer || !drawer?.contains(part)).map((part) => [part.dataset.live, part]));
}

/** Whether a person is working inside: then it is not refreshed. */
function busy(part) {
  const active = document.activeElement;
  const typing = part.contains(active) && active !== document.body && active.matches("input,select,textarea,button,summary");
  const chosen = document.getSelection();
  // The values of a chart that a person reads stay in sight too.
  // Nor while rows are selected.
  const picked = part.querySelector("input[name=id]:checked");
  return typing || picked || part.querySelector(".tip") || (chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode));
}

/** Replaces the content, preserving the focused link and opened details. Its forms keep their proof, which each page shows under another mask. */
function renew(old, fresh) {
  const proof = document.querySelector("input[name=csrf]")?.getAttribute("value");
  if (proof) for (const one of fresh.querySelectorAll("input[name=csrf]")) one.setAttribute("value", proof);
  if (old.innerHTML === fresh.innerHTML && old.className === fresh.className) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  old.replaceWith(fresh);
  [...fresh.querySelectorAll("details")].forEach((details, place) => (details.open = open[place] ?? details.open));
  if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  prepare(fresh);
}

/** What is being read: the first link in sight, else the first part, and where it is. */
function reading() {
  if (scrollY === 0) return null;
  const inSight = (one) => {
    const place = one.getBoundingClientRect();
    return place.height > 0 && place.bottom > 0 && place.top < innerHeight;
  };
  const all = [...document.querySelectorAll("main a[href],main [data-live]")].filter(inSight);
  const one = all.find((found) => found.matches("a") && found.getBoundingClientRect().top >= 0) ?? all[0];
  return one && { mark: mark(one), top: one.getBoundingClientRect().top };
}

/** Finds the same thing again after its part was replaced: several parts may have the same link. */
function mark(one) {
  const part = one.closest("[data-live]");
  const within = part ? `main [data-live="${CSS.escape(part.dataset.live)}"]` : "main";
  return part === one ? within : `${within} [href="${CSS.escape(one.getAttribute("href"))}"]`;
}

/** Scrolls by what grew or shrank above it. */
function keep(read) {
  const one = read && document.querySelector(read.mark);
  if (one) scrollBy(0, one.getBoundingClientRect().top - read.top);
}

/** Renews the parts of what an address shows. */
async function refresh(address, root) {
  const answer = await fetch(address, { headers: { "Parom-Live": "1" }, redirect: "error", cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = parts(fetched);
  const read = reading();
  for (const [name, part] of parts(root)) {
    if (fresh.has(name) && !busy(part)) renew(part, document.adoptNode(fresh.get(name)));
  }
  keep(read);
  return fetched;
}

let running = false;
let again = false;

async function reload() {
  if (document.hidden) {
    again = true;
    return;
  }
  if (running) return;
  running = true;
  again = false;
  try {
    document.title = (await refresh(location.href, document)).title;
    if (drawer?.open) await refresh(drawer.querySelector("a").href, drawer);
  } catch {
    lost();
  } finally {
    running = false;
  }
}

/** The data is as old as the line says. */
function lost() {
  const line = document.querySelector('[data-live="live"]');
  if (!line || line.classList.contains("lost")) return;
  line.classList.add("lost");
  line.textContent = line.dataset.lost;
}

function watch() {
  if (parts(document).size === 0 || !window.EventSource) return;
  let events;
  const open = () => {
    events = new EventSource(`${home}/events`);
    events.addEventListener("moved", reload);
    events.addEventListener("error", () => {
      lost();
      // After a refusal, such as 503 for too many open pages, the browser does not try again by itself.
      if (events.readyState === EventSource.CLOSED) setTimeout(open, 15000);
    });
  };
  open();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && again) reload();
  });
  window.addEventListener("pagehide", () => events.close());
}

async function copy(button) {
  const source = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // In a frame without that permission: select the text, so that one key copies it.
    const range = document.createRange();
    range.selectNodeContents(source);
    const chosen = document.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
    if (!document.execCommand("copy")) return;
  }
  showCopied(button);
}

function showCopied(button) {
  const said = document.getElementById("said");
  const words = button.textContent;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.dataset.confirmed = "";
  button.textContent = document.body.dataset.copied;
  said.textContent = document.body.dataset.copied;
  setTimeout(() => {
    button.textContent = words;
    delete button.dataset.confirmed;
    said.textContent = "";
  }, 2000);
}

/** Copies the content of another address. */
async function copyFrom(button) {
  const text = fetch(button.dataset.copyFrom).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))));
  try {
    // Safari copies only if the promise is created during the click.
    if (window.ClipboardItem) {
      const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    } else await navigator.clipboard.writeText(await text);
    showCopied(button);
  } catch {
    // Without the clipboard it is downloaded as a file.
    location.href = button.dataset.copyFrom;
  }
}

/** Shows elements that work only with a script. */
function prepare(root) {
  prepareCharts(root);
  prepareFields(root);
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const all of root.querySelectorAll("[data-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const one of all.closest("table").querySelectorAll("input[name=id]")) one.checked = all.checked;
    });
  }
  for (const button of root.querySelectorAll("[data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => copyFrom(button));
  }
}

/** Says how many rows are selected; the button beside it selects none. What can only be done with failed ones says with how many. */
function tellChosen() {
  const form = document.getElementById("bulk");
  if (!form) return;
  const chosen = [...form.elements].filter((one) => one.name === "id" && one.checked);
  const failed = chosen.filter((one) => "failed" in one.dataset).length;
  const all = form.elements.all.checked;
  const told = form.querySelector("[data-chosen]");
  told.hidden = !chosen.length && !all;
  told.querySelector("b").textContent = all ? "" : chosen.length;
  for (const button of form.querySelectorAll("[data-of-failed]")) {
    button.hidden = !failed && !all;
    button.querySelector("b").textContent = all ? "" : failed;
  }
}

document.addEventListener("change", tellChosen);
document.addEventListener("reset", () => setTimeout(tellChosen));

// A row leads where its link leads; text in it can be selected, and what else is in it does its own.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("tr")?.querySelector("[data-row]");
  if (!link || event.target.closest("a,button,input,label,select,details") || !document.getSelection().isCollapsed) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

// --- A message opens beside its list where there is room. Without this, it is a page. ---

/** The address of the row whose message is shown. */
let shown = "";

const rowsBeside = () => [...document.querySelectorAll("[data-drawer] [data-row]")];
const at = () => rowsBeside().findIndex((row) => row.href === shown);

async function beside(link) {
  if (link.matches("[data-row]")) shown = link.href;
  drawer.querySelector("a").href = link.href;
  if (!drawer.open) {
    drawer.setAttribute("aria-label", link.textContent);
    drawer.querySelector("[data-shown]").replaceChildren();
    drawer.showModal();
  }
  try {
    const answer = await fetch(link.href, { redirect: "error", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = document.adoptNode(fetched.getElementById("main"));
    const title = main.querySelector("h1");
    drawer.setAttribute("aria-label", title.textContent);
    const name = document.createElement("h2");
    name.append(...title.childNodes);
    title.replaceWith(name);
    // The list behind says whether it is up to date.
    for (const line of main.querySelectorAll(".live")) line.remove();
    drawer.querySelector("[data-shown]").replaceChildren(...main.childNodes);
    prepare(drawer);
    drawer.scrollTop = 0;
  } catch {
    location.href = link.href;
  }
}

function prepareDrawer() {
  drawer.querySelector("[data-close]").addEventListener("click", () => drawer.close());
  drawer.addEventListener("click", (event) => {
    if (event.clientX && event.clientX < drawer.offsetLeft) drawer.close();
    const link = event.target.closest("[rel=prev],[rel=next]");
    if (!link) return;
    event.preventDefault();
    beside(link);
  });
  drawer.addEventListener("close", () => rowsBeside()[at()]?.focus());
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-drawer] a[data-row]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || innerWidth < 1000) return;
    event.preventDefault();
    beside(link);
  });
}

// On a phone tabs scroll sideways: the current one is in sight, and the page stays where it is.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48;

// A menu closes as soon as something else is pressed.
function closeMenus(but) {
  for (const menu of document.querySelectorAll(".pick[open]")) if (!menu.contains(but)) menu.open = false;
}

// It opens upwards where there is no room below.
document.addEventListener(
  "toggle",
  ({ target: menu }) => {
    if (!menu.matches(".pick[open]")) return;
    menu.classList.remove("above");
    menu.classList.toggle("above", menu.lastElementChild.getBoundingClientRect().bottom > innerHeight);
  },
  true,
);
document.addEventListener("pointerdown", (event) => closeMenus(event.target));
document.addEventListener("focusin", (event) => closeMenus(event.target));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.(".pick[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

/** Where the name of the row is kept whose menu sent a form. */
const ROW = "parom-row";

function remember(name) {
  try {
    sessionStorage.setItem(ROW, name);
  } catch {
    // Without storage the next page has the focus on what it says.
  }
}

/** The menu of the row with which something was done: the next thing is often done with the same row. */
function menuOfRow() {
  try {
    const name = sessionStorage.getItem(ROW);
    sessionStorage.removeItem(ROW);
    return name && [...document.querySelectorAll(".more>summary")].find((one) => one.textContent === name);
  } catch {
    return null;
  }
}

/** The focus is on what was done, on the menu that did it, or on the field that is wrong. */
function begin() {
  const notice = document.getElementById("notice");
  const menu = menuOfRow();
  if (menu && notice?.matches(".t-ok")) {
    menu.setAttribute("aria-describedby", notice.id);
    menu.focus();
  } else if (notice?.checkVisibility()) notice.focus();
  else {
    const field = document.querySelector("[aria-invalid=true]") ?? document.querySelector(".error")?.parentElement.querySelector("input,select,textarea");
    const around = field?.closest("details");
    if (around) around.open = true;
    field?.focus();
  }
}

/** Forms with changes that are not saved: leaving the page asks. Nothing is kept by trying something out. */
const changed = new Set();
const KEPT = "main form.form[method=post]:not([action$='/try'],[action$='/signature']):has(.save)";
document.addEventListener("input", ({ target: { form } }) => form?.matches(KEPT) && changed.add(form));

// A form is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  changed.delete(form);
  form.dataset.sent = "1";
  remember(form.closest(".more")?.querySelector("summary").textContent ?? "");
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
// The page was restored by "Back", or is not left after all: the form may be sent again.
function letSend() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
}
window.addEventListener("pageshow", letSend);
window.addEventListener("beforeunload", (event) => {
  if (![...changed].some((form) => form.isConnected)) return;
  event.preventDefault();
  letSend();
});

// --- Filters apply as soon as one is chosen: everything around the form is replaced, and the focus stays where it is. ---

let asked = 0;

async function filter(form) {
  const mine = ++asked;
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(address, { redirect: "error", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    const fresh = fetched.querySelector("main>form.filters");
    history.replaceState(null, "", address);
    document.title = fetched.title;
    for (const link of form.querySelectorAll("a.button")) link.remove();
    form.querySelector("button").after(...fresh.querySelectorAll("a.button"));
    for (const one of [...form.parentElement.children]) if (one !== form) one.remove();
    const around = [...fresh.parentElement.children];
    const at = around.indexOf(fresh);
    form.before(...around.slice(0, at));
    form.after(...around.slice(at + 1));
    for (const one of around) prepare(one);
    const said = document.getElementById("said");
    if (said) said.textContent = document.querySelector("[data-live=found]")?.textContent ?? "";
  } catch {
    if (mine === asked) form.requestSubmit();
  }
}

let soon;
document.addEventListener("change", (event) => {
  const form = event.target.closest?.("main>form.filters");
  if (!form || !event.target.matches("select,input")) return;
  clearTimeout(soon);
  // A date that is typed changes with each digit.
  soon = setTimeout(() => filter(form), event.target.matches("select") ? 0 : 500);
});

// --- Keys: Ctrl K goes to a page, a source, a message or a chat, or searches, "/" goes to the search, j and k through the rows of a list. ---

const box = document.getElementById("palette");
/** Single keys can be switched off: they disturb people who dictate. */
const KEYS = "parom-keys";

/** The palette's links that fit what is typed. */
function choices() {
  return [...box.querySelectorAll("li:not([hidden]) a")];
}

function openPalette() {
  if (!box || box.open) return;
  box.showModal();
  const input = box.querySelector("input");
  input.value = "";
  narrow();
  input.focus();
}

function typedText() {
  return box.querySelector("input").value.trim();
}

/** The choice that Enter opens. The focus stays in the field, so that letters still type. */
let selected = null;

function select(one) {
  for (const link of box.querySelectorAll("[role=option]")) for (const name of ["id", "aria-selected"]) link.removeAttribute(name);
  const all = choices();
  selected = one ?? all[0];
  all.forEach((link, place) => (link.id = `choice-${place}`));
  selected?.setAttribute("aria-selected", "true");
  box.querySelector("input").setAttribute("aria-activedescendant", selected?.id ?? "");
}

/** The pages that fit; if none does, the search for messages is the last choice. */
function narrow() {
  const typed = typedText();
  const search = box.querySelector("[data-search]");
  const pages = [...box.querySelectorAll("li:not([data-search],[data-suggested])")];
  for (const one of pages) one.hidden = !one.querySelector("span").textContent.toLowerCase().includes(typed.toLowerCase());
  search.hidden = !typed || pages.some((one) => !one.hidden);
  search.querySelector("q").textContent = typed;
  search.querySelector("a").href = `${home}/messages?${new URLSearchParams({ q: typed })}`;
  clearTimeout(suggesting);
  suggested = typed ? new Promise((done) => (suggesting = setTimeout(() => suggest().then(done), 150))) : null;
  box.querySelector("[data-none]").hidden ||= search.hidden;
  if (!typed) offer([]);
  select();
}

let suggesting;
/** Settled once what is typed now has its suggestions. */
let suggested = null;

/** Asks for sources with this name, and for the message or chat with this id. */
async function suggest() {
  const typed = typedText();
  try {
    const answer = await fetch(`${home}/suggest?${new URLSearchParams({ q: typed })}`, { headers: { "Parom-Live": "1" }, redirect: "error", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const fetched = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (typed === typedText()) offer([...fetched.querySelectorAll("li")]);
  } catch {
    // The pages and the search work without.
    if (typed === typedText()) offer([]);
  }
}

function offer(found) {
  const isFirst = selected === choices()[0];
  for (const one of box.querySelectorAll("[data-suggested]")) one.remove();
  const search = box.querySelector("[data-search]");
  search.before(...found);
  box.querySelector("[data-none]").hidden = search.hidden || found.length > 0;
  // What the arrows chose meanwhile stays.
  select(isFirst || !selected.isConnected ? null : selected);
}

/** Moves among links; stays at the ends. */
function step(links, by) {
  const at = links.indexOf(document.activeElement);
  const next = links[at < 0 ? (by > 0 ? 0 : -1) : Math.min(Math.max(at + by, 0), links.length - 1)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

function keysAreOn() {
  try {
    return localStorage.getItem(KEYS) !== "off";
  } catch {
    return true;
  }
}

function tellKeys(button) {
  button.textContent = keysAreOn() ? button.dataset.on : button.dataset.off;
}

function preparePalette() {
  for (const button of document.querySelectorAll("[data-palette]")) {
    button.hidden = false;
    button.addEventListener("click", openPalette);
  }
  box.querySelector("input").addEventListener("input", narrow);
  // A link may lead to a place on this very page.
  box.addEventListener("click", (event) => (event.target === box || event.target.closest("a")) && box.close());
  box.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const all = choices();
    select(all[Math.min(Math.max(all.indexOf(selected) + by, 0), all.length - 1)]);
    selected?.scrollIntoView({ block: "nearest" });
  });
  box.addEventListener("pointermove", ({ target }) => {
    const link = target.closest("[role=option]");
    if (link && link !== selected) select(link);
  });
  // Enter opens the page, source, message or chat that was typed; anything else is searched for.
  box.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (selected?.closest("[data-search],[data-suggested]")) await suggested;
    selected?.click();
  });
  const button = box.querySelector("[data-keys]");
  tellKeys(button);
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(KEYS, keysAreOn() ? "off" : "on");
    } catch {
      // Without storage the keys stay on.
    }
    tellKeys(button);
  });
}

document.addEventListener("keydown", (event) => {
  if (!box || event.altKey) return;
  // By place, not by letter: the keyboard may be Cyrillic.
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") {
    event.preventDefault();
    openPalette();
  }
  const isTyping = event.target.closest?.("input,select,textarea,dialog:not(#drawer)");
  if (isTyping || event.ctrlKey || event.metaKey || event.shiftKey || !keysAreOn()) return;
  if (event.key === "/" || event.code === "Slash") {
    event.preventDefault();
    const search = document.querySelector("main input[type=search]");
    if (search && !drawer.open) search.focus();
    else openPalette();
  }
  const by = { KeyJ: 1, KeyK: -1 }[event.code];
  const next = by && drawer.open && rowsBeside()[at() + by];
  if (next) beside(next);
  if (by && !drawer.open) step([...document.querySelectorAll("main table.list tbody tr")].map((row) => row.querySelector("a")).filter(Boolean), by);
});

// --- A link to one setting, such as from Ctrl K: what hides it is opened, and a field can be changed at once. ---

function arrive() {
  const wanted = document.querySelector(":target");
  if (!wanted || wanted.id === "main") return;
  const around = wanted.closest("details");
  if (around) around.open = true;
  // On a phone it is at the end of the menu.
  if (wanted.id === "you" && !wanted.checkVisibility()) document.querySelector(".menu").open = true;
  // Some fields have a form of their own instead, such as the hours of a site chat.
  const seen = wanted.checkVisibility() ? wanted : wanted.closest(".field") ?? wanted;
  seen.scrollIntoView({ block: "center" });
  // On a phone the keyboard would cover the page.
  if (wanted.matches("input,select,textarea") && !matchMedia("(pointer:coarse)").matches) wanted.focus({ preventScroll: true });
}

window.addEventListener("hashchange", arrive);

if (box) preparePalette();
if (drawer) prepareDrawer();
prepare(document);
begin();
arrive();
page.dataset.script = "1";
watch();
