/** Form controls. Each writes its input into `values` at once, so that a repaint loses nothing. */
define(['./dom.js'], function (dom) {
  'use strict';

  function text(values, name, options) {
    const about = options || {};
    const control = dom.node(about.lines ? 'textarea' : 'input', {
      class: 'parom-input', type: about.lines ? null : about.type || 'text', rows: about.lines, 'data-key': 'field-' + name,
      required: about.required, maxlength: about.maxlength, autocomplete: 'off', spellcheck: about.plain ? 'false' : null,
      on: { input: function () { values[name] = control.value; } }
    });
    control.value = values[name] === undefined || values[name] === null ? '' : values[name];
    return control;
  }

  function flag(values, name, disabled) {
    const control = dom.node('input', { type: 'checkbox', 'data-key': 'field-' + name, disabled: disabled,
      on: { change: function () { values[name] = control.checked; } } });
    control.checked = Boolean(values[name]);
    return control;
  }

  /** `options`: [{value, label}] */
  function select(values, name, options) {
    const control = dom.node('select', { class: 'parom-input', 'data-key': 'field-' + name,
      on: { change: function () { values[name] = control.value; } } },
    options.map(function (option) { return dom.node('option', { value: option.value }, option.label); }));
    control.value = values[name] || '';
    return control;
  }

  /** Pipelines to choose from; for a new source the CRM may choose. */
  function pipelines(app, values, known) {
    const choices = values.pipeline_name ? [] : [{ value: '', label: app.words.say('widget-pipeline-main') }];
    (known || []).forEach(function (one) { choices.push({ value: String(one.id), label: one.name }); });
    if (values.pipeline_id && !choices.some(function (one) { return one.value === values.pipeline_id; })) {
      choices.push({ value: values.pipeline_id, label: values.pipeline_name || '#' + values.pipeline_id });
    }
    return select(values, 'pipeline_id', choices);
  }

  /** To whose contact a new chat is linked. */
  function contacts(app, values) {
    const words = app.words;
    return dom.field(words.say('source-edit-contact'), select(values, 'contact_rule', [
      { value: 'leave', label: words.say('contact-rule-leave') },
      { value: 'link', label: words.say('contact-rule-link') },
      { value: 'create', label: words.say('contact-rule-create') }
    ]));
  }

  function choices(values, field) {
    const chosen = values[field.name] = values[field.name] || field.value || [];
    return dom.node('fieldset', { class: 'parom-field' }, [
      dom.node('legend', {}, field.label),
      (field.options || []).map(function (option) {
        const control = dom.node('input', { type: 'checkbox', on: { change: function () {
          const at = chosen.indexOf(option.value);
          if (control.checked && at < 0) {
            chosen.push(option.value);
          } else if (!control.checked && at >= 0) {
            chosen.splice(at, 1);
          }
        } } });
        control.checked = chosen.indexOf(option.value) >= 0;
        return dom.checkbox(option.label, control);
      }),
      field.hint ? dom.node('p', { class: 'parom-hint' }, field.hint) : null
    ]);
  }

  /** A duration that is stored in seconds and entered in hours. */
  function hours(values, name) {
    const typed = { hours: typeof values[name] === 'number' ? Math.round(values[name] / 0.36) / 10000 : values[name] };
    const control = text(typed, 'hours', { plain: true });
    control.setAttribute('data-key', 'field-' + name);
    control.addEventListener('input', function () {
      const number = Number(control.value.trim().replace(',', '.'));
      values[name] = control.value.trim() && number >= 0 ? Math.round(number * 3600) : control.value;
    });
    return control;
  }

  /** A setting of a messenger, as the server describes it. */
  function setting(app, values, field, error) {
    if (field.type === 'flag') {
      return dom.checkbox(field.label, flag(values, field.name), field.hint);
    }
    if (field.type === 'choice') {
      const known = (field.options || []).map(function (one) { return { value: one.value, label: one.label }; });
      values[field.name] = values[field.name] || field.value || (known[0] || {}).value || '';
      return dom.field(field.label, select(values, field.name, known), { hint: field.hint, error: error });
    }
    if (field.type === 'choices') {
      return choices(values, field);
    }
    const control = field.type === 'hours' ? hours(values, field.name) : text(values, field.name, {
      type: { secret: 'password', url: 'url' }[field.type], required: field.required,
      lines: { lines: 3, paragraph: 3 }[field.type], plain: field.type !== 'text' && field.type !== 'paragraph'
    });
    return dom.field(field.label, control, { hint: field.hint, error: error });
  }

  /** Errors of the server by their fields. */
  function errors(problem, some) {
    const found = {};
    problem.errors.forEach(function (error) {
      const path = String(error.pointer || '').split('/').filter(function (part) { return part && part !== 'settings'; }).join('.');
      const field = some.find(function (one) { return path === one.name || path.indexOf(one.name + '.') === 0; });
      found[field ? field.name : path.split('.')[0] || 'name'] = error.detail;
    });
    return found;
  }

  /** The values to send: lists from lines, nothing for empty ones. */
  function settings(values, fields) {
    const out = {};
    fields.forEach(function (field) {
      let value = values[field.name];
      if (field.type === 'lines') {
        value = String(value || '').split('\n').map(function (line) { return line.trim(); }).filter(Boolean);
      } else if (typeof value === 'string') {
        value = value.trim();
      }
      if (value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && !value.length)) {
        // A setting of a group is named by both, joined by a dot.
        const path = field.name.split('.');
        const into = path.length > 1 ? out[path[0]] = out[path[0]] || {} : out;
        into[path[path.length - 1]] = value;
      }
    });
    return out;
  }

  return { text: text, flag: flag, pipelines: pipelines, contacts: contacts, setting: setting, errors: errors, settings: settings };
});
