// Draws what changed; on a phone, answers and edits messages, and sends chosen files at once.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const parts = ['scroll', 'state', 'tools', 'list'];
  if (!document.querySelector('#scroll, #list')) return;

  async function draw() {
    const page = await fetch(location.href);
    const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
    for (const id of parts) {
      const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
      // An opened menu would close.
      if (old && now && old.innerHTML !== now.innerHTML && !old.querySelector('details[open]')) {
        old.innerHTML = now.innerHTML;
      }
    }
  }

  let drawing = Promise.resolve();
  new EventSource('/events').addEventListener('change', () => {
    drawing = drawing.then(draw, draw);
  });

  if (!document.getElementById('scroll')) return;
  const [composer, context] = ['composer', 'context'].map((id) => document.getElementById(id));
  const text = composer.elements.text;

  function about(field, bubble) {
    for (const name of ['reply_to', 'edit']) composer.elements[name].value = '';
    context.hidden = !field;
    if (field) {
      composer.elements[field].value = bubble.dataset.id;
      const word = field === 'edit' ? context.dataset.edit : context.dataset.reply;
      document.getElementById('context-words').textContent = `${word}: ${bubble.dataset.text}`;
      text.value = field === 'edit' ? bubble.dataset.text : text.value;
    }
    text.focus();
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[type=button]');
    if (!button) return;
    if (button.id === 'context-end') about(null);
    const field = { reply: 'reply_to', edit: 'edit' }[button.dataset.do];
    if (field) about(field, button.closest('.bubble'));
  });

  text.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      composer.requestSubmit(composer.querySelector('button.primary'));
    }
  });

  document.addEventListener('change', (event) => {
    if (event.target.type === 'file' && event.target.files.length > 0) event.target.form.requestSubmit();
  });
})();
