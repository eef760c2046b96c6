/** The list of sources: each opens in the window, and has its state as text and one action: its page in the panel if all is well. */
define(['./dom.js', './deeds.js'], function (dom, deeds) {
  'use strict';

  function stateOf(app, item) {
    const key = 'source-state-' + (item.is_untested ? 'untested' : item.status);
    return dom.badge(dom.sourceTone(item.status), app.words.has(key) ? app.words.say(key) : item.status);
  }

  /** The one button of a state. */
  function remedy(app, item) {
    const words = app.words;
    const key = 'remedy-' + item.id;
    if (item.status === 'blocked') {
      return app.config.support.link ? dom.link(app.config.support.link, words.say('common-contact-support')) : null;
    }
    if (!app.canChange()) {
      return null;
    }
    if (item.deleted_in_crm) {
      return dom.button(words.say('source-create-again'), key, function () { deeds.restore(app, item); });
    }
    if (item.status === 'stopped') {
      return dom.button(words.say('source-reconnect'), key, function () {
        app.openPanel({ page: 'access', id: item.id });
      });
    }
    if (item.status === 'paused') {
      return dom.button(words.say('source-resume'), key, function () {
        app.go({ name: 'source', id: item.id, confirm: 'resume' });
      });
    }
    if (item.status === 'working' && !item.is_untested) {
      return dom.button(words.say('common-details') + ' ↗', key, function () {
        app.openPanel({ page: 'source', id: item.id });
      }, 'quiet');
    }
    if (item.status === 'working' || item.status === 'checking' || item.status === 'needs_attention') {
      return dom.button(words.say('source-test'), key, function () {
        app.go({ name: 'source', id: item.id });
        deeds.test(app, item);
      });
    }
    return null;
  }

  function hintOf(app, item) {
    return item.deleted_in_crm ? app.words.say('source-deleted-in-crm') : item.hint;
  }

  /** The account's problem is already shown above all sources. */
  function isOfAccount(app, hint) {
    const items = app.list.items;
    return app.tenant.status !== 'active' && items.length > 1
      && items.every(function (item) { return hintOf(app, item) === hint; });
  }

  function row(app, item) {
    const words = app.words;
    const hint = hintOf(app, item);
    return dom.node('li', { class: 'parom-row' }, [
      dom.logo(app.config.server, item.kind),
      dom.node('div', { class: 'parom-row-main' }, [
        dom.node('button', { type: 'button', class: 'parom-name', 'data-key': 'open-' + item.id, on: { click: function () {
          app.go({ name: 'source', id: item.id });
        } } }, item.name),
        item.default ? dom.node('span', { class: 'parom-mark' }, words.say('sources-default-mark')) : null,
        dom.node('div', { class: 'parom-hint' }, [
          words.messenger(item), item.pipeline_name ? words.say('sources-col-pipeline') + ': ' + item.pipeline_name : null
        ].filter(Boolean).join(' · '))
      ]),
      dom.node('div', { class: 'parom-row-side' }, [stateOf(app, item), remedy(app, item)]),
      hint && (item.status !== 'working' || item.deleted_in_crm) && !isOfAccount(app, hint)
        ? dom.node('p', { class: 'parom-row-hint' }, hint) : null
    ]);
  }

  function stray(app, item) {
    const words = app.words;
    return dom.node('li', { class: 'parom-row' }, dom.notice('odd', [
      dom.node('strong', {}, item.name), ' ', item.hint,
      app.canChange() ? dom.node('div', { class: 'parom-buttons' }, [
        dom.button(words.say('widget-stray-adopt'), 'adopt-' + item.amocrm_source_id, function () {
          deeds.stray(app, item, 'adopt');
        }),
        dom.button(words.say('widget-stray-remove'), 'remove-' + item.amocrm_source_id, function () {
          deeds.stray(app, item, 'remove');
        })
      ]) : null
    ]));
  }

  function addButton(app) {
    const words = app.words;
    if (!app.canAdd()) {
      return null;
    }
    if (app.list.used >= app.list.limit) {
      return dom.paragraph(words.say('sources-limit-reached', { limit: app.list.limit }));
    }
    return dom.button(words.say('widget-add-source'), 'add', function () { app.go({ name: 'add' }); }, 'primary');
  }

  function watcher(app) {
    const admins = (app.session.admins || []).join(', ');
    const said = app.words.say(admins ? 'widget-not-admin' : 'widget-not-admin-unnamed', { admins: admins });
    return dom.notice('off', app.session.user.hint || said);
  }

  return function (app) {
    const words = app.words;
    const items = app.list.items;
    const strays = app.list.strays || [];
    const active = app.tenant.status === 'active';
    return dom.node('div', { class: 'parom-view' }, [
      dom.node('h3', { class: 'parom-heading', tabindex: '-1', 'data-heading': true },
        words.say(items.length || strays.length ? 'sources-title' : 'sources-empty-title')),
      items.length ? null : dom.paragraph(words.say('sources-empty-text')),
      app.isAdmin() ? null : watcher(app),
      items.length && active && !items.some(function (item) { return item.default; })
        ? dom.notice('warn', words.say('sources-pick-default')) : null,
      dom.node('ul', { class: 'parom-list' }, [
        items.map(function (item) { return row(app, item); }),
        strays.map(function (item) { return stray(app, item); })
      ]),
      dom.node('div', { class: 'parom-buttons' }, [
        addButton(app),
        app.isAdmin() ? dom.button(words.say('widget-open-panel') + ' ↗', 'panel', function () {
          app.openPanel({ page: 'overview' });
        }) : null
      ]),
      app.isAdmin() && active && items.length
        ? dom.paragraph(words.say('widget-removing', { sources: items.length }), 'hint') : null
    ]);
  };
});
