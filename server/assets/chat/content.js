// The content of a message besides its text: quotes, files, places, and choices.

import { avatar, built, button, drawing, drawn, element } from "./dom.js";
import { place } from "./place.js";
import { clocked, sized, words } from "./tools.js";

/** Who answers, with their photo if they are in the team; the shop itself without a name. */
export const face = (name) => {
  const at = place.team.findIndex((one) => one.name === name);
  const [path, version] = name ? ["/team/" + at, place.team[at]?.photo] : ["/logo", place.logo];
  return avatar(name || place.title, version && place.base + path + "?v=" + version);
};

const link = (url, className, text) => {
  const made = element("a", className, text);
  made.href = url;
  if (!/^(tel|mailto):/.test(url)) made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
};

// An address in a text, without the punctuation that ends its sentence, an e-mail address, or a phone number.
const address = /\bhttps?:\/\/[^\s<>"]*[^\s<>".,:;!?'«»…)\]}]|[\w.+-]+@[\w-]+(\.[\w-]+)+|\+\d[\d ()-]{8,18}\d/gi;

const target = (said) => {
  if (said.includes("://")) return said;
  return said.includes("@") ? "mailto:" + said : "tel:" + said.replace(/[^+\d]/g, "");
};

/** A text with its addresses and numbers converted to links. */
export const linked = (text) => {
  const pieces = [];
  let end = 0;
  for (const { 0: said, index } of text.matchAll(address)) {
    pieces.push(text.slice(end, index), link(target(said), "", said));
    end = index + said.length;
  }
  return [...pieces, text.slice(end)].filter(Boolean);
};

const paragraph = (text) => built("p", {}, ...linked(text));

const titled = (file) => file.name || words.kinds[file.kind];

const image = (file) => {
  const made = element("img");
  made.src = file.url;
  made.alt = titled(file);
  made.loading = "lazy";
  const frame = link(file.url, "image " + file.kind);
  frame.append(made);
  return frame;
};

const player = (name, file) => {
  const made = element(name);
  made.src = file.url;
  // Load the duration only; the rest when it is played.
  made.preload = "metadata";
  return made;
};

const video = (file) => {
  const made = player("video", file);
  made.controls = true;
  made.setAttribute("aria-label", titled(file));
  return made;
};

// A button, the position, and the time that is left: browsers' own players are of all sizes and colours.
const audio = (file) => {
  const line = built("input", { type: "range", max: 1, step: "any", value: 0, "aria-label": titled(file) });
  const [sound, time] = [player("audio", file), element("span", "size")];
  const play = drawn("play", "play", "", () => (sound.paused ? sound.play().catch(draw) : sound.pause()));
  const draw = () => {
    const { currentTime: at, duration, paused } = sound;
    const left = Number.isFinite(duration) ? duration : 0;
    if (left) line.value = at / left;
    time.textContent = clocked(Math.round(at || left));
    line.setAttribute("aria-valuetext", time.textContent);
    const way = paused ? "play" : "pause";
    play.replaceChildren(drawing(way));
    play.title = words.voice[way];
  };
  line.addEventListener("input", () => (sound.currentTime = line.value * (sound.duration || 0)));
  sound.addEventListener("play", () => {
    for (const other of place.root.querySelectorAll("audio")) if (other !== sound) other.pause();
  });
  // Browsers write no duration into what they record; it is known once the end was looked for.
  sound.addEventListener("loadedmetadata", () => sound.duration === Infinity && (sound.currentTime = 1e9));
  sound.addEventListener("durationchange", () => sound.currentTime && sound.paused && (sound.currentTime = 0));
  for (const event of ["timeupdate", "durationchange", "play", "pause", "ended"]) sound.addEventListener(event, draw);
  draw();
  return built("div", { class: "sound" }, play, line, time, sound);
};

// Without an address it is still being uploaded.
const download = (file) => {
  const made = element("p", "card file");
  made.append(drawing("file"), file.url ? link(file.url, "", titled(file)) : element("span", "", titled(file)));
  if (file.size) made.append(element("span", "size", sized(file.size)));
  return made;
};

const ways = { picture: image, sticker: image, video, voice: audio, audio };

/** Renders a file. */
export const shownFile = (file) => {
  const made = (file.url && ways[file.kind] ? ways[file.kind] : download)(file);
  made.classList.add("enclosed");
  return made;
};

const quote = ({ name, text, forwarded }) => {
  const made = element("blockquote", forwarded ? "quote" : "quote brief");
  const head = [forwarded && words.forwarded, name].filter(Boolean).join(": ");
  if (head) made.append(element("p", "who", head));
  if (text) made.append(paragraph(text));
  return made;
};

// Renders a place or a contact, with its link.
const card = ({ kind, title, note, url, leads }) => {
  const [made, about, end] = [element("div", "card"), element("div"), element("p", "", url ? "" : leads)];
  if (url) end.append(link(url, "", leads));
  about.append(element("p", "title", title), element("p", "small", note), end);
  made.append(drawing(kind), about);
  return made;
};

/** Renders the parts above the text. */
export const above = ({ quote: quoted, file, card: shown, list }) =>
  [quoted && quote(quoted), file && shownFile(file), shown && card(shown), list?.header && element("p", "title", list.header)].filter(Boolean);

const buttons = (rows, choose) => {
  const made = element("div", "choices");
  for (const row of rows) {
    const line = element("div", "line");
    for (const { text, url } of row) line.append(url ? link(url, "choice", text) : button("choice", text, () => choose(text)));
    made.append(line);
  }
  return made;
};

const list = ({ body, footer, button: open, sections }, choose) => {
  const made = element("div", "list");
  if (body) made.append(paragraph(body));
  if (footer) made.append(element("p", "small", footer));
  const rows = element("details", "choices");
  rows.append(element("summary", "choice", open || words.choose));
  for (const section of sections) {
    if (section.title) rows.append(element("p", "who", section.title));
    for (const row of section.rows) {
      const choice = button("choice", row.title, () => {
        rows.open = false;
        choose(row.title, row.id);
      });
      if (row.description) choice.append(element("small", "", row.description));
      rows.append(choice);
    }
  }
  made.append(rows);
  return made;
};

/** Renders the parts below the text; `choose` is called with a text and, for a list, the row. */
export const below = (message, choose) => {
  const rows = message.buttons?.length && buttons(message.buttons, choose);
  return [rows, message.list && list(message.list, choose)].filter(Boolean);
};
