// The panel works without this script. It refreshes live parts, copies texts, and focuses new content.

const page = document.documentElement;

/** The parts of a page that refresh themselves, by name. */
function parts(root) {
  return new Map([...root.querySelectorAll("[data-live]")].map((part) => [part.dataset.live, part]));
}

/** Whether a person is working inside: then it is not refreshed. */
function busy(part) {
  const active = document.activeElement;
  const typing = part.contains(active) && active !== document.body && active.matches("input,select,textarea,button,summary");
  const chosen = document.getSelection();
  return typing || (chosen && !chosen.isCollapsed && part.contains(chosen.anchorNode));
}

/** Replaces the content, preserving the focused link and opened details. */
function renew(old, fresh) {
  if (old.innerHTML === fresh.innerHTML && old.className === fresh.className) return;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const open = [...old.querySelectorAll("details")].map((details) => details.open);
  old.replaceWith(fresh);
  [...fresh.querySelectorAll("details")].forEach((details, place) => (details.open = open[place] ?? details.open));
  if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  prepare(fresh);
}

/** What is being read: the first link in sight, else the first part, and where it is. */
function reading() {
  if (scrollY === 0) return null;
  const inSight = (one) => {
    const place = one.getBoundingClientRect();
    return place.height > 0 && place.bottom > 0 && place.top < innerHeight;
  };
  const all = [...document.querySelectorAll("main a[href],main [data-live]")].filter(inSight);
  const one = all.find((found) => found.matches("a") && found.getBoundingClientRect().top >= 0) ?? all[0];
  return one && { mark: mark(one), top: one.getBoundingClientRect().top };
}

/** Finds the same thing again after its part was replaced. */
function mark(one) {
  const [name, value] = one.matches("a") ? ["href", one.getAttribute("href")] : ["data-live", one.dataset.live];
  return `main [${name}="${CSS.escape(value)}"]`;
}

/** Scrolls by what grew or shrank above it. */
function keep(read) {
  const one = read && document.querySelector(read.mark);
  if (one) scrollBy(0, one.getBoundingClientRect().top - read.top);
}

let running = false;
let again = false;

async function reload() {
  if (document.hidden) {
    again = true;
    return;
  }
  if (running) return;
  running = true;
  again = false;
  try {
    const answer = await fetch(location.href, { headers: { "Parom-Live": "1" }, redirect: "error", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = parts(told);
    const read = reading();
    for (const [name, part] of parts(document)) {
      if (fresh.has(name) && !busy(part)) renew(part, document.adoptNode(fresh.get(name)));
    }
    document.title = told.title;
    keep(read);
  } catch {
    lost();
  } finally {
    running = false;
  }
}

/** The data is as old as the line says. */
function lost() {
  const line = document.querySelector('[data-live="live"]');
  if (!line || line.classList.contains("lost")) return;
  line.classList.add("lost");
  line.textContent = line.dataset.lost;
}

function watch() {
  if (parts(document).size === 0 || !window.EventSource) return;
  const events = new EventSource("/panel/events");
  events.addEventListener("moved", reload);
  events.addEventListener("error", lost);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && again) reload();
  });
  window.addEventListener("pagehide", () => events.close());
}

async function copy(button) {
  const source = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(source.textContent);
  } catch {
    // In a frame without that permission: select the text, so that one key copies it.
    const range = document.createRange();
    range.selectNodeContents(source);
    const chosen = document.getSelection();
    chosen.removeAllRanges();
    chosen.addRange(range);
    if (!document.execCommand("copy")) return;
  }
  told(button);
}

function told(button) {
  const said = document.getElementById("said");
  const words = button.textContent;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.textContent = document.body.dataset.copied;
  said.textContent = document.body.dataset.copied;
  setTimeout(() => {
    button.textContent = words;
    said.textContent = "";
  }, 2000);
}

/** Copies the content of another address. */
async function copyFrom(button) {
  const text = fetch(button.dataset.copyFrom).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))));
  try {
    // Safari copies only if the promise is created during the click.
    if (window.ClipboardItem) {
      const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    } else await navigator.clipboard.writeText(await text);
    told(button);
  } catch {
    // Without the clipboard it is downloaded as a file.
    location.href = button.dataset.copyFrom;
  }
}

/** Shows elements that work only with a script. */
function prepare(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const button of root.querySelectorAll("[data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => copyFrom(button));
  }
}

// A form is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
});
// The page was restored by "Back": the form may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
  }
});

prepare(document);
document.getElementById("notice")?.focus();
page.dataset.script = "1";
watch();
