// Creates elements without parsing markup: user input is inserted as text.

/** A new element with a text. */
export const element = (name, className, text) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

/** A new element with attributes and children. */
export const built = (name, attributes, ...children) => {
  const one = element(name);
  for (const [attribute, value] of Object.entries(attributes)) one.setAttribute(attribute, value);
  one.append(...children);
  return one;
};

/** A button with an action. */
export const button = (className, text, act) => {
  const made = element("button", className, text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
};

/** A button with an icon instead of a text; screen readers get the text. */
export const drawn = (className, shape, words, act) => {
  const made = button(className, "", act);
  made.title = words;
  made.setAttribute("aria-label", words);
  made.append(drawing(shape));
  return made;
};

const face = (mouth) => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9 9.5v.5 M15 9.5v.5 M8.5 " + mouth;

const shapes = {
  chat: "M4 4h16a1 1 0 0 1 1 1v11a1 1 0 0 1-1 1h-9l-5 4v-4H4a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z",
  close: "M5 9l7 7 7-7",
  cross: "M6 6l12 12 M18 6L6 18",
  send: "M4 12l16-8-5 16-3-6z M12 14l8-10",
  file: "M20 11l-8.5 8.5a5 5 0 0 1-7-7L13 4a3.4 3.4 0 0 1 4.8 4.8L9.6 17a1.7 1.7 0 0 1-2.4-2.4L14.5 7",
  camera: "M4 8h3l2-3h6l2 3h3v11H4z M12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  location: "M12 21c4-4.5 6-8 6-11a6 6 0 0 0-12 0c0 3 2 6.5 6 11z M12 12a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z M4 20c1-4 4-6 8-6s7 2 8 6",
  edit: "M4 20l1.5-5L16 4.5l3.5 3.5L9 18.5z M14 6.5L17.5 10",
  voice: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3z M6 11.5a6 6 0 0 0 12 0 M12 17.5V21",
  sound: "M4 10v4h3l5 4V6l-5 4z M16 9a4.5 4.5 0 0 1 0 6",
  mute: "M4 10v4h3l5 4V6l-5 4z M16 10l4 4 M20 10l-4 4",
  play: "M8 5l11 7-11 7z",
  pause: "M9 6v12 M15 6v12",
  reply: "M9 6L4 11l5 5 M4 11h9a7 7 0 0 1 7 7",
  smile: face("14.5a4.5 4.5 0 0 0 7 0"),
  fair: face("15h7"),
  bad: face("16a4.5 4.5 0 0 1 7 0"),
};

/** An icon in the colour of the surrounding text. */
export const drawing = (shape) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("aria-hidden", "true");
  made.setAttribute("class", "drawing");
  line.setAttribute("d", shapes[shape]);
  made.append(line);
  return made;
};

/** A picture in a circle, or the first letter of a name where there is none, or a page's policy does not let it load. */
export const avatar = (name, picture) => {
  const letter = [...(name || "?").trim()][0].toUpperCase();
  const made = element("span", "avatar", picture ? "" : letter);
  made.setAttribute("aria-hidden", "true");
  if (picture) {
    const shown = element("img");
    shown.alt = "";
    shown.addEventListener("error", () => made.replaceChildren(letter));
    shown.src = picture;
    made.append(shown);
  }
  return made;
};

/** Sets the chat's colours: see `--brand` and `--light` in chat.css. */
export const paint = ({ style }, { color, on_color, accents: [light, dark] }) => {
  // Away from the text's colour, so that it stays readable.
  const deep = "color-mix(in srgb, " + color + " 78%, " + (on_color === "#FFFFFF" ? "#000)" : "#FFF)");
  for (const [name, value] of Object.entries({ brand: color, "on-brand": on_color, deep, light, dark })) style.setProperty("--" + name, value);
};

/** A text with a count, in the plural form that the language has for it. */
export const counting = (language) => {
  const plural = new Intl.PluralRules(language);
  return (forms, n) => (forms[plural.select(n)] || forms.other).replace("{n}", n);
};

/** What a browser remembers under a name; sets it to a value, or removes it if that is null. */
export const stored = (store, name, value) => {
  try {
    if (value === undefined) return store().getItem(name);
    if (value === null) store().removeItem(name);
    else store().setItem(name, value);
  } catch {
    // The browser stores nothing for this site.
  }
  return value;
};

/** The page's title without our counter in front. */
export const bareTitle = () => document.title.replace(/^\(\d+\) /, "");

/** Puts a counter in front of the page's title, or removes it. */
export const countInTitle = (n) => {
  const wanted = n > 0 ? "(" + n + ") " + bareTitle() : bareTitle();
  if (document.title !== wanted) document.title = wanted;
};
