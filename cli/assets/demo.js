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

// The admin's code is another one every thirty seconds.
const code = document.getElementById("code");
async function renew() {
  try {
    const fresh = await (await fetch("/code")).json();
    code.textContent = fresh.code;
    wait(fresh.seconds);
  } catch {
    wait(5);
  }
}
function wait(seconds) {
  setTimeout(renew, seconds * 1000);
}
wait(Number(code.dataset.seconds));
