// The working hours of a source: the week is asked for if there is one, and the holidays of a country are shown as soon as it is chosen. The form works without this script.

import { drawLists } from "./lists.js";
import "./week.js";

const week = document.querySelector(".week");
const form = week.closest("form");
drawLists(form, { add_holidays: form.dataset.addDay, remove: week.dataset.remove, hint_holidays: form.dataset.dayHint });

// What is not asked is not sent, and is not missing.
const choose = () => (document.getElementById("f-week").disabled = form.elements.open.value === "always");
form.addEventListener("change", choose);
choose();

const country = document.getElementById("f-country");
country.addEventListener("change", async () => {
  const chosen = country.value;
  const answer = await fetch("?country=" + encodeURIComponent(chosen));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("public");
  if (fresh && country.value === chosen) document.getElementById("public").replaceWith(fresh);
});
