// The buyer's phone: draws its messages again when something changed.
'use strict';

(function () {
  document.documentElement.classList.add('scripts');
  const root = document.getElementById('phone');
  if (!root) return;
  const list = document.getElementById('messages');
  let drawn = list.innerHTML;

  async function refresh() {
    const answer = await fetch(root.dataset.rows);
    if (!answer.ok) return;
    const html = await answer.text();
    if (html === drawn) return;
    drawn = html;
    list.innerHTML = html;
    const empty = document.getElementById('empty');
    if (empty) empty.hidden = list.children.length > 0;
  }

  new EventSource('/events').addEventListener('change', refresh);
})();
