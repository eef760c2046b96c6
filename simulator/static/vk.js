// The phone of VK's double: sends the customer's actions and shows changes.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const root = document.getElementById('phone');
  if (!root) return;
  const find = (id) => document.getElementById(id);
  const who = Number(root.dataset.person);
  const community = Number(root.dataset.community);
  const to = { community };
  const field = find('text');
  let replyTo = null;

  async function post(url, body, headers) {
    const answer = await fetch(url, { method: 'POST', headers, body });
    const result = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(result.error || String(answer.status));
    return result;
  }

  async function act(what) {
    const place = find('refusal');
    try {
      await post('/acts', JSON.stringify({ who, ...what }), { 'Content-Type': 'application/json' });
      place.hidden = true;
    } catch (error) {
      place.hidden = false;
      place.textContent = place.dataset.words + ' ' + error.message;
    }
  }

  function send(content) {
    const dressing = replyTo ? { reply_to: replyTo } : {};
    replyTo = null;
    return act({ act: 'send', to, content, with: dressing });
  }

  find('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value.trim();
    field.value = '';
    if (text) send({ kind: 'text', text });
  });
  let typed = 0;
  field.addEventListener('input', () => {
    if (Date.now() - typed < 5000) return;
    typed = Date.now();
    act({ act: 'type', community });
  });

  const samples = {
    voice: () => send({ kind: 'voice' }),
    sticker: () => send({ kind: 'sticker', id: 9019 }),
    location: () => send({ kind: 'location', latitude: 55.7558, longitude: 37.6173 }),
    comment: () => act({ act: 'comment', community, on: { post: 77 }, text: field.value.trim() || '?' }),
    allow: () => act({ act: 'allow', community, key: '' }),
    deny: () => act({ act: 'deny', community }),
  };
  root.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button) return;
    const message = button.closest('[data-cmid]');
    const cmid = message ? Number(message.dataset.cmid) : null;
    const { sample, row, column, reaction } = button.dataset;
    if (sample) samples[sample]();
    else if (row !== undefined) act({ act: 'press', to, cmid, row: Number(row), column: Number(column) });
    else if (button.dataset.do === 'react') act({ act: 'react', to, cmid, reaction: Number(reaction) });
    else if (button.dataset.do === 'reply') {
      replyTo = cmid;
      field.focus();
    }
  });
  root.addEventListener('change', async (event) => {
    const input = event.target;
    if (!input.files) return;
    for (const file of input.files) {
      const query = new URLSearchParams({ name: file.name, mime: file.type || 'application/octet-stream' });
      const { upload } = await post('/uploads?' + query, file, {});
      const given = { upload };
      await send(input.dataset.kind === 'photo' ? { kind: 'photo', files: [given] } : { kind: 'doc', file: given });
    }
    input.value = '';
  });

  function read() {
    if (document.hidden || !document.querySelector('.bubble:not(.mine)')) return;
    act({ act: 'read', community });
  }

  let drawn = '';
  async function refresh() {
    const answer = await fetch(`/phone/${who}/${community}/rows?lang=${root.dataset.lang}`);
    if (!answer.ok) return;
    const text = await answer.text();
    if (text === drawn) return;
    drawn = text;
    const { rows, comments, typing } = JSON.parse(text);
    const before = document.querySelectorAll('.bubble:not(.mine)').length;
    find('messages').innerHTML = rows.join('');
    if (document.querySelectorAll('.bubble:not(.mine)').length > before) read();
    find('typing').hidden = !typing;
    const lines = comments.map(([author, words]) => {
      const line = document.createElement('li');
      line.textContent = `💬 ${author}: ${words}`;
      return line;
    });
    find('comments').replaceChildren(...lines);
  }
  new EventSource('/events').addEventListener('change', refresh);
})();
