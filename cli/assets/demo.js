// Buttons that copy the values for the wizard; without a script they are selected by hand.
"use strict";
const copied = document.body.dataset.copied;
const said = document.getElementById("copied");
for (const button of document.querySelectorAll("dd button")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = copied;
    said.textContent = copied;
    setTimeout(() => {
      button.textContent = words;
      said.textContent = "";
    }, 2000);
  });
}
