// Subscribes this browser for alerts: asks for the permission, and sends the subscription by the page's form.

const form = document.getElementById("push-form");
const said = document.getElementById("push-said");

const say = (text) => (said.textContent = text);

/** The subscription that this browser has now, if any. */
const known = async () => {
  const worker = await navigator.serviceWorker.getRegistration("/panel/");
  return (await worker?.pushManager.getSubscription()) ?? null;
};

const subscribe = async () => {
  if ((await Notification.requestPermission()) !== "granted") return say(form.dataset.denied);
  const worker = await navigator.serviceWorker.register("/panel/push-worker.js");
  // An earlier subscription may be for another key.
  await (await worker.pushManager.getSubscription())?.unsubscribe();
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: form.dataset.key });
  const { endpoint, keys } = made.toJSON();
  Object.entries({ endpoint, ...keys }).forEach(([name, value]) => (form.elements[name].value = value));
  form.submit();
};

/** Shows which of the listed browsers is this one; switching it off ends its subscription too. */
const recognise = async () => {
  const subscription = await known();
  if (!subscription) return false;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(subscription.endpoint));
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const here = document.querySelector(`[data-here="${hash}"]`);
  if (!here) return false;
  here.hidden = false;
  const off = here.closest("li").querySelector("form");
  off.addEventListener("submit", (event) => {
    event.preventDefault();
    subscription.unsubscribe().finally(() => off.submit());
  });
  return true;
};

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = await recognise().catch(() => false);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("");
    subscribe().catch(() => say(form.dataset.failed));
  });
} else {
  say(form.dataset.unsupported);
}
