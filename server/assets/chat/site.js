// The chat on another site: a button in its own shadow root, and the chat behind it. A secret in the site's own storage
// identifies the visitor, because cookies of other sites are partitioned or blocked; or the site's signed token.

import { bareTitle, button, countInTitle, counting, drawing, drawn, element, paint, stored } from "./dom.js";
import { letInvite } from "./invite.js";
import { openChat, style } from "./parts.js";

const script = document.currentScript;
const base = new URL(script.src).href.replace(/\/embed\.js.*$/, "");
const source = base.slice(base.lastIndexOf("/") + 1);
const named = (what) => "parom:" + source + ":" + what;

const always = (name, value) => stored(() => localStorage, named(name), value);
const session = (name, value) => stored(() => sessionStorage, named(name), value);

// Identifies the visitor.
let token = script.dataset.token || "";
let secret = always("visitor") || "";

const newSecret = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
};

const makeKnown = () => {
  // Another tab may have been faster.
  if (!token && !secret) secret = always("visitor") || always("visitor", newSecret());
};

// The customer as claimed by the site; the server verifies it.
const claims = () => {
  try {
    const text = token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text), (one) => one.charCodeAt(0)))) || {};
  } catch {
    return {};
  }
};
const subject = () => String(claims().sub ?? "");

// The entry page: campaign parameters and clicks of the first page's address also count on later pages.
if (!session("landing") || /[?&](utm_|\w+clid=)/.test(location.search)) {
  session("landing", JSON.stringify({ url: location.href, referrer: document.referrer }));
}
// Metrica's id of the visitor, by which a sale can be told to it, is in the site's own cookie.
const visit = () => {
  const { url, referrer } = JSON.parse(session("landing") || "{}");
  const clientId = /\b_ym_uid=([^;]*)/.exec(document.cookie)?.[1];
  return { url: location.href, title: bareTitle(), referrer: referrer || document.referrer, landing: url, client_id: clientId };
};

// What happens here, for the site's own script, such as one that counts goals; never what is written.
const tell = (what) => dispatchEvent(new CustomEvent("parom:" + what));

const host = element("parom-chat");
const root = host.attachShadow({ mode: "open" });
const panel = element("section", "panel");
const news = element("p", "unseen");
const badge = element("span", "badge");
const peek = element("div", "peek");
let look;
let bubble;
let chat;
let ending;
let invitation;
// It opened by itself: the visitor goes on where they are.
let isQuiet = false;

// On screens this narrow the chat covers the whole page (site.css).
const narrow = matchMedia("(max-width: 480px), (max-height: 480px)");
const isNarrow = () => narrow.matches;

// A chat that covers the page is a modal dialogue: the page below is hidden from screen readers and cannot be reached.
const cover = () => panel.setAttribute("aria-modal", !panel.hidden && isNarrow());

const stops = () => {
  const all = panel.querySelectorAll("a[href], button, input, textarea, summary, audio, video, [tabindex='0']");
  return [...all].filter((one) => !one.disabled && one.getClientRects().length > 0);
};

// In a chat that covers the page the Tab key cycles within the chat.
const goRound = (event) => {
  if (event.key !== "Tab" || !isNarrow()) return;
  const all = stops();
  const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
  if (root.activeElement !== from) return;
  event.preventDefault();
  to.focus();
};

let unseen = 0;
let dismissed;

// The last unread answer beside the closed button.
const preview = (row) => {
  if (!row || !panel.hidden || row.dataset.id === dismissed) return peek.replaceChildren();
  if (peek.dataset.id === row.dataset.id && peek.firstChild) return;
  peek.dataset.id = row.dataset.id;
  const said = button("say", "", () => open());
  const who = row.querySelector(".who").textContent;
  said.append(element("b", "", who), element("span", "", row.querySelector(".text")?.textContent || bubble.title));
  const out = drawn("close", "cross", look.words.dismiss, () => {
    dismissed = row.dataset.id;
    preview();
    bubble.focus();
  });
  peek.replaceChildren(row.querySelector(".avatar").cloneNode(true), said, out);
};

const count = (unread, row) => {
  unseen = unread;
  const { open: name, fresh, language } = look.words;
  badge.textContent = unread > 99 ? "99+" : unread || "";
  badge.hidden = !unread;
  const closed = unread ? name + ". " + counting(language)(fresh, unread) : name;
  bubble.title = panel.hidden ? closed : look.words.minimise;
  bubble.setAttribute("aria-label", bubble.title);
  news.textContent = panel.hidden && unread ? bubble.title : "";
  countInTitle(unread);
  preview(row);
};

const place = (past, signal) => ({
  ...look,
  ...past,
  sound: script.dataset.sound !== "off",
  keep: always,
  base,
  source,
  root,
  area: panel,
  // The customer is not asked for what the site provides.
  ask: look.ask.filter((name) => !claims()[name]),
  whose: token ? "c" + subject() : "a",
  headers: () => ({ Authorization: "Bearer " + (token || secret) }),
  isKnown: () => Boolean(token || secret),
  makeKnown,
  visit,
  unread: count,
  expired: () => tell("expired"),
  tell,
  signal,
});

