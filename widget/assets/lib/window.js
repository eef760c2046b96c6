/**
 * The settings window: one root element that shows the account's state, its sources, one source or a form.
 *
 *   session ─▶ provisioning (asks again, offers "Connect") ─▶ list ─▶ source
 *                                                              └────▶ add
 */
define(['./config.js', './words.js', './dom.js', './api.js', './account.js', './sources.js', './source.js', './add.js',
  './consent.js'],
function (config, makeWords, dom, makeApi, account, sources, source, add, consent) {
  'use strict';

  const POLL_SECONDS = 15;
  const VIEWS = { list: sources, source: source, add: add };

  /**
   * `target`: {external_id} opens that source, {pipeline_id} and {kind} the form for a new one with these; {hasSave}: the
   * CRM has its own "Save" there.
   */
  return function (widget, target) {
    const words = makeWords(widget.i18n('ui'), config.crm);
    const api = makeApi(widget, words.language);
    const root = dom.node('div', { class: 'parom-widget', lang: words.language });
    let timer = null;
    let alive = true;
    let busy = false;
    let known = null;
    let wanted = target || {};
    const hasSave = Boolean(wanted.hasSave);

    const app = {
      words: words, api: api, config: config, widget: widget,
      // Loading until there is a tenant; `waiting` and `failed` replace the rest while they are set.
      tenant: null, session: null, list: null, view: { name: 'list' }, notice: null, waiting: null, failed: null,
      offline: false, tests: {}, signIn: null
    };

    function later(seconds, act) {
      window.clearTimeout(timer);
      if (alive) {
        timer = window.setTimeout(act, seconds * 1000);
      }
    }

    app.find = function (selector) {
      return root.querySelector(selector);
    };

    app.isAdmin = function () {
      return Boolean(app.session && app.session.user.is_admin);
    };

    /** Whether buttons that change sources make sense. */
    app.canChange = function () {
      return app.isAdmin() && Boolean(app.tenant) && app.tenant.status === 'active';
    };

    /** A new account agrees before its first source. */
    app.canAdd = function () {
      return app.canChange() && (!consent.isAsked(app) || app.list.items.length > 0);
    };

    app.sourceOf = function (id) {
      return app.list ? app.list.items.find(function (item) { return item.id === id; }) : undefined;
    };

    /** Shows another view; focus goes to its heading. */
    app.go = function (view, notice) {
      app.view = view;
      app.notice = notice || null;
      app.paint();
      const heading = root.querySelector('[data-heading]');
      if (heading) {
        heading.focus();
      }
    };

    app.tell = function (tone, children) {
      app.notice = { tone: tone, children: children };
      app.paint();
      const shown = root.querySelector('[data-notice]');
      if (shown) {
        shown.focus();
      }
    };

    /** Shows a form again with its errors below their fields; focus goes to the first. */
    app.correct = function (problem) {
      app.notice = null;
      app.paint();
      const wrong = app.find('[aria-invalid]');
      if (wrong) {
        wrong.focus();
      } else {
        app.tell('bad', app.explain(problem));
      }
    };

    /** Whether the CRM's own button below the window can be pressed to save: then the form needs none. */
    app.isSavedByCrm = function () {
      const button = hasSave && document.querySelector('.js-widget-save');
      return Boolean(button) && button.getClientRects().length > 0 && !button.matches(':disabled, .button-input-disabled');
    };

    /** A failure as text, with the support contact. */
    app.explain = function (problem) {
      if (problem.status === 0 || problem.status === 502 || problem.status === 504) {
        return [words.say('widget-no-answer'), ' ', account.support(app)];
      }
      return [problem.detail || words.say('widget-unexpected'), ' ', account.support(app)];
    };

    /** Runs one action at a time; its failure is shown. */
    app.act = function (action) {
      if (busy) {
        return;
      }
      busy = true;
      root.setAttribute('aria-busy', 'true');
      const rest = function () {
        busy = false;
        root.removeAttribute('aria-busy');
      };
      action().then(rest, function (problem) {
        rest();
        if (alive) {
          app.tell('bad', app.explain(problem));
        }
      });
    };

    app.openPanel = function (place) {
      app.act(function () {
        return api.openPanel(place).then(function (address) {
          if (address) {
            app.tell('warn', [words.say('widget-popup-blocked'), ' ', dom.link(address, words.say('widget-open-panel'))]);
          }
        });
      });
    };

    /** The account's pipelines, requested once per window. */
    app.pipelines = function () {
      if (!known) {
        known = api.call('GET', '/pipelines').then(function (answer) { return answer.items; });
        known.catch(function () { known = null; });
      }
      return known;
    };

    /** Reads the list again; changes are rendered unless the user is typing. */
    app.refresh = function () {
      return api.call('GET', '/sources').then(function (list) {
        const before = JSON.stringify([app.list, app.tenant, app.offline]);
        app.list = list;
        app.tenant = list.tenant || app.tenant;
        app.offline = false;
        later(POLL_SECONDS, poll);
        // What was connected in the panel, meanwhile.
        const made = app.view.known && list.items.find(function (item) { return app.view.known.indexOf(item.id) < 0; });
        if (made) {
          app.go({ name: 'list' }, { tone: 'ok', children: [words.say('widget-created', { source: made.name })] });
          return;
        }
        if (before !== JSON.stringify([app.list, app.tenant, app.offline]) && !typing()) {
          app.paint();
        }
      });
    };

    /** Adds one changed source to the list. */
    app.keep = function (item) {
      const at = app.list.items.findIndex(function (one) { return one.id === item.id; });
      if (at >= 0) {
        app.list.items[at] = Object.assign({}, app.list.items[at], item);
      }
    };

    app.reload = function () {
      app.failed = null;
      app.paint();
      return load(true);
    };

    function typing() {
      const active = document.activeElement;
      return Boolean(active) && root.contains(active) && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName);
    }

    function poll() {
      app.refresh().catch(function (problem) {
        if (problem.kind === 'provisioning') {
          trouble(problem);
          return;
        }
        app.offline = true;
        later(POLL_SECONDS, poll);
        if (!typing()) {
          app.paint();
        }
      });
    }

    function load(fresh) {
      return api.session(fresh).then(function (session) {
        app.session = session;
        app.tenant = session.tenant;
        if (session.tenant.status === 'provisioning') {
          wait(3);
          return null;
        }
        return app.refresh().then(arrive);
      }).catch(trouble);
    }

    function arrive() {
      app.waiting = null;
      app.failed = null;
      const about = wanted;
      wanted = {};
      if (about.external_id) {
        const found = app.list.items.find(function (item) { return item.external_id === about.external_id; });
        if (found) {
          app.go({ name: 'source', id: found.id });
        } else {
          app.go({ name: 'list' }, { tone: 'warn', children: [words.say('widget-source-gone')] });
        }
      } else if ((about.pipeline_id || about.kind) && app.canAdd()) {
        app.go({ name: 'add', pipeline_id: about.pipeline_id ? String(about.pipeline_id) : '', wanted: about.kind });
      } else {
        app.paint();
      }
    }

    function wait(seconds) {
      app.waiting = app.waiting || { since: Date.now() };
      app.paint();
      later(Math.min(Math.max(seconds, 1), POLL_SECONDS), function () { load(true); });
    }

    function trouble(problem) {
      if (problem.status === 409 && problem.kind === 'provisioning') {
        wait(problem.retryAfter || 3);
        return;
      }
      app.waiting = null;
      app.failed = problem;
      app.paint();
      if (problem.status === 0 || problem.status >= 500 || problem.status === 429) {
        later(Math.max(problem.retryAfter, POLL_SECONDS), function () { load(true); });
      }
    }

    app.paint = function () {
      if (!alive) {
        return;
      }
      const focused = root.contains(document.activeElement) ? document.activeElement.getAttribute('data-key') : null;
      root.textContent = '';
      account.frame(app, root, function () { return VIEWS[app.view.name](app); });
      const again = focused ? Array.from(root.querySelectorAll('[data-key]')).find(function (element) {
        return element.getAttribute('data-key') === focused;
      }) : null;
      if (again) {
        again.focus();
      }
    };

    app.paint();
    load(false);

    return {
      element: root,
      /** Another source was requested while the window is open. */
      aim: function (next) {
        wanted = next;
        load(false);
      },
      /** Something changed, so the server has newer data. */
      look: function () { load(true); },
      sources: function () { return app.list ? app.list.items.length : 0; },
      /** Sends the form that a person has changed, as its own button does; false if it is not filled in. */
      save: function () {
        const form = root.querySelector('form[data-changed]');
        if (form) {
          form.requestSubmit();
        }
        return !form || form.checkValidity();
      },
      destroy: function () {
        alive = false;
        window.clearTimeout(timer);
        root.remove();
      }
    };
  };
});
