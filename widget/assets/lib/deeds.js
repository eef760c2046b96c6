/** What is done to a source. Each deed runs alone and leaves its news in the window. */
define([], function () {
  'use strict';

  function path(item, deed) {
    return '/sources/' + encodeURIComponent(item.id) + (deed ? '/' + deed : '');
  }

  /** Somebody else was faster: what was typed stays, the next save is made against what is there now. */
  function outrun(app, problem) {
    return app.refresh().then(function () {
      app.view.of = app.sourceOf(app.view.id);
      app.tell('warn', app.explain(problem));
    });
  }

  function change(app, item, body, done) {
    app.act(function () {
      return app.api.call('PATCH', path(item), body, { key: app.api.key(), revision: item.revision }).then(function (now) {
        app.keep(now);
        done(now);
        return app.refresh();
      }, function (problem) {
        if (problem.status === 412) {
          return outrun(app, problem);
        }
        throw problem;
      });
    });
  }

  /** Steps of the test are kept by source, so that coming back shows them. */
  function test(app, item) {
    app.act(function () {
      app.tests[item.id] = { running: true };
      app.paint();
      return app.api.call('POST', path(item, 'test'), undefined, { key: app.api.key() }).then(function (answer) {
        app.tests[item.id] = { steps: answer.steps || [] };
        app.paint();
        return app.refresh();
      }).catch(function (problem) {
        delete app.tests[item.id];
        throw problem;
      });
    });
  }

  function pause(app, item) {
    change(app, item, { paused: true }, function () { app.go({ name: 'source', id: item.id }); });
  }

  /** `before`: what was held longer than since then is dropped; null sends all. */
  function resume(app, item, before) {
    const body = { paused: false };
    if (before) {
      body.drop_before = before;
    }
    change(app, item, body, function () { app.go({ name: 'source', id: item.id }); });
  }

  function save(app, item, values) {
    change(app, item, values, function () {
      app.go({ name: 'source', id: item.id }, { tone: 'ok', children: [app.words.say('common-saved')] });
    });
  }

  function remove(app, item) {
    app.act(function () {
      return app.api.call('DELETE', path(item), undefined, { key: app.api.key() }).then(function () {
        app.list.items = app.list.items.filter(function (one) { return one.id !== item.id; });
        app.go({ name: 'list' }, { tone: 'ok', children: [app.words.say('widget-deleted', { source: item.name })] });
        return app.refresh();
      });
    });
  }

  function restore(app, item) {
    app.act(function () {
      return app.api.call('POST', path(item, 'restore'), undefined, { key: app.api.key() }).then(function (now) {
        app.keep(now);
        app.paint();
        return app.refresh();
      });
    });
  }

  function stray(app, item, deed) {
    const place = '/strays/' + encodeURIComponent(item.amocrm_source_id) + '/' + deed;
    app.act(function () {
      return app.api.call('POST', place, undefined, { key: app.api.key() }).then(function () { return app.refresh(); });
    });
  }

  return { test: test, pause: pause, resume: resume, save: save, remove: remove, restore: restore, stray: stray };
});
