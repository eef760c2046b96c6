/** Elements. Data is inserted as text nodes and attributes only, never as markup. */
define([], function () {
  'use strict';

  const SVG = 'http://www.w3.org/2000/svg';

  // A tone has a shape and a word besides its colour. The last one leads on.
  const SHAPES = {
    ok: 'M3 8.5l3.2 3.2L13 5',
    wait: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 2.5V8l2.5 1.5',
    warn: 'M8 2L1.5 13.5h13zM8 6.5v3M8 11.4v.2',
    bad: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
    off: 'M5.5 4v8M10.5 4v8',
    odd: 'M5.8 6.2a2.2 2.2 0 1 1 3.3 1.9c-.7.4-1.1.8-1.1 1.6M8 12.2v.2',
    open: 'M6 3.5L10.5 8 6 12.5'
  };

  const SOURCE_TONES = {
    working: 'ok', checking: 'wait', needs_attention: 'warn', stopped: 'bad', paused: 'off', unpaid: 'bad',
    blocked: 'bad', crm_unreachable: 'bad'
  };
  const TENANT_TONES = {
    active: 'ok', provisioning: 'wait', awaiting_credentials: 'wait', needs_reauth: 'warn', unpaid: 'warn',
    blocked: 'bad', suspended: 'bad', plan_ended: 'bad', disconnected: 'off', uninstalled: 'off'
  };
  const MESSAGE_TONES = { queued: 'wait', sent: 'ok', delivered: 'ok', read: 'ok', failed: 'bad', held: 'off' };

  let counter = 0;

  function append(parent, child) {
    if (Array.isArray(child)) {
      child.forEach(function (one) { append(parent, one); });
    } else if (child !== null && child !== undefined && child !== false) {
      parent.appendChild(typeof child === 'object' ? child : document.createTextNode(String(child)));
    }
  }

  /** `on` contains listeners; false, null and undefined attributes are omitted. */
  function node(tag, attributes, children) {
    const element = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      const value = attributes[name];
      if (name === 'on') {
        Object.keys(value).forEach(function (event) { element.addEventListener(event, value[event]); });
      } else if (value === true) {
        element.setAttribute(name, '');
      } else if (value !== false && value !== null && value !== undefined) {
        element.setAttribute(name, value);
      }
    });
    append(element, children);
    return element;
  }

  function icon(tone) {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 16 16');
    svg.setAttribute('class', 'parom-icon');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', SHAPES[tone] || SHAPES.odd);
    svg.appendChild(path);
    return svg;
  }

  function badge(tone, word) {
    return node('span', { class: 'parom-badge parom-' + tone }, [icon(tone), word]);
  }

  function notice(tone, children, attributes) {
    const role = tone === 'bad' ? 'alert' : 'status';
    return node('div', Object.assign({ class: 'parom-notice parom-' + tone, role: role }, attributes), [
      icon(tone), node('div', { class: 'parom-notice-text' }, children)
    ]);
  }

  /** A button; `key` identifies it, so that a repaint can restore the focus. */
  function button(words, key, act, look) {
    return node('button', { type: 'button', class: 'parom-button' + (look ? ' parom-' + look : ''), 'data-key': key,
      on: { click: act } }, words);
  }

  /** The button that sends a form, at its end. */
  function submit(words, key) {
    return node('div', { class: 'parom-buttons' }, node('button', { type: 'submit', class: 'parom-button parom-primary',
      'data-key': key }, words));
  }

  /** A link that leaves the window. Anything but http(s) and mailto stays text. */
  function link(address, words) {
    if (!/^(https?:\/\/|mailto:)/.test(address)) {
      return node('span', {}, words);
    }
    return node('a', { href: address, target: '_blank', rel: 'noopener', referrerpolicy: 'no-referrer' }, words);
  }

  function paragraph(text, look) {
    return node('p', { class: look ? 'parom-' + look : null }, text);
  }

  /** A label, the control, its error and its explanation, connected for screen readers. */
  function field(label, control, options) {
    const extra = options || {};
    counter += 1;
    const id = 'parom-field-' + counter;
    control.id = id;
    const described = [];
    const parts = [node('label', { for: id }, label), control];
    if (extra.error) {
      parts.push(node('p', { id: id + '-error', class: 'parom-field-error' }, [icon('bad'), extra.error]));
      control.setAttribute('aria-invalid', 'true');
      described.push(id + '-error');
    }
    if (extra.hint) {
      parts.push(node('p', { id: id + '-hint', class: 'parom-hint' }, extra.hint));
      described.push(id + '-hint');
    }
    if (described.length) {
      control.setAttribute('aria-describedby', described.join(' '));
    }
    return node('div', { class: 'parom-field' }, parts);
  }

  /** The sign of a messenger; `name` is for screen readers if nothing beside it says it. */
  function logo(server, kind, name) {
    return node('img', { class: 'parom-logo', src: server + '/panel/static/mark-' + kind + '.svg', alt: name || '' });
  }

  /** The place of what is loading, as high as it will be. */
  function skeleton(words) {
    const bars = ['head', 'row', 'row', 'row', 'row'].map(function (what) {
      return node('span', { class: 'parom-bone parom-bone-' + what });
    });
    return node('div', { class: 'parom-skeleton', role: 'status', 'aria-label': words.say('common-loading') }, bars);
  }

  function checkbox(label, control, hint, sign) {
    return node('div', { class: 'parom-field' }, [
      node('label', { class: 'parom-check' }, [control, sign, label]),
      hint ? node('p', { class: 'parom-hint' }, hint) : null
    ]);
  }

  /** A text to copy, with a button that confirms it. */
  function copyable(words, key, text) {
    const code = node('code', { class: 'parom-code' }, text);
    const copied = node('span', { role: 'status', class: 'parom-hint' });
    const copy = button(words.say('common-copy'), key, function () {
      navigator.clipboard.writeText(text).then(function () {
        copied.textContent = words.say('common-copied');
      }, function () {
        window.getSelection().selectAllChildren(code);
      });
    });
    return node('div', { class: 'parom-copy' }, [code, copy, copied]);
  }

  return {
    node: node, icon: icon, badge: badge, notice: notice, button: button, submit: submit, link: link, paragraph: paragraph,
    field: field, checkbox: checkbox, logo: logo, skeleton: skeleton, copyable: copyable,
    sourceTone: function (item) {
      return item.deleted_in_crm ? 'warn' : item.is_untested ? 'wait' : SOURCE_TONES[item.status] || 'odd';
    },
    tenantTone: function (status) { return TENANT_TONES[status] || 'odd'; },
    messageTone: function (status) { return MESSAGE_TONES[status] || 'odd'; }
  };
});
