/** The frame of every view: the account's state, what to do about it, and the support contact. */
define(['./dom.js', './consent.js'], function (dom, consent) {
  'use strict';

  const LATE = 60 * 1000;

  function support(app) {
    const contacts = app.config.support;
    const parts = [];
    if (contacts.email) {
      parts.push(dom.link('mailto:' + contacts.email, contacts.email));
    }
    if (contacts.link) {
      parts.push(parts.length ? ' · ' : null, dom.link(contacts.link, app.words.say('common-contact-support')));
    }
    return dom.node('span', { class: 'parom-support' }, parts);
  }

  function installButton(app, key, words) {
    return dom.button(words, key, function () { app.api.openInstall(); }, 'primary');
  }

  /** The server does not know the account: it is not installed yet, or its install call is in transit or lost. */
  function waiting(app) {
    const words = app.words;
    if (app.widget.get_install_status() === 'install') {
      app.waiting.since = Date.now();
      return dom.notice('wait', words.say('widget-not-installed'));
    }
    const late = Date.now() - app.waiting.since > LATE;
    return dom.notice('wait', [
      dom.paragraph(words.say(late ? 'widget-provisioning-late' : 'widget-provisioning')),
      late ? installButton(app, 'connect', words.say('widget-connect')) : null,
      late ? dom.paragraph(support(app)) : null
    ]);
  }

  function failed(app) {
    const words = app.words;
    const gone = app.failed.status === 0 || app.failed.status >= 500;
    const said = gone ? words.say('widget-no-connection', { time: words.inSeconds(15) }) : app.failed.detail;
    return dom.notice('bad', [
      dom.paragraph(said || words.say('widget-unexpected')),
      dom.button(words.say('common-try-again'), 'again', function () { app.reload(); }),
      dom.paragraph(support(app))
    ]);
  }

  function refusal(app, problem) {
    const words = app.words;
    if (problem.status === 429) {
      return [words.say('widget-too-many-tries', { time: words.inSeconds(problem.retryAfter || 60) })];
    }
    if (problem.kind === 'wrong-account') {
      return [words.say('widget-wrong-account')];
    }
    return app.explain(problem);
  }

  function connect(app, credentials) {
    app.act(function () {
      const body = Object.assign({ amojo_id: APP.constant('account').amojo_id }, credentials);
      return consent.give(app).then(function () {
        return app.api.call('POST', '/connect', body, { key: app.api.key() });
      }).then(function () {
        app.signIn = null;
        app.notice = null;
        return app.reload();
      }, function (problem) {
        if (problem.kind === 'wrong-credentials') {
          app.signIn.error = app.words.say('widget-wrong-credentials');
          app.correct(problem);
          return;
        }
        app.tell('bad', refusal(app, problem));
      });
    });
  }

  /** The button of an account that needs no login. */
  function connectForm(app) {
    return dom.node('form', { class: 'parom-form', on: { submit: function (event) {
      event.preventDefault();
      connect(app, {});
    } } }, [
      consent.tick(app), dom.submit(app.words.say('widget-connect'), 'connect')
    ]);
  }

  function signIn(app) {
    const words = app.words;
    app.signIn = app.signIn || { login: '', password: '' };
    const typed = app.signIn;
    function input(name, type, autocomplete) {
      const control = dom.node('input', { type: type, class: 'parom-input', autocomplete: autocomplete, required: true,
        spellcheck: 'false', autocapitalize: 'none', 'data-key': 'sign-in-' + name,
        on: { input: function () { typed[name] = control.value; } } });
      control.value = typed[name];
      return control;
    }
    return dom.node('form', { class: 'parom-form', on: { submit: function (event) {
      event.preventDefault();
      typed.error = null;
      connect(app, { login: typed.login.trim(), password: typed.password });
    } } }, [
      dom.node('h3', {}, words.say('widget-sign-in-title')),
      dom.field(words.say('widget-login'), input('login', 'text', 'username')),
      dom.field(words.say('widget-password'), input('password', 'password', 'current-password'), { error: typed.error }),
      consent.tick(app), dom.submit(words.say('widget-sign-in'), 'sign-in')
    ]);
  }

  /** The administrator's action for a state of the account; null: there is none. */
  function remedy(app) {
    const words = app.words;
    const status = app.tenant.status;
    if (status === 'blocked' || status === 'suspended' || status === 'plan_ended') {
      return support(app);
    }
    if (!app.isAdmin()) {
      return null;
    }
    if (status === 'needs_reauth') {
      return installButton(app, 'reauth', words.say('widget-allow-again'));
    }
    if (status === 'uninstalled') {
      return installButton(app, 'connect', words.say('widget-connect'));
    }
    if (status === 'awaiting_credentials' || status === 'disconnected') {
      return app.session.customers_mode === 'open' ? connectForm(app) : signIn(app);
    }
    return null;
  }

  function state(app) {
    const words = app.words;
    const status = app.tenant.status;
    const key = 'tenant-state-' + status;
    if (status === 'active') {
      return consent.card(app);
    }
    const badge = dom.badge(dom.tenantTone(status), words.has(key) ? words.say(key) : status);
    const hint = app.tenant.hint;
    return [dom.node('div', { class: 'parom-state' }, badge), hint ? dom.paragraph(hint) : null, remedy(app)];
  }

  /** The end of the subscription, limits that are nearly used up, and what the vendor announces. */
  function notices(app) {
    return (app.tenant.notices || []).map(function (one) {
      const more = one.link ? [' ', dom.link(one.link, app.words.say('common-details'))] : [];
      return dom.notice('wait', dom.paragraph([one.text].concat(more)));
    });
  }

  function footer(app) {
    const words = app.words;
    return dom.node('div', { class: 'parom-footer' }, [
      app.isAdmin() && app.list && app.view.name === 'list' ? dom.button(words.say('widget-open-panel') + ' ↗', 'panel', function () {
        app.openPanel({ page: 'overview' });
      }, 'quiet') : null,
      dom.node('span', {}, [words.say('common-help'), ': ', support(app)]),
      app.config.privacy ? dom.node('span', {}, [
        dom.link(app.config.privacy, words.say('widget-privacy')), app.config.legal ? ' · ' + app.config.legal : null
      ]) : null
    ]);
  }

  /** Renders the window into its root; `view` creates the content. */
  function frame(app, root, view) {
    const words = app.words;
    const parts = [];
    if (app.waiting) {
      parts.push(waiting(app));
    } else if (app.failed) {
      parts.push(failed(app));
    } else if (!app.tenant || !app.list) {
      parts.push(dom.skeleton(words));
    } else {
      if (app.offline) {
        parts.push(dom.notice('warn', words.say('widget-no-connection', { time: words.inSeconds(15) })));
      }
      if (app.notice) {
        parts.push(dom.notice(app.notice.tone, app.notice.children, { tabindex: '-1', 'data-notice': true }));
      }
      parts.push(notices(app), state(app), view());
    }
    parts.push(footer(app));
    root.appendChild(dom.node('div', { class: 'parom-frame' }, parts));
  }

  return { frame: frame, support: support };
});
