/** The list of sources, one line each: what it is, where it leads and its state. All else is on the source's own page. */
define(['./dom.js', './deeds.js', './add.js'], function (dom, deeds, add) {
  'use strict';

  function row(app, item) {
    const words = app.words;
    const key = 'source-state-' + (item.is_untested ? 'untested' : item.status);
    const line = dom.node('div', { class: 'parom-row' }, [
      dom.logo(app.config.server, item.kind, words.messenger(item)),
      dom.node('button', { type: 'button', class: 'parom-name', 'data-key': 'open-' + item.id, on: { click: function () {
        app.go({ name: 'source', id: item.id });
      } } }, item.name),
      item.default ? dom.node('span', { class: 'parom-mark' }, words.say('sources-default-mark')) : null,
      dom.node('span', { class: 'parom-where parom-hint' }, item.pipeline_name),
      dom.badge(dom.sourceTone(item), words.has(key) ? words.say(key) : item.status), dom.icon('open')
    ]);
    const isTroubled = item.status === 'needs_attention' || item.status === 'stopped';
    return dom.node('li', { class: 'parom-item' }, [line, isTroubled && item.hint ? dom.paragraph(item.hint, 'hint') : null]);
  }

  /** One that the CRM has and Parom did not create. */
  function stray(app, item) {
    const words = app.words;
    const id = item.amocrm_source_id;
    return dom.node('li', {}, dom.notice('odd', [
      dom.node('strong', {}, item.name), ' ', item.hint,
      app.canChange() ? dom.node('div', { class: 'parom-buttons' }, [
        dom.button(words.say('widget-stray-remove'), 'remove-' + id, function () { deeds.stray(app, item, 'remove'); }),
        dom.button(words.say('widget-stray-adopt'), 'adopt-' + id, function () { deeds.stray(app, item, 'adopt'); })
      ]) : null
    ]));
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
    const isEmpty = !items.length && !strays.length;
    if (isEmpty && app.canAdd()) {
      return add(app);
    }
    const active = app.tenant.status === 'active';
    const isFull = app.list.used >= app.list.limit;
    return dom.node('div', { class: 'parom-view' }, [
      dom.node('div', { class: 'parom-head' }, [
        dom.node('h3', { class: 'parom-heading', tabindex: '-1', 'data-heading': true },
          words.say(isEmpty ? 'sources-empty-title' : 'sources-title')),
        isEmpty ? null : dom.node('span', { class: 'parom-hint' },
          words.say('widget-summary', { used: app.list.used, limit: app.list.limit })),
        app.canAdd() && !isFull
          ? dom.button(words.say('widget-add-source'), 'add', function () { app.go({ name: 'add' }); }, 'primary') : null
      ]),
      app.canAdd() && isFull ? dom.paragraph(words.say('sources-limit-reached', { limit: app.list.limit })) : null,
      app.isAdmin() ? null : watcher(app),
      items.length && active && !items.some(function (item) { return item.default; })
        ? dom.notice('warn', words.say('sources-pick-default')) : null,
      dom.node('ul', { class: 'parom-list' }, [
        items.map(function (item) { return row(app, item); }),
        strays.map(function (item) { return stray(app, item); })
      ]),
      app.isAdmin() && active && items.length
        ? dom.paragraph(words.say('widget-removing', { sources: items.length }), 'hint') : null
    ]);
  };
});
