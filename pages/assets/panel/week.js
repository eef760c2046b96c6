// Weeks with their times: breaks are added and removed, and a day is copied to all others. The form works without this script,
// and sends the same fields.

import { element, prepareFields } from "./fields.js";

for (const week of document.querySelectorAll(".week")) {
  const days = [...week.querySelectorAll("[data-day]")].map((row) => {
    const times = row.querySelector(".times");
    const spare = times.querySelector("[data-spare]");
    spare.remove();
    spare.removeAttribute("data-spare");
    return { row, times, spare, open: row.querySelector("[type=checkbox]") };
  });

  const all = (day) => [...day.times.querySelectorAll(":scope > div")];

  /** Adds times to a day. */
  const put = (day, values) => {
    const added = day.spare.cloneNode(true);
    added.querySelectorAll("input").forEach((input, at) => (input.value = values[at]));
    day.times.append(added);
    return added;
  };

  /** Shows what can be done with a day as it is now. */
  const draw = (day) => {
    const isOpen = day.open.checked;
    if (isOpen && !all(day).length) put(day, ["09:00", "18:00"]);
    prepareFields(day.times);
    all(day).forEach((times, at) => {
      times.querySelectorAll("input").forEach((input) => (input.disabled = !isOpen));
      let remove = times.querySelector("button");
      if (at > 0 && !remove) {
        remove = element("button", { type: "button", className: "button small", textContent: "×" });
        remove.ariaLabel = week.dataset.remove + ", " + times.querySelector("input").ariaLabel;
        remove.addEventListener("click", () => {
          times.remove();
          day.row.querySelector("[data-add]").focus();
        });
        times.append(remove);
      }
    });
  };

  for (const day of days) {
    const [add, copy] = [day.row.querySelector("[data-add]"), day.row.querySelector("[data-copy-day]")];
    add.hidden = copy.hidden = false;
    day.open.addEventListener("change", () => draw(day));
    add.addEventListener("click", () => {
      const added = put(day, ["", ""]);
      // An empty break says nothing: it is filled in, or removed.
      for (const input of added.querySelectorAll("input")) input.required = true;
      draw(day);
      added.querySelector("input").focus();
    });
    copy.addEventListener("click", () => {
      const values = all(day).map((times) => [...times.querySelectorAll("input")].map((input) => input.value));
      for (const other of days.filter((one) => one !== day)) {
        other.open.checked = true;
        all(other).forEach((times) => times.remove());
        values.forEach((one) => put(other, one));
        draw(other);
      }
    });
    draw(day);
  }
}
