// The customer's actions on the phone: writing, files, locations, contacts, answers, reactions, buttons, blocking.
'use strict';

(function () {
  const root = document.getElementById('phone');
  if (!root) return;
  const find = (id) => document.getElementById(id);
  const who = Number(root.dataset.person);
  const phone = root.dataset.phone;
  const field = find('text');
  const next = { reply: null, edit: null };

  function refuse(error) {
    const place = find('refusal');
    place.hidden = !error;
    place.textContent = error ? place.dataset.words.replace('{what}', error.message) : '';
  }

  async function act(what) {
    const headers = { 'Content-Type': 'application/json' };
    try {
      const answer = await fetch('/acts', { method: 'POST', headers, body: JSON.stringify({ who, ...what }) });
      const result = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(result.error || String(answer.status));
      refuse(null);
      document.dispatchEvent(new Event('phone:changed'));
      return true;
    } catch (error) {
      refuse(error);
      return false;
    }
  }

  function set(reply, edit) {
    next.reply = reply;
    next.edit = edit;
    const message = edit || reply;
    const place = find('context');
    place.hidden = !message;
    if (!message) return;
    const words = edit ? place.dataset.edit : place.dataset.reply;
    find('context-words').textContent = words.replace('{what}', message.dataset.text || '…');
  }

  // The input is cleared at once so that the customer can go on writing; it is restored if sending fails.
  function take(withText) {
    const taken = { text: withText ? field.value.trim() : '', ...next };
    if (withText) field.value = '';
    set(null, null);
    return taken;
  }

  async function perform(taken, what) {
    const done = await act({ phone, ...what });
    if (done || (taken.text && field.value)) return done;
    if (taken.text) field.value = taken.text;
    set(taken.reply, taken.edit);
    return done;
  }

  function send(content, withText = false) {
    const taken = take(withText);
    const dressing = taken.reply ? { reply_to: taken.reply.dataset.wamid } : {};
    return perform(taken, { act: 'send', content: content(taken.text), with: dressing });
  }

  find('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    if (!next.edit) {
      send((text) => ({ kind: 'text', text }), true);
      return;
    }
    const taken = take(true);
    perform(taken, { act: 'edit', message: taken.edit.dataset.wamid, text: taken.text });
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    find('composer').requestSubmit();
  });
  find('context-end').addEventListener('click', () => set(null, null));

  const captioned = ['image', 'video', 'document'];

  async function uploaded(file) {
    const query = new URLSearchParams({ name: file.name, mime: file.type });
    const answer = await fetch('/uploads?' + query, { method: 'POST', body: file });
    const result = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(result.error || String(answer.status));
    return { upload: result.upload };
  }

  async function sendFiles(input) {
    const kind = input.dataset.kind;
    try {
      for (const one of [...input.files]) {
        const file = await uploaded(one);
        await sendFile(kind, { file });
      }
    } catch (error) {
      refuse(error);
    }
    input.value = '';
  }

  function sendFile(kind, rest) {
    if (!captioned.includes(kind)) return send(() => ({ kind, ...rest }));
    return send((caption) => ({ kind, caption, ...rest }), true);
  }

  for (const input of root.querySelectorAll('input[type=file]')) input.addEventListener('change', () => sendFiles(input));

  const number = (id) => Number(find(id).value.replace(',', '.'));
  const card = () => ({
    name: { formatted_name: find('contact-name').value, first_name: find('contact-name').value },
    phones: [{ phone: find('contact-phone').value, wa_id: find('contact-phone').value.replace(/\D/g, ''), type: 'CELL' }],
  });
  const ways = {
    location: () => send(() => ({ kind: 'location', latitude: number('latitude'), longitude: number('longitude') })),
    contact: () => send(() => ({ kind: 'contacts', contacts: [card()] })),
    share: () => act({ act: 'share_contact', phone }),
  };

  function sample(kind) {
    if (kind === 'poll') return send(() => ({ kind: 'unsupported', what: 'poll_creation' }));
    return sendFile(kind, {});
  }

  function pressed(button, message) {
    const { dataset } = button;
    const wamid = message ? message.dataset.wamid : '';
    if (dataset.button !== undefined) return act({ act: 'press', phone, message: wamid, button: Number(dataset.button) });
    if (dataset.row !== undefined) return act({ act: 'choose', phone, message: wamid, row: dataset.row });
    if (dataset.sample) return sample(dataset.sample);
    if (dataset.do === 'react') return act({ act: 'react', phone, message: wamid, emoji: dataset.emoji });
    if (dataset.do === 'revoke') return act({ act: 'revoke', phone, message: wamid });
    if (dataset.do === 'reply' || dataset.do === 'edit') {
      const isEdit = dataset.do === 'edit';
      if (isEdit) field.value = message.dataset.text;
      set(isEdit ? null : message, isEdit ? message : null);
      return field.focus();
    }
    return dataset.do ? ways[dataset.do]() : null;
  }

  root.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button || button.type === 'submit') return;
    const menu = button.closest('.acts');
    if (menu) menu.open = false;
    pressed(button, button.closest('.bubble'));
  });
  // Only the first playing of a voice message is reported.
  const played = new Set();
  root.addEventListener(
    'play',
    (event) => {
      const message = event.target.closest('.bubble:not(.mine)');
      if (!message || event.target.dataset.voice === undefined || played.has(message.dataset.wamid)) return;
      played.add(message.dataset.wamid);
      act({ act: 'play', phone, message: message.dataset.wamid });
    },
    true,
  );
  document.addEventListener('phone:seen', () => act({ act: 'read', phone }));
  find('block').addEventListener('click', () => act({ act: 'block', phone, on: true }));
  find('unblock').addEventListener('click', () => act({ act: 'block', phone, on: false }));
  find('stop').addEventListener('click', () => act({ act: 'stop_marketing', phone, on: find('stop').dataset.on === 'true' }));
  find('off').addEventListener('click', () => act({ act: 'switch_off', on: find('off').dataset.on === 'true' }));
  for (const id of ['block', 'stop', 'off']) find(id).addEventListener('click', () => { find('menu').open = false; });
})();
