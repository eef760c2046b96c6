// What a message holds beside its text: quotes, files, places, and what can be chosen.

import { button, element, words } from "./page.js";

const link = (url, className, text) => {
  const made = element("a", className, text);
  made.href = url;
  made.target = "_blank";
  made.rel = "noopener noreferrer";
  return made;
};

const named = (file) => file.name || words.kinds[file.kind];

const size = (bytes) => {
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  const format = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 };
  return new Intl.NumberFormat(words.language, format).format(Math.max(value, 0.1));
};

const image = (file) => {
  const made = element("img");
  made.src = file.url;
  made.alt = named(file);
  made.loading = "lazy";
  const frame = link(file.url, "image");
  frame.append(made);
  return frame;
};

const player = (name) => (file) => {
  const made = element(name);
  made.src = file.url;
  made.controls = true;
  made.preload = "none";
  made.setAttribute("aria-label", named(file));
  return made;
};

const download = (file) => {
  const made = element("p", "file");
  made.append(link(file.url, "", named(file)));
  if (file.size) made.append(element("span", "size", size(file.size)));
  return made;
};

const drawn = { picture: image, sticker: image, video: player("video"), voice: player("audio"), audio: player("audio") };

const quote = ({ name, text, forwarded }) => {
  const made = element("blockquote", "quote");
  const head = [forwarded && words.forwarded, name].filter(Boolean).join(": ");
  if (head) made.append(element("p", "who", head));
  if (text) made.append(element("p", "", text));
  return made;
};

/** What stands above the text. */
export const above = (message) => {
  const { file } = message;
  return [message.quote && quote(message.quote), file && (drawn[file.kind] || download)(file)].filter(Boolean);
};

const buttons = (rows, choose) => {
  const made = element("div", "choices");
  for (const row of rows) {
    const line = element("div", "line");
    for (const { text, url } of row) line.append(url ? link(url, "choice", text) : button("choice", text, () => choose(text)));
    made.append(line);
  }
  return made;
};

const list = ({ header, body, footer, button: open, sections }, said, choose) => {
  const made = element("div", "list");
  for (const text of [header, body]) if (text && text !== said) made.append(element("p", "", text));
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
  if (footer) made.append(element("p", "small", footer));
  return made;
};

/** What stands below the text; `choose` is told a text and, of a list, the row. */
export const below = (message, choose) => {
  const place = message.link && link(message.link, "", words.map);
  const rows = message.buttons?.length && buttons(message.buttons, choose);
  return [place, rows, message.list && list(message.list, message.text, choose)].filter(Boolean);
};
