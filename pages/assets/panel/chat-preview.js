// The chat of a site as its visitors will see it, drawn from settings that may not be stored yet: beside the panel's form
// and in the widget's. It has the chat's own style and parts, in a shadow root.

import { avatar, drawing, paint } from "/chat/static/dom.js";
import { element } from "./fields.js";

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

/** The colour that an entered text means, and the contrast of white on it. */
export const colourOf = (text) => {
  const colour = parse(text || "") || "#0B5CAD";
  const contrast = 1.05 / (luminance(colour) + 0.05);
  return { colour, contrast, isLow: contrast < 4.5 };
};

const hasHours = ({ working_hours }) => Boolean(working_hours?.hours?.length);

/** The line below the title, during working hours: nothing is said about when managers answer where nothing is set. */
export const statusOf = (settings, texts) => texts.status[settings.reply_time || (hasHours(settings) ? "online" : "")] || "";

// A button that does nothing here.
const icon = (className, shape) => element("span", { className, ariaHidden: "true" }, drawing(shape));

const FACES = { bad: "bad", fair: "fair", good: "smile" };

// What is offered when a talk is over.
const offers = (settings, { rating, mail }) => {
  const faces = Object.entries(FACES).map(([score, face]) => element("button", { type: "button", disabled: true, title: rating[score] }, drawing(face)));
  return [
    settings.rating && element("fieldset", { className: "rating" }, element("p", { textContent: rating.title }), ...faces),
    settings.email_answers_after && element("div", { className: "mail" }, element("button", { type: "button", className: "choice", disabled: true, textContent: mail })),
  ];
};

const message = (side, text, face) => element("li", { className: "message " + side }, face, element("p", { className: "text", textContent: text }));

const linesOf = (entered) => (Array.isArray(entered) ? entered : (entered || "").split("\n")).map((line) => line.trim()).filter(Boolean);

const quick = (line) => {
  const [asked, ...answer] = line.split("|").map((one) => one.trim());
  if (!answer.length) return element("button", { type: "button", className: "choice quick", disabled: true, textContent: asked });
  return element("details", { className: "quick" }, element("summary", { className: "choice", textContent: asked }), element("p", { textContent: answer.join(" | ") }));
};

const question = (label) => element("p", { className: "question" }, element("label", { textContent: label }), element("input", { disabled: true, ariaLabel: label }));

const consented = (text) => {
  const label = element("label", { className: "check" }, element("input", { type: "checkbox", disabled: true }), element("span", { textContent: text }));
  return element("p", { className: "question" }, label);
};

/**
 * Puts a preview into an element and returns what draws it: with settings as the API has them, Parom's own texts in the
 * visitor's language, and the addresses of pictures: of the logo, and of photos by the names of their people.
 */
export const preview = (into) => {
  const host = element("div", { className: "preview" });
  const root = host.attachShadow({ mode: "open" });
  const [box, greets, button] = [element("section"), element("p", { className: "greets" }), icon("", "chat")];
  root.append(element("link", { rel: "stylesheet", href: "/chat/static/chat.css" }), box, greets, button);
  Object.assign(host.style, { display: "block", overflowWrap: "anywhere", font: ".9375rem/1.5rem var(--font)" });
  into.append(host);
  return (settings, texts, pictures = {}) => {
    const text = (entered, own) => (entered || "").trim() || own;
    const { colour, isLow } = colourOf(settings.color);
    // As the chat has it, where the colour is readable on a light ground.
    paint(host, { color: colour, on_color: isLow ? "#000000" : "#FFFFFF", accents: [isLow ? "" : colour, ""] });
    host.setAttribute("theme", settings.theme || "auto");
    const title = text(settings.title, texts.title);
    const status = text(settings.reply_text, statusOf(settings, texts));
    const team = linesOf(settings.team).slice(0, 4).map((name) => () => avatar(name, pictures[name]));
    const own = () => avatar(title, pictures[""]);
    const about = element("div", { className: "about" }, element("h2", { textContent: title }), element("p", { id: "status", className: hasHours(settings) ? "here" : "", textContent: status, hidden: !status }));
    const greeting = text(settings.greeting, texts.greeting);
    const labelled = (label, required) => question(required ? label : texts.optional.replace("{label}", label));
    const asked = (settings.ask || []).map((name) => labelled(text(settings.labels?.[name], texts.ask[name]), !settings.ask_optional?.includes(name)));
    asked.push(...linesOf(settings.custom_fields).map((line) => labelled(line.replace(/\s*\*+$/, ""), line.endsWith("*"))));
    const consent = text(settings.consent_text, "");
    const talk = element("ol", { id: "messages" }, message("mine", texts.question), message("theirs", texts.answer, (team[0] ?? own)()));
    const questions = (asked.length > 0 || consent) && element("fieldset", { id: "intro" }, ...asked, consent && consented(consent));
    // What comes before a talk, or after it.
    const before = [...linesOf(settings.quick_answers).map(quick), talk, questions];
    const rest = settings.isOver ? [talk, ...offers(settings, texts)] : before;
    const log = element("section", { id: "log" }, element("p", { id: "greeting" }, (pictures[""] ? own : (team[0] ?? own))(), greeting), ...rest);
    const input = element("textarea", { rows: 1, disabled: true, placeholder: texts.placeholder, ariaLabel: texts.placeholder });
    const tools = ["smile", "file", "voice"].map((shape) => icon("tool", shape));
    const sends = element("button", { type: "submit", disabled: true, title: texts.send }, drawing("send"));
    const form = element("form", { id: "form" }, element("div", { className: "row" }, input, ...tools, sends));
    box.replaceChildren(element("header", {}, own(), ...team.map((one) => one()), about, icon("close", "sound"), icon("close", "close")), element("div", { className: "main" }, log, form));
    const framed = { borderRadius: "20px", border: "1px solid var(--line)", background: "var(--bg)", color: "var(--text)" };
    Object.assign(box.style, { display: "flex", flexDirection: "column", minHeight: "30rem", overflow: "hidden", ...framed });
    log.scrollTop = log.scrollHeight;
    const margin = settings.side === "left" ? "12px auto 0 0" : "12px 0 0 auto";
    greets.textContent = text(settings.invitation?.text, greeting);
    greets.hidden = settings.invitation?.show !== "text";
    Object.assign(greets.style, { width: "fit-content", maxWidth: "280px", margin, padding: "12px 16px", whiteSpace: "pre-line", ...framed });
    Object.assign(button.style, { display: "grid", placeItems: "center", width: "56px", height: "56px", margin, borderRadius: "50%", background: "var(--brand)", color: "var(--on-brand)" });
    host.dataset.side = settings.side || "right";
  };
};
