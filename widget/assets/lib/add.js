/**
 * A new source: the messenger, its fields, name and pipeline. The messengers and their fields are data of the server.
 */
define(['./dom.js', './fields.js', './preview.js'], function (dom, fields, preview) {
  'use strict';

  function fetch(app, view) {
    if (view.asked) {
      return;
    }
    view.asked = true;
    view.keys = app.api.keys();
    view.values = { name: '', pipeline_id: view.pipeline_id || '', default: !app.list.items.length,
      contact_rule: 'leave' };
    app.api.call('GET', '/kinds').then(function (answer) {
      view.kinds = answer.items;
      const wanted = view.kinds.find(function (kind) { return kind.kind === view.wanted; });
      if (wanted && !view.kind) {
        choose(app, view, wanted);
        return;
      }
      app.paint();
    }, function (problem) {
      view.failed = problem;
      app.paint();
    });
    app.api.call('GET', '/pipelines').then(function (answer) {
      view.pipelines = answer.items;
      app.paint();
    }, function (problem) {
      view.pipelinesFailed = problem;
      app.paint();
    });
  }

  function choose(app, view, kind) {
    if (kind.panel_only) {
      app.openPanel({ page: 'overview' });
      return;
    }
    view.kind = kind;
    view.settings = {};
    kind.fields.forEach(function (field) {
      if (field.value !== null && field.value !== undefined) {
        view.settings[field.name] = field.type === 'lines' ? [].concat(field.value).join('\n') : field.value;
      }
    });
    view.errors = {};
    // The messenger's name, until a person writes another one.
    if (!view.values.name || view.values.name === view.named) {
      view.named = view.values.name = kind.name;
    }
    app.paint();
    // What is still to be filled in; the name is there already.
    const first = app.find('.parom-ways .parom-input:invalid:not(details *)')
      || app.find('.parom-ways input, .parom-ways textarea, .parom-ways select, .parom-ways button');
    if (first) {
      first.focus();
    }
  }

  function kinds(app, view) {
    return dom.node('ul', { class: 'parom-kinds', 'aria-label': app.words.say('wizard-choose') }, view.kinds.map(function (kind) {
      return dom.node('li', {}, dom.node('button', { type: 'button', class: 'parom-kind', 'data-key': 'kind-' + kind.kind,
        title: kind.about, on: { click: function () {
          choose(app, view, kind);
        } } }, [dom.logo(app.config.server, kind.kind), dom.node('span', {}, [kind.name, kind.panel_only ? ' ↗' : null])]));
    }));
  }

  /** The chosen messenger in place of all. */
  function chosen(app, view) {
    return [
      dom.button('← ' + app.words.say('widget-kind-change'), 'back', function () {
        const again = 'kind-' + view.kind.kind;
        view.kind = null;
        app.paint();
        app.find('[data-key="' + again + '"]').focus();
      }, 'quiet'),
      dom.node('div', { class: 'parom-state' }, [
        dom.logo(app.config.server, view.kind.kind),
        dom.node('h3', { class: 'parom-heading', tabindex: '-1', 'data-heading': true }, view.kind.name)
      ]),
      dom.paragraph(view.kind.about, 'hint'),
      dom.node('div', { class: 'parom-ways' }, ways(app, view))
    ];
  }

  /** All messengers. The first choice of an account has nothing to go back to. */
  function choice(app, view) {
    const words = app.words;
    const isFirst = !app.list.items.length;
    return [
      isFirst ? null : dom.button('← ' + words.say('sources-title'), 'back', function () { app.go({ name: 'list' }); }, 'quiet'),
      dom.node('h3', { class: 'parom-heading', tabindex: '-1', 'data-heading': true }, words.say('wizard-choose')),
      isFirst ? dom.paragraph(words.say('widget-empty'), 'hint') : null,
      view.kinds ? kinds(app, view) : dom.skeleton(words)
    ];
  }

  function created(app, source) {
    const words = app.words;
    const pipeline = (app.view.pipelines || []).find(function (one) {
      return String(one.id) === String(source.pipeline_id);
    });
    const text = source.status === 'working' && pipeline
      ? words.say('wizard-done', { source: source.name, pipeline: pipeline.name })
      : words.say('widget-created', { source: source.name });
    return app.refresh().then(function () {
      app.go({ name: 'source', id: source.id, secret: source.webhook_secret, enter: source.to_enter },
        { tone: 'ok', children: [dom.paragraph(text)] });
    });
  }

  function submit(app, view) {
    const values = view.values;
    const body = { kind: view.kind.kind, name: values.name.trim(), pipeline_id: values.pipeline_id || null,
      default: values.default, contact_rule: values.contact_rule, settings: fields.settings(view.settings, view.kind.fields) };
    app.act(function () {
      return app.api.call('POST', '/sources', body, { key: view.keys.of(body) }).then(function (source) {
        return created(app, source);
      }, function (problem) {
        view.keys.answered(problem);
        view.errors = fields.errors(problem, view.kind.fields);
        if (!problem.errors.length) {
          throw problem;
        }
        app.correct(problem);
      });
    });
  }

  /** The messenger's own page, which opens in a tab, or the fields to fill in. */
  function ways(app, view) {
    const kind = view.kind;
    if (!kind.consent) {
      return kind.preview ? preview(app, view, form(app, view)) : form(app, view);
    }
    const open = dom.button(kind.consent.label + ' ↗', 'consent', function () {
      view.known = app.list.items.map(function (item) { return item.id; });
      // Back from there, at once; a failure is told by the next look.
      window.addEventListener('focus', function () { app.refresh().catch(function () {}); }, { once: true });
      app.tell('wait', [app.words.say('widget-consent-waits')]);
      app.openPanel({ page: 'connect', kind: kind.kind });
    }, 'primary');
    const byHand = dom.node('details', { on: { toggle: function (event) { view.byHand = event.target.open; } } }, [
      dom.node('summary', { 'data-key': 'by-hand' }, app.words.say('wizard-by-hand')), form(app, view)
    ]);
    byHand.open = Boolean(view.byHand);
    return [dom.paragraph(app.words.say('widget-consent-says')), dom.node('div', { class: 'parom-buttons' }, [open]), byHand];
  }

  function settings(app, view, some) {
    return some.map(function (field) { return fields.setting(app, view.settings, field, view.errors[field.name]); });
  }

  /** Settings under the headings that the panel has as tabs. */
  function sections(app, view, further) {
    const names = further.map(function (field) { return field.section; });
    return names.filter(function (name, at) { return name && names.indexOf(name) === at; }).map(function (name) {
      const some = further.filter(function (field) { return field.section === name; });
      return dom.node('fieldset', { class: 'parom-section' }, [dom.node('legend', {}, name), settings(app, view, some)]);
    });
  }

  /** Settings that a source works without, closed until a person opens them or one needs a correction. */
  function more(app, view, further) {
    const isWrong = further.some(function (field) { return view.errors[field.name]; });
    const group = dom.node('details', { class: 'parom-more', on: { toggle: function (event) {
      view.more = event.target.open;
    } } }, [
      dom.node('summary', { 'data-key': 'more' }, app.words.say('widget-more-settings')),
      settings(app, view, further.filter(function (field) { return !field.section; })),
      fields.contacts(app, view.values),
      sections(app, view, further)
    ]);
    group.open = Boolean(view.more) || isWrong;
    return group;
  }

  function form(app, view) {
    const words = app.words;
    const values = view.values;
    const all = view.kind.fields;
    const isNeeded = function (field) { return field.required || field.essential; };
    // A messenger that needs nothing shows its most important setting, the first.
    const first = all.some(isNeeded) ? all.filter(isNeeded) : all.slice(0, 1);
    const further = all.filter(function (field) { return first.indexOf(field) < 0; });
    const other = app.list.items.find(function (one) { return one.default; });
    return dom.node('form', { class: 'parom-form', 'data-changed': view.changed, on: { submit: function (event) {
      event.preventDefault();
      submit(app, view);
    }, input: function (event) {
      view.changed = true;
      event.currentTarget.setAttribute('data-changed', '');
    } } }, [
      dom.paragraph(words.say('common-must'), 'hint parom-must'),
      dom.field(words.say('source-edit-name'), fields.text(values, 'name', { required: true, maxlength: 255 }),
        { error: view.errors.name }),
      settings(app, view, first),
      dom.field(words.say('source-edit-pipeline'), fields.pipelines(app, values, view.pipelines),
        { hint: words.say('source-edit-pipeline-hint'), error: view.errors.pipeline_id }),
      view.pipelinesFailed ? dom.notice('warn', app.explain(view.pipelinesFailed)) : null,
      dom.checkbox(words.say('source-edit-default'), fields.flag(values, 'default'),
        other ? words.say('source-edit-default-hint', { name: other.name }) : null),
      more(app, view, further), dom.submit(words.say('widget-connect'), 'create')
    ]);
  }

  return function (app) {
    const words = app.words;
    const view = app.view;
    fetch(app, view);
    if (view.failed) {
      return dom.notice('bad', [app.explain(view.failed), ' ', dom.button(words.say('common-try-again'), 'again', function () {
        app.go({ name: 'add', pipeline_id: view.pipeline_id });
      })]);
    }
    return dom.node('div', { class: 'parom-view' }, view.kind ? chosen(app, view) : choice(app, view));
  };
});
