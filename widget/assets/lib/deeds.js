/** Actions on a source. Each runs alone and leaves its result in the window. */
define(['./dom.js', './fields.js'], function (dom, fields) {
  'use strict';

  function path(item, deed) {
    return '/sources/' + encodeURIComponent(item.id) + (deed ? '/' + deed : '');
  }

  /** Differences: label and value, named as in the form. */
  function differences(app, before, now) {
    const words = app.words;
    return [
      now.name !== before.name ? words.say('source-edit-name') + ': ' + now.name : null,
      now.pipeline_id !== before.pipeline_id
        ? words.say('source-edit-pipeline') + ': ' + (now.pipeline_name || '#' + now.pipeline_id) : null,
      now.default !== before.default && now.default ? words.say('sources-default-mark') : null
    ].filter(Boolean);
  }

  /** Fields that were not edited here follow the current values; else saving would revert another user's change. */
  function follow(values, before, now) {
    const pipeline = function (item) { return item.pipeline_id ? String(item.pipeline_id) : ''; };
    values.name = values.name.trim() === before.name ? now.name : values.name;
    values.default = values.default === before.default ? now.default : values.default;
    if (values.pipeline_id === pipeline(before)) {
      values.pipeline_id = pipeline(now);
      values.pipeline_name = now.pipeline_name;
    }
  }

  /** Another user saved first: the input stays, and the next save is based on the current values. */
  function outrun(app, before, problem) {
    return app.refresh().then(function () {
      const now = app.sourceOf(app.view.id);
      const lines = [dom.paragraph(app.explain(problem))];
      app.view.of = now;
      if (now) {
        differences(app, before, now).forEach(function (line) { lines.push(dom.paragraph(line)); });
        if (app.view.values) {
          follow(app.view.values, before, now);
        }
      }
      app.tell('warn', lines);
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
          return outrun(app, item, problem);
        }
        if (problem.errors.length && app.view.values) {
          app.view.errors = fields.errors(problem, []);
          return app.correct(problem);
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

  /** `before`: messages held since before then are dropped; null sends all. */
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
