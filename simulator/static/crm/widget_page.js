// Runs widgets like amoCRM's pages: the order of callbacks, and the buttons at the bottom.
'use strict';

(function () {
  const host = window.sandboxHost;
  if (!host) return;
  const { root, data } = host;
  const $ = window.jQuery;
  const words = data.words;

  function line(list, text, kind) {
    const found = document.getElementById(list);
    if (!found) return;
    const item = document.createElement('li');
    item.textContent = text;
    if (kind) item.className = kind;
    found.append(item);
    found.closest('[data-shown-with-rows]').hidden = false;
  }
  const fault = (error) => line('host-errors', error && error.message ? error.message : String(error));
  addEventListener('error', (event) => fault(event.error || event.message));
  addEventListener('unhandledrejection', (event) => fault(event.reason));
  addEventListener('securitypolicyviolation', (event) =>
    fault(words.policy.replace('{what}', event.violatedDirective + ' ' + event.blockedURI)));

  function call(running, name, ...values) {
    const callback = running.widget.callbacks && running.widget.callbacks[name];
    if (typeof callback !== 'function') return undefined;
    line('host-calls', name);
    try {
      return callback.apply(running.widget, values);
    } catch (error) {
      fault(error);
      return undefined;
    }
  }

  // render → init → bind_actions; the later two only if the one before returned true.
  async function start(entry) {
    const Widget = await window.sandboxModules.load(entry.script);
    if (typeof Widget !== 'function') throw new Error(words.no_constructor);
    Widget.prototype = host.methodsOf(entry);
    const running = { entry, widget: new Widget(), destroyed: false };
    const callbacks = running.widget.callbacks || {};
    const missing = ['render', 'init', 'bind_actions'].filter((name) => typeof callbacks[name] !== 'function');
    if (missing.length) throw new Error(words.missing_callbacks.replace('{what}', missing.join(', ')));
    for (const name of ['render', 'init', 'bind_actions']) {
      if (call(running, name) !== true) {
        line('host-calls', words.not_true.replace('{what}', name), 'warn');
        break;
      }
    }
    addEventListener('pagehide', () => destroy(running));
    return running;
  }

  function destroy(running) {
    if (running.destroyed) return;
    running.destroyed = true;
    call(running, 'destroy');
  }

  // A field of the kind "custom" keeps only JSON or a number; amoCRM drops other texts.
  function fields() {
    const found = {};
    for (const input of document.querySelectorAll('#widget_settings__fields_wrapper [data-field]')) {
      if (input.dataset.kind !== 'custom') {
        found[input.dataset.field] = input.value;
        continue;
      }
      try {
        JSON.parse(input.value);
        found[input.dataset.field] = input.value;
      } catch (error) {
        if (input.value) line('host-calls', words.dropped.replace('{what}', input.dataset.field), 'warn');
      }
    }
    return found;
  }

  async function agreed(running, values) {
    if (typeof running.widget.callbacks.onSave !== 'function') throw new Error(words.no_on_save);
    const answer = await call(running, 'onSave', values);
    return answer === true || (answer !== false && answer !== undefined);
  }

  async function post(action, values) {
    const answer = await fetch(data.page.actions + '/' + action, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ fields: values }),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }

  function show(state) {
    root.dataset.installed = state;
    for (const button of document.querySelectorAll('[data-action]')) {
      button.hidden = (button.dataset.action === 'install') === (state === 'yes');
    }
    const text = document.getElementById('install-state');
    if (text) text.textContent = state === 'yes' ? words.installed : words.not_installed;
  }

  async function press(running, action) {
    const params = running.widget.params;
    const values = fields();
    params.active = action === 'disable' ? 'N' : 'Y';
    params.widget_active = params.active;
    if (!(await agreed(running, values)) && action !== 'disable') {
      params.active = running.entry.active ? 'Y' : 'N';
      params.widget_active = params.active;
      line('host-calls', words.refused, 'warn');
      return;
    }
    if (action === 'disable') destroy(running);
    await post(action, values);
    running.entry.active = action !== 'disable';
    params.status = running.entry.active ? 'installed' : 'not_configured';
    Object.assign(params, values);
    if (action === 'install') call(running, 'onInstall');
    show(running.entry.active ? 'yes' : 'no');
    if (action === 'disable') location.reload();
  }

  function buttons(running) {
    let busy = false;
    for (const button of document.querySelectorAll('[data-action]')) {
      button.addEventListener('click', async function () {
        if (busy) return;
        busy = true;
        root.dataset.state = 'busy';
        try {
          await press(running, button.dataset.action);
        } catch (error) {
          fault(error);
        }
        busy = false;
        root.dataset.state = 'ready';
      });
    }
  }

  const kinds = {
    async settings(running) {
      buttons(running);
      call(running, 'settings', $('#widget_settings__fields_wrapper'), data.page.context || {});
      if (data.page.add_to !== null) call(running, 'onAddAsSource', data.page.add_to);
    },
    async advanced(running) {
      call(running, 'advancedSettings');
    },
    async card() {},
    async bots(running) {
      for (const step of document.querySelectorAll('[data-step]')) {
        const fields = () => Array.from(step.querySelectorAll('[data-field-name]'));
        const settings = () => Object.fromEntries(fields().map((one) => [one.dataset.fieldName, one.value]));
        const row = () => document.createElement('div');
        const shown = call(running, 'salesbotDesignerSettings', $(step), row, settings()) || {};
        for (const exit of shown.exits || []) {
          const item = document.createElement('li');
          item.textContent = exit.title;
          step.querySelector('.exits').append(item);
        }
        step.querySelector('button').addEventListener('click', async function () {
          const steps = call(running, 'onSalesbotDesignerSave', step.dataset.step, settings());
          const lead = Number(step.querySelector('[data-lead]').value);
          const answer = await fetch(data.page.run, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ lead, client_id: running.entry.client_uuid, steps }),
          });
          if (answer.ok) location.reload();
          else fault(await answer.text());
        });
      }
    },
  };

  async function run() {
    for (const entry of data.widgets) {
      try {
        await kinds[data.page.kind](await start(entry));
      } catch (error) {
        fault(error);
      }
    }
    root.dataset.state = 'ready';
  }
  run();
})();
