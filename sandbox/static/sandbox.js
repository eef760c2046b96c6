// Keeps the manager's window fresh. Everything that comes from people is set as text, never as markup.
'use strict';

(function () {
  const place = document.querySelector('.places [aria-current]');
  if (place) place.scrollIntoView({ block: 'nearest', inline: 'center' });

  const root = document.getElementById('window');
  if (!root) return;

  function node(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }

  function add(parent, ...children) {
    for (const child of children) if (child) parent.append(child);
    return parent;
  }

  function icon(name) {
    const space = 'http://www.w3.org/2000/svg';
    const svg = document.createElementNS(space, 'svg');
    svg.setAttribute('class', 'icon');
    svg.setAttribute('aria-hidden', 'true');
    const use = document.createElementNS(space, 'use');
    use.setAttribute('href', '#i-' + name);
    svg.append(use);
    return svg;
  }

  function fileLink(row) {
    const link = node('a', '', row.media_name + ' ↗');
    link.href = row.media;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    return add(node('p'), link);
  }

  function chatRow(row) {
    const link = node('a');
    link.href = row.href;
    if (row.current) link.setAttribute('aria-current', 'page');
    const line = add(node('span', 'line'), node('span', 'name', row.name),
      row.unread ? node('span', 'unread', row.unread) : null);
    add(link, line, node('span', 'small muted cut', row.source), node('span', 'small cut', row.last));
    return add(node('li'), link);
  }

  function bubble(row) {
    const item = node('li', row.mine ? 'bubble mine' : 'bubble');
    add(item, add(node('p', 'tiny muted', row.who + ' '), node('time', '', row.time)));
    if (row.text) add(item, node('p', 'text', row.text));
    if (row.media) add(item, fileLink(row));
    if (row.marks.length) add(item, node('p', 'tiny muted', row.marks.join(' · ')));
    if (row.state) {
      const tone = add(node('span', 'tone t-' + row.tone), icon(row.icon));
      tone.append(row.state + (row.error ? ' · ' + row.error : ''));
      const marks = add(node('p', 'tiny marks'), tone);
      marks.append(' ');
      add(item, add(marks, node('span', 'muted', row.hook)));
    }
    return item;
  }

  function logRow(row) {
    const left = add(node('span'), node('time', '', row.time));
    left.append(' ');
    add(left, node('span', 'muted', row.arrow));
    left.append(' ');
    add(left, node('b', '', row.method));
    const right = add(node('span'), node('span', 'tone t-' + row.tone, row.status));
    right.append(' ');
    add(right, node('span', 'muted numbers', row.millis));
    return add(node('li'), add(node('span', 'line'), left, right), node('code', '', row.path),
      row.note ? node('span', 'note', row.note) : null);
  }

  // Brings a list to the wanted rows and touches only what differs, so that focus and scrolling survive
  // and a screen reader hears only what is new.
  function sync(list, rows, build) {
    if (!list) return;
    const old = new Map();
    for (const item of list.children) old.set(item.dataset.key, item);
    let before = null;
    for (const row of rows) {
      const wanted = JSON.stringify(row);
      let item = old.get(row.id);
      old.delete(row.id);
      if (!item || item.dataset.row !== wanted) {
        const fresh = build(row);
        fresh.dataset.key = row.id;
        fresh.dataset.row = wanted;
        if (item) {
          const focused = item.contains(document.activeElement);
          item.replaceWith(fresh);
          const target = focused && fresh.querySelector('a');
          if (target) target.focus();
        }
        item = fresh;
      }
      const place = before ? before.nextElementSibling : list.firstElementChild;
      if (place !== item) list.insertBefore(item, place);
      before = item;
    }
    for (const item of old.values()) item.remove();
  }

  function show(id, visible) {
    const found = document.getElementById(id);
    if (found) found.hidden = !visible;
  }

  function text(id, value) {
    const found = document.getElementById(id);
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
        // The event stream notices the same outage and calls again when it is over.
      }
    } while (again);
    asking = false;
  }

  function draw(data) {
    sync(document.getElementById('chat-rows'), data.chats, chatRow);
    sync(document.getElementById('message-rows'), data.messages, bubble);
    sync(document.getElementById('log-rows'), data.log, logRow);
    show('no-chats', data.chats.length === 0);
    show('no-log', data.log.length === 0);
    show('broken', data.broken !== '');
    text('broken', data.broken);
    text('heading', data.heading);
    text('subtitle', data.subtitle);
  }

  const form = document.getElementById('answer');
  if (form) {
    const field = form.elements.text;
    let sending = false;
    form.addEventListener('submit', async function (event) {
      event.preventDefault();
      const written = field.value;
      if (sending || !written.trim()) return;
      sending = true;
      try {
        const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams({ text: written }) });
        if (!answer.ok) throw new Error(String(answer.status));
        if (field.value === written) field.value = '';
        refresh();
      } catch (error) {
        // Without the script's help the browser shows the reason on a page of its own.
        form.submit();
      }
      sending = false;
      field.focus();
    });
    field.addEventListener('keydown', function (event) {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && !matchMedia('(pointer:coarse)').matches) {
        event.preventDefault();
        form.requestSubmit();
      }
    });
  }

  const tabs = document.querySelectorAll('.tabs a');
  function markTab() {
    // Not `:target`: the browser sets it only after this script has run for the first time.
    const named = location.hash && document.getElementById(location.hash.slice(1));
    const target = named && named.matches('.pane') ? named : document.querySelector('.pane.first');
    for (const tab of tabs) {
      if (target && tab.hash === '#' + target.id) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    }
  }
  addEventListener('hashchange', markTab);
  markTab();

  new EventSource(root.dataset.events).addEventListener('change', refresh);
})();
