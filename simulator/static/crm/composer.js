// A manager's actions in a chat: messages with all their parts, reactions, typing, writing first.
'use strict';

(function () {
  const root = document.getElementById('window');
  if (!root) return;
  const find = (id) => document.getElementById(id);
  const user = Number(root.dataset.user) || undefined;

  async function act(what) {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(root.dataset.base + '/acts', { method: 'POST', headers, body: JSON.stringify(what) });
    const result = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(result.error || String(answer.status));
    document.dispatchEvent(new Event('sandbox:changed'));
    return result;
  }

  function refuse(id, error) {
    const place = find(id);
    place.textContent = error ? error.message : '';
    place.hidden = !error;
  }

  // Writing first.
  const dialog = find('first');
  find('write-first').addEventListener('click', () => dialog.showModal());
  find('first-close').addEventListener('click', () => dialog.close());
  find('first-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const from = find('first-from').selectedOptions[0].dataset;
    const message = { text: find('first-text').value, user };
    const what = { act: 'write_first', channel: from.channel, phone: find('first-phone').value, message };
    if (from.source) what.source = from.source;
    try {
      const done = await act(what);
      const address = new URL(location.href);
      address.searchParams.set('chat', done.sent[0].chat_id);
      address.hash = 'chat';
      location.assign(address);
    } catch (error) {
      refuse('first-refusal', error);
    }
  });

  const form = find('answer');
  if (!form) return;
  const field = form.elements.text;
  const enclosed = find('enclosed');
  const FORWARD = 'sandbox-forward';
  // Parts of the next message: files [{name, file}], and messages {id, text, post}.
  const next = { files: [], quote: null, forward: remembered(), comment: null };

  function remembered() {
    try {
      return JSON.parse(sessionStorage.getItem(FORWARD));
    } catch (error) {
      return null;
    }
  }

  function chip(words, remove) {
    const item = document.createElement('li');
    item.append(words);
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = '×';
    button.setAttribute('aria-label', enclosed.dataset.remove.replace('{what}', words));
    button.addEventListener('click', () => {
      remove();
      drawNext();
      field.focus();
    });
    item.append(button);
    return item;
  }

  function drawNext() {
    const chips = next.files.map((file) => chip(file.name, () => next.files.splice(next.files.indexOf(file), 1)));
    for (const kind of ['quote', 'forward', 'comment']) {
      if (!next[kind]) continue;
      chips.unshift(chip(enclosed.dataset[kind].replace('{text}', next[kind].text), () => (next[kind] = null)));
    }
    enclosed.replaceChildren(...chips);
    if (next.forward) sessionStorage.setItem(FORWARD, JSON.stringify(next.forward));
    else sessionStorage.removeItem(FORWARD);
    const template = find('template');
    field.required = !(next.files.length || next.forward || find('list-rows').value.trim() || (template && template.value));
  }

  // One row per line, buttons separated by `|`, a link after `=`.
  function keys() {
    const button = (part) => {
      const link = part.match(/^(.*\S)\s*=\s*(https?:\/\/\S+)$/);
      return link ? { text: link[1], url: link[2] } : { text: part };
    };
    const lines = find('keys').value.split('\n').map((line) => line.split('|').map((part) => part.trim()).filter(Boolean));
    return lines.filter((row) => row.length).map((row) => row.map(button));
  }

  // `#` begins a section, every other line is a row with its description after a dash.
  function list() {
    const lines = find('list-rows').value.split('\n').map((line) => line.trim()).filter(Boolean);
    if (!lines.length) return null;
    const sections = [];
    for (const line of lines) {
      if (line.startsWith('#')) {
        sections.push({ title: line.slice(1).trim(), rows: [] });
        continue;
      }
      if (!sections.length) sections.push({ title: '', rows: [] });
      const [title, ...rest] = line.split(/\s[–—-]\s/);
      sections[sections.length - 1].rows.push({ title, description: rest.join(' – ') });
    }
    const opener = find('list-button');
    return {
      header: find('list-header').value, body: field.value, footer: find('list-footer').value,
      button: opener.value || opener.placeholder, sections: sections.filter((section) => section.rows.length),
    };
  }

  function template() {
    const choice = find('template');
    if (!choice || !choice.value) return null;
    const params = {};
    for (const input of find('params').querySelectorAll('input')) params[input.dataset.marker] = input.value;
    return { id: Number(choice.value), params };
  }

  function message() {
    const made = { text: field.value, files: next.files.map((one) => one.file), buttons: keys(), list: list(), template: template() };
    for (const kind of ['quote', 'forward', 'comment']) if (next[kind]) made[kind] = next[kind].id;
    if (find('salesbot').checked) made.salesbot = true;
    else made.user = user;
    return made;
  }

  const INPUTS = ['text', 'keys', 'list-rows', 'list-header', 'list-footer', 'list-button', 'template'];

  // Clears everything at once, so that the manager can continue; returns a function that restores it.
  function clear() {
    const inputs = INPUTS.map(find).filter(Boolean).map((input) => [input, input.value]);
    const before = { ...next };
    const draw = () => (find('template') ? chooseTemplate() : drawNext());
    for (const [input] of inputs) input.value = '';
    Object.assign(next, { files: [], quote: null, forward: null, comment: null });
    for (const tool of form.querySelectorAll('details')) tool.open = false;
    draw();
    return () => {
      for (const [input, value] of inputs) input.value = input.value || value;
      Object.assign(next, before);
      draw();
    };
  }

  // One after another, in the order in which they were written.
  let sent = Promise.resolve();
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const what = { act: 'send', chat: root.dataset.chat, message: message() };
    const restore = clear();
    sent = sent.then(() => act(what)).then(() => refuse('refusal', null), (error) => {
      restore();
      refuse('refusal', error);
    });
    field.focus();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && !matchMedia('(pointer:coarse)').matches) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // amoCRM sends "the manager is typing" at most every five seconds and enforces that itself, so nothing is counted
  // here.
  let typed = 0;
  field.addEventListener('input', () => {
    if (Date.now() - typed < 1000) return;
    typed = Date.now();
    const what = { act: 'type', chat: root.dataset.chat, user };
    if (next.comment) what.post = next.comment.post;
    // A failure is not shown.
    act(what).catch(() => {});
  });

  // Files.
  for (const button of form.querySelectorAll('[data-sample]')) {
    button.addEventListener('click', () => {
      next.files.push({ name: button.textContent, file: { sample: button.dataset.sample } });
      drawNext();
    });
  }
  find('upload').addEventListener('change', async (event) => {
    for (const file of event.target.files) {
      const query = new URLSearchParams({ name: file.name });
      const headers = { 'Content-Type': file.type || 'application/octet-stream' };
      try {
        const answer = await fetch(root.dataset.base + '/files?' + query, { method: 'POST', headers, body: file });
        if (!answer.ok) throw new Error(String(answer.status));
        next.files.push({ name: file.name, file: { file: (await answer.json()).file } });
      } catch (error) {
        refuse('refusal', error);
      }
    }
    event.target.value = '';
    drawNext();
  });

  // Templates.
  function chooseTemplate() {
    const option = find('template').selectedOptions[0];
    const data = option.dataset.template ? JSON.parse(option.dataset.template) : { content: '', params: {} };
    find('template-content').textContent = data.content;
    const fields = Object.entries(data.params).map(([marker, value], index) => {
      const label = document.createElement('label');
      const input = document.createElement('input');
      label.className = 'small';
      label.textContent = marker;
      label.htmlFor = input.id = 'param-' + index;
      input.dataset.marker = marker;
      input.value = value;
      return [label, input];
    });
    find('params').replaceChildren(...fields.flat());
    drawNext();
  }
  if (find('template')) find('template').addEventListener('change', chooseTemplate);
  find('list-rows').addEventListener('input', drawNext);

  // Actions on a message.
  find('message-rows').addEventListener('click', async (event) => {
    const button = event.target.closest('[data-do]');
    if (!button) return;
    const bubble = button.closest('.bubble');
    const id = bubble.dataset.key;
    if (button.dataset.do === 'react') {
      bubble.querySelector('.acts').open = false;
      try {
        await act({ act: 'react', message: id, emoji: button.dataset.emoji || null, user });
        refuse('refusal', null);
      } catch (error) {
        refuse('refusal', error);
      }
      return;
    }
    next[button.dataset.do] = { id, text: bubble.dataset.preview, post: button.dataset.post };
    if (button.dataset.do === 'comment') next.quote = null;
    if (button.dataset.do === 'quote') next.comment = null;
    bubble.querySelector('.acts').open = false;
    drawNext();
    field.focus();
  });

  drawNext();
})();
