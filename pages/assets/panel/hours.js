// The working hours of a source: the holidays of a country are shown as soon as it is chosen, and time zones are offered. The
// form works without this script.

import "./week.js";

const country = document.getElementById("f-country");
country.addEventListener("change", async () => {
  const chosen = country.value;
  const answer = await fetch("?country=" + encodeURIComponent(chosen));
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("public");
  if (fresh && country.value === chosen) document.getElementById("public").replaceWith(fresh);
});

const zone = document.getElementById("f-time_zone");
const zones = Object.assign(document.createElement("datalist"), { id: "zones" });
zones.append(...(Intl.supportedValuesOf?.("timeZone") || []).map((value) => Object.assign(document.createElement("option"), { value })));
zone.setAttribute("list", "zones");
zone.after(zones);
