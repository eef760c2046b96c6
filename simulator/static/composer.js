// The customer's actions on the phone: writing, files, locations, contacts, answers, reactions, buttons, blocking.
'use strict';

(function () {
  const root = document.getElementById('phone');
  if (!root) return;
  const find = (id) => document.getElementById(id);
  const who = Number(root.dataset.person);
  const bot = Number(root.dataset.bot);
  const to = { bot };
  const field = find('text');
  const next = { reply: null, edit: null };

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

  function refuse(error) {
    const place = find('refusal');
    place.hidden = !error;
    place.textContent = error ? place.dataset.words.replace('{what}', error.message) : '';
  }

  function context() {
    const id = next.edit || next.reply;
    const place = find('context');
    place.hidden = !id;
    if (!id) return;
    const said = find('m-' + id) ? find('m-' + id).dataset.text : '';
    const words = next.edit ? place.dataset.edit : place.dataset.reply;
    find('context-words').textContent = words.replace('{what}', said || '…');
  }

  function set(reply, edit) {
    next.reply = reply;
    next.edit = edit;
    context();
  }

  function choose(reply, edit) {
    set(reply, edit);
    field.focus();
  }

  // The input is cleared at once so that the customer can go on writing; it is restored if sending fails. Content that
  // is not text and has no caption leaves the text in place.
  function take(withText) {
    const taken = { text: withText ? field.value.trim() : '', ...next };
    if (withText) field.value = '';
    set(null, null);
    return taken;
  }

  function giveBack(taken) {
    if (taken.text && field.value) return;
    if (taken.text) field.value = taken.text;
    set(taken.reply, taken.edit);
  }

  const dressing = (taken) => (taken.reply ? { reply_to: taken.reply } : {});

  async function perform(taken, what) {
    const done = await act({ to, ...what });
    if (!done) giveBack(taken);
    return done;
  }

  function send(content, withText = false) {
    const taken = take(withText);
    return perform(taken, { act: 'send', content: content(taken.text), with: dressing(taken) });
  }

  // A message with a file keeps the file and gets another caption.
  function edit(taken) {
    const isText = find('m-' + taken.edit).dataset.kind === 'text';
    const content = { kind: 'text', text: taken.text };
    const what = isText ? { act: 'edit', content } : { act: 'edit_caption', caption: taken.text };
    return perform(taken, { ...what, message: taken.edit });
  }

  find('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    if (next.edit) edit(take(true));
    else send((text) => ({ kind: 'text', text }), true);
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    find('composer').requestSubmit();
  });
  find('context-end').addEventListener('click', () => choose(null, null));

  async function uploaded(file, kind) {
    const query = new URLSearchParams({ name: file.name, mime: file.type });
    const answer = await fetch('/uploads?' + query, { method: 'POST', body: file });
    const result = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(result.error || String(answer.status));
    return { kind, file: { upload: result.upload } };
  }

  async function sendFiles(input) {
    const { kind } = input.dataset;
    const files = [...input.files];
    input.value = '';
    if (!files.length) return;
    const taken = take(kind !== 'voice');
    try {
      const items = await Promise.all(files.map((file) => uploaded(file, kind)));
      items[0].caption = taken.text;
      const isAlbum = items.length > 1 && items.length <= 10 && kind !== 'voice';
      const acts = isAlbum ? [{ act: 'album', items }] : items.map((content) => ({ act: 'send', content }));
      for (const what of acts) await perform(taken, { ...what, with: dressing(taken) });
    } catch (error) {
      refuse(error);
      giveBack(taken);
    }
  }

  for (const input of document.querySelectorAll('input[type=file]')) {
    input.addEventListener('change', () => sendFiles(input));
  }

  function sample(kind) {
    const ready = {
      sticker: { kind, emoji: '👍', set_name: 'AcmeCats' },
      video_note: { kind },
      poll: { kind, question: '?', options: ['1', '2'] },
      dice: { kind, emoji: '🎲', value: 1 + Math.floor(Math.random() * 6) },
    };
    if (ready[kind]) return send(() => ready[kind]);
    if (kind !== 'album') return send((caption) => ({ kind, caption }), true);
    const taken = take(true);
    const items = [{ kind: 'photo', caption: taken.text }, { kind: 'photo' }];
    return perform(taken, { act: 'album', items, with: dressing(taken) });
  }

  const number = (id) => Number(find(id).value.replace(',', '.'));
  const point = () => ({ kind: 'location', latitude: number('latitude'), longitude: number('longitude') });
  const card = () => ({ kind: 'contact', phone_number: find('contact-phone').value, first_name: find('contact-name').value });
  const ways = {
    location: () => send(point),
    live: () => send(() => ({ ...point(), live_period: 900 })),
    contact: () => send(card),
    'own-contact': () => send(() => ({ kind: 'own_contact' })),
  };

  function pressed(button, message) {
    const id = message ? Number(message.dataset.id) : 0;
    const { dataset } = button;
    if (dataset.row !== undefined) {
      return act({ act: 'press', to, message: id, row: Number(dataset.row), column: Number(dataset.column) });
    }
    if (dataset.do === 'reply') return choose(id, null);
    if (dataset.do === 'edit') {
      field.value = message.dataset.text;
      return choose(null, id);
    }
    if (dataset.do === 'react') {
      return act({ act: 'react', to, message: id, emoji: dataset.emoji ? [dataset.emoji] : [] });
    }
    if (dataset.do) return ways[dataset.do]();
    if (dataset.sample) return sample(dataset.sample);
    if (dataset.insert) {
      field.setRangeText(dataset.insert, field.selectionStart, field.selectionEnd, 'end');
      return field.focus();
    }
    if (dataset.contact) {
      return send(() => (dataset.contact === 'true' ? { kind: 'own_contact' } : { kind: 'text', text: button.textContent }));
    }
    return null;
  }

  root.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (!button || button.type === 'submit') return;
    const menu = button.closest('.acts');
    if (menu) menu.open = false;
    pressed(button, button.closest('.bubble'));
  });
  find('block').addEventListener('click', () => {
    find('menu').open = false;
    act({ act: 'block', bot });
  });
  find('unblock').addEventListener('click', () => act({ act: 'unblock', bot }));
  find('start').addEventListener('click', () => act({ act: 'start', bot }));
})();
