// Shows the alerts that a push service brings, and opens the page with the remedy. The browser runs it without a page.

self.addEventListener("push", (event) => {
  const alert = event.data.json();
  // Replaces the notification about the same alert, with a sound.
  const shown = { body: alert.body, tag: alert.tag, renotify: true, data: alert.path };
  event.waitUntil(self.registration.showNotification(alert.title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // A page of this server, whatever was sent.
  const page = new URL(event.notification.data, self.location.origin);
  if (page.origin === self.location.origin) event.waitUntil(self.clients.openWindow(page.href));
});
