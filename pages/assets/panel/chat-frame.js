// The frame with the preview in the widget's form: draws the settings that the page around it sends.

import { preview } from "./chat-preview.js";

document.body.style.margin = "0";
const texts = JSON.parse(document.body.dataset.texts);
const show = preview(document.body);

addEventListener("message", ({ source, data }) => {
  if (source === parent && data?.settings) show(data.settings, texts);
});
show({}, texts);
