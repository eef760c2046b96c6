// Rules are dragged into their order. The buttons of a row do the same, with keys and without this script.

const rows = [...document.querySelectorAll("[data-order]")];
let dragged = null;

/** Shows where the dragged rule would go, or nothing. */
const point = (target, side) => {
  for (const row of rows) {
    row.classList.toggle("goes-above", row === target && side === "above");
    row.classList.toggle("goes-below", row === target && side === "below");
  }
};

/** The place that the dragged rule gets beside this row, counted from 0 without it. */
const placeBeside = (row, isBelow) => rows.filter((one) => one !== dragged).indexOf(row) + (isBelow ? 1 : 0);

const isBelow = (row, event) => {
  const box = row.getBoundingClientRect();
  return event.clientY > box.top + box.height / 2;
};

for (const row of rows) {
  const handle = Object.assign(document.createElement("span"), { className: "handle", draggable: true, textContent: "⠿" });
  handle.ariaHidden = "true";
  handle.title = row.dataset.order;
  row.cells[0].prepend(handle, " ");
  handle.addEventListener("dragstart", (event) => {
    dragged = row;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", row.dataset.order);
    event.dataTransfer.setDragImage(row, 0, 0);
  });
  handle.addEventListener("dragend", () => {
    point(null);
    dragged = null;
  });
  row.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    point(row === dragged ? null : row, isBelow(row, event) ? "below" : "above");
  });
  row.addEventListener("drop", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const place = placeBeside(row, isBelow(row, event));
    if (row === dragged || place === rows.indexOf(dragged)) return;
    const form = dragged.querySelector("form");
    for (const [name, value] of [["act", "move"], ["place", place]])
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    form.submit();
  });
}
