// The phone: requests the page when something changed, and replaces the changed parts.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const parts = ['scroll', 'state', 'tools'];

  async function draw() {
    const page = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
    for (const id of parts) {
      const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
      if (old && now && old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
    }
    const scroll = document.getElementById('scroll');
    if (scroll) scroll.scrollTop = scroll.scrollHeight;
  }

  let drawing = null;
  new EventSource('/events').addEventListener('change', () => {
    drawing = (drawing || Promise.resolve()).then(draw, draw);
  });
  const scroll = document.getElementById('scroll');
  if (scroll) scroll.scrollTop = scroll.scrollHeight;
})();
