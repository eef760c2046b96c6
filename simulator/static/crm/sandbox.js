// Updates the manager's window. The rows are rendered as HTML by the server, with all user input escaped.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const place = document.querySelector('.places [aria-current]');
  if (place) place.scrollIntoView({ block: 'nearest', inline: 'center' });

  const root = document.getElementById('window');
  if (!root) return;
  const find = (id) => document.getElementById(id);

  function build(row) {
    const made = document.createElement('template');
    made.innerHTML = row.html.trim();
    return made.content.firstElementChild;
  }

  // Opened details and the focus are transferred to the new row.
  function replace(item, fresh) {
    const inside = (element) => [...element.querySelectorAll('a,button,summary,audio,video')];
    const at = inside(item).indexOf(document.activeElement);
    const opened = [...item.querySelectorAll('details')].map((one) => one.open);
    item.replaceWith(fresh);
    fresh.querySelectorAll('details').forEach((one, index) => (one.open = opened[index] || false));
    const target = at >= 0 && inside(fresh)[at];
    if (target) target.focus({ preventScroll: true });
  }

  const known = new WeakMap();

  // Updates a list to the given rows and changes only what differs, so that focus, scrolling and players are preserved
  // and a screen reader announces only new rows.
  function sync(list, rows) {
    if (!list) return;
    const old = new Map();
    for (const item of list.children) old.set(item.dataset.key, item);
    let before = null;
    for (const row of rows) {
      let item = old.get(row.id);
      old.delete(row.id);
      if (!item || known.get(item) !== row.html) {
        const fresh = build(row);
        if (!item || !item.isEqualNode(fresh)) {
          if (item) replace(item, fresh);
          item = fresh;
        }
        known.set(item, row.html);
      }
      const next = before ? before.nextElementSibling : list.firstElementChild;
      if (next !== item) list.insertBefore(item, next);
      before = item;
    }
    for (const item of old.values()) item.remove();
  }

  function show(id, visible) {
    const found = find(id);
    if (found) found.hidden = !visible;
  }

  function text(id, value) {
    const found = find(id);
    if (found && found.textContent !== value) found.textContent = value;
  }

  let asking = false;
  let again = false;

  async function refresh() {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    do {
      again = false;
      try {
        const answer = await fetch(root.dataset.snapshot);
        if (answer.ok) draw(await answer.json());
      } catch (error) {
        // The event stream notices the same outage and reloads when it is over.
      }
    } while (again);
    asking = false;
  }

  let typingTimer = 0;

  function draw(data) {
    sync(find('chat-rows'), data.chats);
    sync(find('message-rows'), data.messages);
    sync(find('log-rows'), data.log);
    show('no-chats', data.chats.length === 0);
    show('no-log', data.log.length === 0);
    show('broken', data.broken !== '');
    text('broken', data.broken);
    text('heading', data.heading);
    text('subtitle', data.subtitle);
    show('chat-note', data.note !== '');
    text('chat-note', data.note);
    text('typing', data.typing);
    clearTimeout(typingTimer);
    if (data.typing) typingTimer = setTimeout(() => text('typing', ''), data.typing_millis);
  }

  const tabs = document.querySelectorAll('.tabs a');
  function markTab() {
    // Not `:target`: the browser sets it only after this script has run for the first time.
    const named = location.hash && find(location.hash.slice(1));
    const target = named && named.matches('.pane') ? named : document.querySelector('.pane.first');
    for (const tab of tabs) {
      if (target && tab.hash === '#' + target.id) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    }
  }
  addEventListener('hashchange', markTab);
  markTab();

  document.addEventListener('click', (event) => {
    const link = event.target.closest('[data-jump]');
    const quoted = link && find(link.hash.slice(1));
    if (!link) return;
    // Not by the address: on a narrow screen that would change the pane.
    event.preventDefault();
    if (!quoted) return;
    quoted.scrollIntoView({ block: 'center' });
    quoted.tabIndex = -1;
    quoted.focus({ preventScroll: true });
  });

  document.addEventListener('sandbox:changed', refresh);
  new EventSource(root.dataset.events).addEventListener('change', refresh);
})();
