// The phone of Instagram and Messenger: requests its rows when something changed, and sends actions.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const root = document.getElementById('phone');
  if (!root) return;
  const find = (id) => document.getElementById(id);
  const who = Number(root.dataset.person);
  const account = root.dataset.account;
  let blocked = false;

  function made(tag, text, name) {
    const item = document.createElement(tag);
    if (text) item.textContent = text;
    if (name) item.className = name;
    return item;
  }

  function button(text, press) {
    const item = made('button', text);
    item.type = 'button';
    item.addEventListener('click', press);
    return item;
  }

  async function act(what) {
    const refusal = find('refusal');
    refusal.hidden = true;
    const answer = await fetch('/acts', { method: 'POST', body: JSON.stringify(what) });
    if (answer.ok) return;
    const result = await answer.json().catch(() => ({}));
    refusal.textContent = result.error || root.dataset.failed;
    refusal.hidden = false;
  }

  function file([kind, url, name]) {
    if (!url) return made('p', kind, 'small');
    const is = (one) => kind.startsWith(one);
    const item = made(is('video') ? 'video' : is('audio') ? 'audio' : is('file') ? 'a' : 'img');
    if (item.tagName === 'A') {
      item.href = url;
      item.download = name;
      item.textContent = '📄 ' + (name || kind);
    } else {
      item.src = url;
      item.controls = true;
      item.setAttribute(item.tagName === 'IMG' ? 'alt' : 'aria-label', name || kind);
      if (item.tagName === 'IMG') item.className = 'picture';
    }
    return item;
  }

  function bubble(row) {
    const item = made('li', '', row.is_mine ? 'bubble mine' : 'bubble');
    if (row.quote) item.append(made('blockquote', row.quote));
    // A template's text and buttons are the message's own.
    row.files.filter(([kind, url]) => url || kind !== 'template').forEach((one) => item.append(file(one)));
    if (row.text) item.append(made('p', row.text, 'text'));
    const keys = made('div', '', 'row');
    row.choices.forEach((title) => keys.append(button(title, () => act({ act: 'press', who, account, message: row.mid, title }))));
    if (row.can_unsend) keys.append(button(root.dataset.unsend, () => act({ act: 'unsend', who, account, message: row.mid })));
    if (!row.is_mine) keys.append(button('❤️', () => act({ act: 'react', who, account, message: row.mid, emoji: '❤️' })));
    item.append(keys);
    if (row.marks) item.append(made('p', row.marks, 'marks'));
    return item;
  }

  function post(one) {
    const item = made('fieldset');
    item.append(made('legend', one.caption));
    one.comments.forEach((comment) => item.append(made('p', comment.name + ': ' + comment.text, 'small')));
    const field = made('input');
    field.setAttribute('aria-label', root.dataset.comment);
    item.append(field, button(root.dataset.comment, () => act({ act: 'comment', who, post: one.id, text: field.value })));
    return item;
  }

  let shownPosts = '';

  function draw(rows) {
    find('messages').replaceChildren(...rows.messages.map(bubble));
    find('typing').textContent = rows.typing;
    blocked = rows.is_blocked;
    find('block').textContent = blocked ? root.dataset.unblock : root.dataset.block;
    const posts = JSON.stringify(rows.posts);
    if (posts !== shownPosts) find('posts').replaceChildren(...rows.posts.map(post));
    shownPosts = posts;
  }

  async function refresh() {
    try {
      const answer = await fetch(root.dataset.rows);
      if (answer.ok) draw(await answer.json());
    } catch (error) {
      // The event stream detects the same outage and triggers another request when it is over.
    }
  }

  find('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = find('text').value.trim();
    if (!text) return;
    find('text').value = '';
    act({ act: 'send', who, account, content: { kind: 'text', text } });
  });
  find('composer').addEventListener('click', (event) => {
    const { send, do: what } = event.target.dataset;
    if (send === 'story') act({ act: 'send', who, account, content: { kind: 'story_mention' } });
    else if (send) act({ act: 'send', who, account, content: { kind: 'file', form: send } });
    else if (what === 'read') act({ act: 'read', who, account });
    else if (what === 'block') act({ act: 'block', who, account, blocked: !blocked });
  });
  new EventSource('/events').addEventListener('change', refresh);
  refresh();
})();
