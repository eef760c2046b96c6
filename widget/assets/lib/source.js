/** One source: its state and what waits, its remedy, its test, name and pipeline, pause, deletion. */
define(['./dom.js', './deeds.js', './fields.js'], function (dom, deeds, fields) {
  'use strict';

  const HOUR = 60 * 60 * 1000;

  function back(app) {
    return dom.button('← ' + app.words.say('sources-title'), 'back', function () { app.go({ name: 'list' }); }, 'quiet');
  }

  function failedStep(test) {
    return test && !test.running && test.steps.find(function (step) { return !step.ok; });
  }

  function state(app, item) {
    const words = app.words;
    const key = 'source-state-' + (item.is_untested ? 'untested' : item.status);
    return [
      dom.node('div', { class: 'parom-state' }, [
        dom.badge(dom.sourceTone(item), words.has(key) ? words.say(key) : item.status),
        dom.node('span', { class: 'parom-hint' }, words.messenger(item)),
        item.status === 'blocked' && app.config.support.link
          ? dom.link(app.config.support.link, words.say('common-contact-support')) : null,
        item.default ? dom.node('span', { class: 'parom-mark' }, words.say('sources-default-mark')) : null
      ]),
      // The steps of a failed test say the same.
      item.hint && !failedStep(app.tests[item.id]) ? dom.paragraph(item.hint, item.status === 'working' ? 'hint' : null) : null,
      item.held && item.held.count ? dom.paragraph(words.say('source-held', {
        count: item.held.count, stamp: words.stamp(item.held.oldest_at)
      })) : null,
      item.deleted_in_crm ? dom.notice('warn', [
        dom.paragraph(words.say('source-deleted-in-crm')),
        app.canChange() ? dom.button(words.say('source-create-again'), 'restore', function () {
          deeds.restore(app, item);
        }) : null
      ]) : null
    ];
  }

  function steps(app, item) {
    const words = app.words;
    const test = app.tests[item.id];
    if (!test) {
      return null;
    }
    if (test.running) {
      return dom.node('p', { role: 'status' }, words.say('widget-testing'));
    }
    const failed = failedStep(test);
    const spent = test.steps.reduce(function (sum, step) { return sum + (step.ms || 0); }, 0);
    const verdict = failed
      ? words.say('source-test-failed', { step: failed.title || failed.name, reason: failed.detail })
      : words.say('source-test-passed', { ms: spent, steps: test.steps.length });
    return dom.notice(failed ? 'bad' : 'ok', [
      dom.paragraph(verdict),
      dom.node('ol', { class: 'parom-steps' }, test.steps.map(function (step) {
        return dom.node('li', {}, [
          dom.node('span', { class: 'parom-' + (step.ok ? 'ok' : 'bad') }, dom.icon(step.ok ? 'ok' : 'bad')),
          dom.node('span', {}, step.title || step.name),
          step.ok && step.detail ? dom.node('span', { class: 'parom-hint' }, step.detail) : null,
          dom.node('span', { class: 'parom-hint' }, words.say('time-span-milliseconds', { count: step.ms || 0 }))
        ]);
      }))
    ]);
  }

  function handOut(app, item) {
    const words = app.words;
    const secret = app.view.secret;
    const enter = app.view.enter;
    return [
      secret ? dom.notice('warn', [
        dom.paragraph(words.say('wizard-custom-secret')), dom.copyable(words, 'copy-secret', secret),
        dom.paragraph(words.say('common-secret-once'))
      ]) : null,
      enter ? dom.notice('warn', [
        dom.paragraph(enter.title), dom.paragraph(enter.hint),
        enter.values.map(function (one, at) {
          return [dom.paragraph(one.label), dom.copyable(words, 'copy-enter-' + at, one.value)];
        })
      ]) : null,
      item.embed ? dom.node('div', { class: 'parom-block' }, [
        dom.paragraph(words.say('wizard-web-line')), dom.copyable(words, 'copy-embed', item.embed.code),
        item.embed.nowhere ? dom.paragraph(words.say('widget-embed-nowhere')) : null,
        dom.paragraph(words.say('wizard-web-link')), dom.paragraph(dom.link(item.embed.link, item.embed.link))
      ]) : null,
      item.link ? dom.node('div', { class: 'parom-block' }, [
        dom.paragraph(words.say('source-entrance')), dom.paragraph(dom.link(item.link, item.link + ' ↗')),
        item.chats ? null : dom.paragraph(words.say('widget-write-first'))
      ]) : null
    ];
  }

  function edit(app, item) {
    const words = app.words;
    const view = app.view;
    view.values = view.values || { name: item.name, pipeline_id: item.pipeline_id ? String(item.pipeline_id) : '',
      pipeline_name: item.pipeline_name, default: item.default, contact_rule: item.contact_rule };
    if (!view.pipelines) {
      view.pipelines = [];
      app.pipelines().then(function (items) {
        view.pipelines = items;
        app.paint();
      }, function (problem) { console.debug(problem); });
    }
    const values = view.values;
    const other = app.list.items.find(function (one) { return one.default && one.id !== item.id; });
    const errors = view.errors || {};
    const save = dom.node('button', { type: 'submit', class: 'parom-button parom-primary', 'data-key': 'save',
      hidden: !view.changed || app.isSavedByCrm() }, words.say('common-save'));
    return dom.node('form', { class: 'parom-form', 'data-changed': view.changed, on: { input: function (event) {
      view.changed = true;
      // The CRM looks at its button after this event.
      window.setTimeout(function () { save.hidden = app.isSavedByCrm(); }, 0);
      event.currentTarget.setAttribute('data-changed', '');
    }, submit: function (event) {
      event.preventDefault();
      const changed = {};
      if (values.name.trim() !== item.name) {
        changed.name = values.name.trim();
      }
      if (values.pipeline_id && values.pipeline_id !== String(item.pipeline_id || '')) {
        changed.pipeline_id = values.pipeline_id;
      }
      if (values.default !== item.default) {
        changed.default = values.default;
      }
      if (values.contact_rule !== item.contact_rule) {
        changed.contact_rule = values.contact_rule;
      }
      deeds.save(app, view.of || item, changed);
    } } }, [
      dom.field(words.say('source-edit-name'), fields.text(values, 'name', { required: true, maxlength: 255 }),
        { error: errors.name }),
      dom.field(words.say('source-edit-pipeline'), fields.pipelines(app, values, view.pipelines),
        { hint: words.say('source-edit-pipeline-hint'), error: errors.pipeline_id }),
      fields.contacts(app, values),
      dom.checkbox(words.say('source-edit-default'), fields.flag(values, 'default', item.default),
        item.default || !other ? null : words.say('source-edit-default-hint', { name: other.name })),
      dom.node('div', { class: 'parom-buttons' }, [
        dom.button(words.say('source-delete'), 'delete', ask(app, item, 'delete'), 'danger'), save
      ])
    ]);
  }

  /** A question in place, never a dialog over the window. */
  function question(app, text, deed, extra) {
    const view = app.view;
    return dom.node('div', { class: 'parom-question', role: 'group', 'aria-labelledby': 'parom-question' }, [
      dom.node('p', { id: 'parom-question', tabindex: '-1', 'data-heading': true }, text),
      extra,
      dom.node('div', { class: 'parom-buttons' }, [
        dom.button(app.words.say('common-cancel'), 'cancel', function () {
          app.go({ name: 'source', id: view.id });
        }),
        dom.button(deed.words, 'confirm', deed.act, deed.look)
      ])
    ]);
  }

  function resume(app, item) {
    const words = app.words;
    const held = item.held || { count: 0 };
    if (!held.count) {
      return question(app, words.say('widget-resume-nothing', { source: item.name }), {
        words: words.say('source-resume'), look: 'primary', act: function () { deeds.resume(app, item, null); }
      });
    }
    const ages = [0, 1, 6, 24];
    const choice = app.view.choice = app.view.choice || { hours: '0' };
    const options = ages.map(function (hours) {
      const control = dom.node('input', { type: 'radio', name: 'parom-resume', value: hours, 'data-key': 'resume-' + hours,
        on: { change: function () { choice.hours = String(hours); } } });
      control.checked = choice.hours === String(hours);
      return dom.checkbox(words.say(hours ? 'widget-resume-drop' : 'widget-resume-all', { hours: hours }), control);
    });
    const text = words.say('widget-resume-held', { source: item.name, count: held.count,
      time: held.oldest_at ? words.when(held.oldest_at) : '' });
    return question(app, text, { words: words.say('source-resume'), look: 'primary', act: function () {
      const hours = Number(choice.hours);
      deeds.resume(app, item, hours ? new Date(Date.now() - hours * HOUR).toISOString() : null);
    } }, options);
  }

  function asked(app, item) {
    const words = app.words;
    const waiting = item.held ? item.held.count : 0;
    if (app.view.confirm === 'pause') {
      return question(app, words.say('source-pause-confirm', { source: item.name, count: waiting }), {
        words: words.say('source-pause'), look: 'primary', act: function () { deeds.pause(app, item); }
      });
    }
    if (app.view.confirm === 'resume') {
      return resume(app, item);
    }
    if (app.view.confirm === 'delete') {
      const text = words.say('source-delete-confirm', { source: item.name, chats: item.chats || 0, waiting: waiting });
      return question(app, text, {
        words: words.say('source-delete'), look: 'danger', act: function () { deeds.remove(app, item); }
      });
    }
    return null;
  }

  function ask(app, item, what) {
    return function () { app.go({ name: 'source', id: item.id, confirm: what }); };
  }

  function buttons(app, item) {
    const words = app.words;
    if (app.canChange() && item.status === 'stopped') {
      return dom.node('div', { class: 'parom-tools' }, [
        dom.button(words.say('source-reconnect') + ' ↗', 'reconnect', function () {
          app.openPanel({ page: 'access', id: item.id });
        }, 'primary')
      ]);
    }
    const panel = item.embed
      ? dom.button(words.say('widget-design') + ' ↗', 'panel', function () {
        app.openPanel({ page: 'design', id: item.id });
      })
      : dom.button(words.say('widget-open-panel') + ' ↗', 'panel', function () {
        app.openPanel({ page: 'source', id: item.id });
      });
    if (!app.canChange()) {
      return app.isAdmin() ? dom.node('div', { class: 'parom-tools' }, panel) : null;
    }
    return dom.node('div', { class: 'parom-tools' }, [
      dom.button(words.say('source-test'), 'test', function () { deeds.test(app, item); }),
      item.status === 'paused'
        ? dom.button(words.say('source-resume'), 'resume', ask(app, item, 'resume'))
        : dom.button(words.say('source-pause'), 'pause', ask(app, item, 'pause')),
      panel
    ]);
  }

  return function (app) {
    const item = app.sourceOf(app.view.id);
    if (!item) {
      return dom.node('div', { class: 'parom-view' }, [
        back(app), dom.notice('warn', app.words.say('widget-source-gone'))
      ]);
    }
    app.view.of = app.view.of || item;
    const question = asked(app, item);
    return dom.node('div', { class: 'parom-view' }, [
      back(app),
      dom.node('div', { class: 'parom-state' }, [
        dom.logo(app.config.server, item.kind),
        dom.node('h3', { class: 'parom-heading', tabindex: '-1', 'data-heading': question ? null : true }, item.name)
      ]),
      state(app, item),
      question || [buttons(app, item), steps(app, item), handOut(app, item), app.canChange() ? edit(app, item) : null]
    ]);
  };
});
