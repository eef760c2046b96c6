// The phone: requests its rows when something changed, and redraws only the differences.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const root = document.getElementById('phone');
  if (!root) return;
  const find = (id) => document.getElementById(id);
  const list = find('messages');
  const drawn = new Map();
  const language = document.documentElement.lang;

  function clocks(within) {
    const form = { hour: '2-digit', minute: '2-digit' };
    for (const time of within.querySelectorAll('time')) {
      time.textContent = new Date(time.dateTime).toLocaleTimeString(language, form);
    }
  }

  function made(html) {
    const template = document.createElement('template');
    template.innerHTML = html;
    clocks(template.content);
    return template.content.firstElementChild;
  }

  // An open menu stays open, and the focus stays where it was.
  function replace(old, item) {
    const menu = old.querySelector('details');
    if (menu && menu.open && item.querySelector('details')) item.querySelector('details').open = true;
    const held = old.contains(document.activeElement);
    old.replaceWith(item);
    if (held) item.querySelector('summary').focus();
  }

  function drawMessages(messages) {
    const wanted = new Set(messages.map((one) => String(one.id)));
    for (const item of [...list.children]) if (!wanted.has(item.dataset.id)) item.remove();
    messages.forEach((one, at) => {
      const old = find('m-' + one.id);
      if (old && drawn.get(one.id) === one.html) return;
      drawn.set(one.id, one.html);
      const item = made(one.html);
      if (old) replace(old, item);
      else list.insertBefore(item, list.children[at] || null);
    });
    find('empty').hidden = messages.length > 0;
  }

  let typingTimer = 0;

  function draw(rows) {
    drawMessages(rows.messages);
    find('typing').textContent = rows.typing;
    clearTimeout(typingTimer);
    if (rows.typing) typingTimer = setTimeout(refresh, 5000);
    find('notice').textContent = rows.notice;
    find('menu').hidden = rows.is_blocked;
    find('blocked').hidden = !rows.is_blocked;
    find('composer').hidden = rows.is_blocked;
    find('start').hidden = rows.is_started || rows.is_blocked;
    const keys = rows.keys.map((key) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = key.text;
      button.dataset.contact = String(key.asks_contact);
      return button;
    });
    if (JSON.stringify(rows.keys) !== find('keyboard').dataset.shown) {
      find('keyboard').dataset.shown = JSON.stringify(rows.keys);
      find('keyboard').replaceChildren(...keys);
    }
  }

  let asking = false;
  let again = false;

  async function refresh() {
    again = true;
    if (asking) return;
    asking = true;
    while (again) {
      again = false;
      try {
        const answer = await fetch(root.dataset.rows);
        if (answer.ok) draw(await answer.json());
      } catch (error) {
        // The event stream detects the same outage and triggers another request when it is over.
      }
    }
    asking = false;
  }

  clocks(document);
  document.addEventListener('phone:changed', refresh);
  new EventSource('/events').addEventListener('change', refresh);
})();
