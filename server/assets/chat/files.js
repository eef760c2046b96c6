// Files to send with the next message: chosen, taken with the camera, dragged here or pasted.

import { built, drawn, element } from "./dom.js";
import { place } from "./place.js";
import { on, part, sized, words } from "./tools.js";
import { say } from "./view.js";

const MOST = 10;
// The server looks at the bytes (messages.rs); these names say it before the upload.
const PROGRAMS = /\.(exe|scr|dll|msi|dex|sh)$/i;
const chosen = [];
const list = built("ul", { class: "chosen", hidden: "", "aria-label": words.files });

// Drawn, because a site's policy may not let it load a picture of its own.
const thumbnail = (file) => {
  const made = element("canvas");
  made.width = made.height = 80;
  const drawn = (picture) => {
    const side = Math.min(picture.width, picture.height);
    made.getContext("2d").drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, 80, 80);
  };
  createImageBitmap(file).then(drawn, () => made.remove());
  return made;
};

const draw = () => {
  list.replaceChildren(
    ...chosen.map((file, at) => {
      const row = element("li");
      const out = drawn("out", "cross", words.remove_file.replace("{file}", file.name), () => {
        chosen.splice(at, 1);
        draw();
        part("text").focus();
      });
      if (file.type.startsWith("image/")) row.append(thumbnail(file));
      row.append(element("span", "name", file.name), element("span", "size", sized(file.size)), out);
      return row;
    }),
  );
  list.hidden = !chosen.length;
};

// Why a file cannot be sent; empty if it can.
const refusal = ({ name, size, type }) => {
  const most = place.limits[{ image: "picture", video: "video", audio: "audio" }[type.split("/")[0]] || "file"];
  if (!size) return words.file_empty;
  if (PROGRAMS.test(name)) return name + ": " + words.file_kind;
  if (size > most) return words.too_big.replace("{size}", sized(size)).replace("{limit}", sized(most));
  return chosen.length < MOST ? "" : words.file_most.replace("{count}", MOST);
};

const add = (files) => {
  const refused = [];
  for (const file of files) {
    const why = refusal(file);
    if (why) refused.push(why.replace("{file}", () => file.name));
    else chosen.push(file);
  }
  say("file", refused.join("\n"));
  draw();
};

/** Takes the chosen files: they belong to the caller from now on. */
export const takeFiles = () => {
  const taken = chosen.splice(0);
  say("file", "");
  draw();
  return taken;
};

const chooser = (shape, label, attributes) => {
  const input = built("input", { type: "file", hidden: "", ...attributes });
  on(input, "change", () => {
    add(input.files);
    input.value = "";
    part("text").focus();
  });
  const open = drawn("tool", shape, label, () => input.click());
  return [open, input];
};

/** Puts the buttons in front of an element, and the list of chosen files above it. */
export const letAttach = (before, row) => {
  const most = words.attach_limit.replace("{size}", sized(Math.max(...Object.values(place.limits))));
  before.before(...chooser("file", words.attach + ". " + most, { multiple: "" }));
  if (matchMedia("(pointer: coarse)").matches) {
    before.before(...chooser("camera", words.camera, { accept: "image/*", capture: "environment" }));
  }
  row.before(list);
};

const brings = (event) => event.dataTransfer?.types.includes("Files");

let leaving;
on(place.area, "dragover", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  clearTimeout(leaving);
  place.area.classList.add("dropping");
});
on(place.area, "dragleave", () => (leaving = setTimeout(() => place.area.classList.remove("dropping"), 100)));
on(place.area, "drop", (event) => {
  place.area.classList.remove("dropping");
  if (!brings(event)) return;
  event.preventDefault();
  add(event.dataTransfer.files);
});
on(part("text"), "paste", (event) => {
  const files = event.clipboardData?.files;
  if (!files?.length) return;
  event.preventDefault();
  add(files);
});
