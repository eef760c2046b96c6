/** The administrator's consent to the vendor's agreement: a tick with links, once for an account. */
define(['./dom.js'], function (dom) {
  'use strict';

  /** Whether the user is asked: the vendor has an agreement, and no administrator has agreed yet. */
  function isAsked(app) {
    const consent = app.tenant && app.tenant.consent;
    return Boolean(consent) && !consent.given_at && app.isAdmin();
  }

  function links(app) {
    const privacy = app.config.privacy;
    return [
      dom.link(app.tenant.consent.url, app.words.say('widget-consent-agreement')),
      privacy ? ' · ' : null, privacy ? dom.link(privacy, app.words.say('widget-privacy')) : null
    ];
  }

  /** The tick, for a form that cannot be sent without it; null if the user is not asked. */
  function tick(app) {
    if (!isAsked(app)) {
      return null;
    }
    const control = dom.node('input', { type: 'checkbox', required: true, 'data-key': 'consent-tick',
      on: { change: function () { app.agreed = control.checked; } } });
    control.checked = Boolean(app.agreed);
    return dom.checkbox(app.words.say('widget-consent'), control, links(app));
  }

  /** Sends the consent, if the user was asked for it. */
  function give(app) {
    if (!isAsked(app)) {
      return Promise.resolve();
    }
    const consent = app.tenant.consent;
    return app.api.call('POST', '/consent', { document: consent.document, version: consent.version })
      .then(function (tenant) { app.tenant = tenant; });
  }

  /** A form with the tick alone, for an account that is connected already. */
  function card(app) {
    if (!isAsked(app)) {
      return null;
    }
    return dom.notice('wait', dom.node('form', { class: 'parom-form', on: { submit: function (event) {
      event.preventDefault();
      app.act(function () {
        return give(app).then(function () { return app.refresh(); }).then(app.paint);
      });
    } } }, [
      tick(app), dom.submit(app.words.say('widget-consent-give'), 'consent')
    ]));
  }

  return { isAsked: isAsked, tick: tick, give: give, card: card };
});
