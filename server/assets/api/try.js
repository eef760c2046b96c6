/** Lets the reader of the API's description send each request, with a key of theirs. */
(function () {
  'use strict';

  const KEY = 'parom-api-key';

  function node(name, fields, children) {
    const made = Object.assign(document.createElement(name), fields);
    (children || []).forEach(function (child) { made.append(child); });
    return made;
  }

  function labelled(text, control) {
    return node('label', { className: 'try-field' }, [node('span', { textContent: text }), control]);
  }

  /** The key stays in this tab. */
  const key = node('input', { type: 'password', autocomplete: 'off', spellcheck: false, value: sessionStorage.getItem(KEY) || '' });
  key.dataset.key = 'key';
  key.addEventListener('input', function () { sessionStorage.setItem(KEY, key.value); });
  const intro = node('p', { textContent: 'You can send requests from this page: press “Try it” under an operation. They are real and change this server’s data.' });
  document.querySelector('main h1').after(node('div', { className: 'try' }, [intro, labelled('API key', key)]));

  function sent(article, method, path, places, query, body, answer) {
    let address = path;
    places.forEach(function (place) {
      address = address.replace('{' + place.name + '}', encodeURIComponent(place.value));
    });
    if (query.value.trim()) {
      address += '?' + query.value.trim().replace(/^\?/, '');
    }
    const headers = { Authorization: 'Bearer ' + key.value.trim() };
    if (body) {
      headers['Content-Type'] = 'application/json';
    }
    answer.hidden = false;
    answer.textContent = '…';
    return fetch(address, { method: method, headers: headers, body: body ? body.value : undefined }).then(function (response) {
      return response.text().then(function (text) {
        let shown = text;
        try {
          shown = JSON.stringify(JSON.parse(text), null, 2);
        } catch (error) {
          console.debug(error);
        }
        answer.textContent = response.status + ' ' + response.statusText + '\n' + shown;
      });
    }, function (error) {
      answer.textContent = String(error);
    });
  }

  document.querySelectorAll('article[data-try]').forEach(function (article) {
    const method = article.querySelector('.method').textContent.trim();
    const path = article.querySelector('.address code').textContent.trim();
    const places = (path.match(/\{\w+\}/g) || []).map(function (place) {
      return node('input', { name: place.slice(1, -1), required: true, autocomplete: 'off', spellcheck: false });
    });
    const query = node('input', { placeholder: 'limit=50', autocomplete: 'off', spellcheck: false });
    const body = article.dataset.try
      ? node('textarea', { value: article.dataset.try, rows: article.dataset.try.split('\n').length, spellcheck: false }) : null;
    const answer = node('pre', { tabIndex: 0, hidden: true });
    answer.setAttribute('role', 'status');
    answer.setAttribute('aria-label', 'Response');
    const fields = places.map(function (place) { return labelled(place.name, place); });
    if (method === 'GET') {
      fields.push(labelled('Query', query));
    }
    if (body) {
      fields.push(labelled('Body', body));
    }
    const form = node('form', {}, fields.concat([node('button', { type: 'submit', textContent: 'Send' }), answer]));
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      sent(article, method, path, places, query, body, answer);
    });
    article.append(node('details', { className: 'try' }, [node('summary', { textContent: 'Try it' }), form]));
  });
})();