const history = async () => {
  if (!token && !secret) return {};
  const answer = await fetch(base + "/history", { headers: { Authorization: "Bearer " + (token || secret) }, credentials: "omit" });
  if (answer.status === 401) tell("expired");
  return answer.ok ? answer.json() : {};
};

// Opens the chat itself, once: when the visitor wants it, or when there may be answers.
const enter = () => {
  if (ending) return;
  ending = new AbortController();
  const mine = ending;
  history()
    // No connection: earlier messages are loaded when there is one.
    .catch(() => ({ started: true, partial: true }))
    .then((past) => {
      if (mine.signal.aborted) return;
      chat = openChat(place({ lines: [], after: 0, started: false, ...past }, mine.signal), panel, close);
      if (!panel.hidden) chat.look(isQuiet);
    });
};

const leave = () => {
  ending?.abort();
  ending = chat = undefined;
  panel.replaceChildren();
  count(0);
};

const open = (quietly) => {
  isQuiet = quietly;
  invitation?.end();
  panel.hidden = false;
  cover();
  host.toggleAttribute("open", true);
  bubble.setAttribute("aria-expanded", "true");
  count(unseen);
  news.textContent = quietly ? invitation?.text : "";
  session("open", "1");
  if (!quietly) tell("open");
  enter();
  chat?.awake();
  chat?.look(quietly);
};

const close = () => {
  panel.hidden = true;
  cover();
  host.toggleAttribute("open", false);
  bubble.setAttribute("aria-expanded", "false");
  count(unseen);
  session("open", null);
  tell("close");
  bubble.focus();
};

/** The API for the site: `window.Parom`. */
const api = {
  open: () => open(),
  close,
  // The token of a customer signed in to the site: their chat is the same on every device.
  signIn: (signed) => {
    const before = token && subject();
    token = signed;
    if (before && before === subject()) chat?.awake();
    else {
      leave();
      enter();
    }
  },
  // The next user of this computer sees nothing of this customer's chats.
  signOut: () => {
    token = secret = "";
    always("visitor", null);
    always("invited", null);
    if (!panel.hidden) close();
    leave();
  },
};

const draw = () => {
  if (root.adoptedStyleSheets && "replaceSync" in CSSStyleSheet.prototype) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    root.adoptedStyleSheets = [sheet];
  } else {
    for (const name of ["chat", "site"]) {
      const href = base.replace(/[^/]*$/, "static/" + name + ".css");
      root.append(Object.assign(element("link"), { rel: "stylesheet", href }));
    }
  }
  paint(host, look);
  host.lang = look.words.language;
  host.setAttribute("side", look.side);
  host.setAttribute("theme", look.theme);
  panel.hidden = true;
  panel.id = "panel";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", look.title);
  panel.addEventListener("keydown", (event) => {
    // Keys typed here must not trigger shortcuts of the site.
    event.stopPropagation();
    if (event.key === "Escape" && !event.defaultPrevented) close();
    goRound(event);
  });
  narrow.addEventListener("change", cover);
  news.setAttribute("role", "status");
  badge.hidden = true;
  bubble = drawn("bubble", "chat", look.words.open, () => (panel.hidden ? open() : close()));
  bubble.setAttribute("aria-expanded", "false");
  bubble.setAttribute("aria-controls", "panel");
  bubble.append(drawing("cross"), badge);
  // Who has written before needs no invitation.
  if (look.invitation && !secret && !always("invited")) {
    const leave = () => bubble.focus();
    invitation = letInvite(look, { always, session, isOpen: () => !panel.hidden, isNarrow, open: (asked) => open(!asked), leave });
  }
  root.append(bubble, peek, ...(invitation ? [invitation.place] : []), panel, news);
  for (const [name, pixels] of Object.entries(look.offset)) host.style.setProperty("--" + name, pixels + "px");
  document.body.append(host);
  // Some sites change the address without loading a page.
  const hide = () => (host.hidden = look.hide_on.some((part) => location.href.toLowerCase().includes(part)));
  if (look.hide_on.length) setInterval(hide, 500);
  hide();
};

const begin = async () => {
  // A site that is not in the source's list is refused: nothing is rendered.
  const answer = await fetch(base + "/look", { credentials: "omit" });
  if (!answer.ok) throw answer;
  look = await answer.json();
  draw();
  addEventListener("storage", (event) => {
    if (event.key !== named("visitor")) return;
    secret = event.newValue || "";
    if (token) return;
    if (secret) {
      enter();
      chat?.awake();
    } else leave();
  });
  if (token || secret) enter();
  // The visitor opened it on an earlier page; this page they read.
  if (session("open") && !isNarrow()) open(true);
  invitation?.look();
  window.Parom = api;
  tell("ready");
};

// For developers of the site: the browser itself only reports that the answer was withheld.
const notShown = () => {
  if (!navigator.onLine) return;
  console.warn("Parom: no chat on " + location.origin + ". Add this address to its sites.");
};
const ready = () => begin().catch(notShown);

if (!window.Parom && !document.querySelector("parom-chat")) {
  if (document.body) ready();
  else addEventListener("DOMContentLoaded", ready, { once: true });
}
