// Subscribes this browser for alerts: asks for the permission, and sends the subscription by the page's form.

const form = document.getElementById("push-form");
const said = document.getElementById("push-said");

const say = (text) => {
  said.textContent = text;
  said.hidden = false;
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

if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    subscribe().catch(() => say(form.dataset.failed));
  });
} else {
  say(form.dataset.unsupported);
}
