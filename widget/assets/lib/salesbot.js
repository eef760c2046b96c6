/**
 * The steps of the Salesbot: what each asks the server, and the exits by which the bot goes on.
 */
define(['./config.js', './words.js'], function (config, makeWords) {
  'use strict';

  /** The last one is for whatever else the server says. */
  const EXITS = {
    ask: ['answered', 'timed_out', 'refused'],
    window: ['within', 'outside', 'no_chat'],
    template: ['sent', 'refused']
  };

  /** A field that only this step has. */
  const OWN_FIELDS = { ask: 'buttons', template: 'template' };

  /** The CRM does not say which step it shows; its fields do. */
  function stepOf($body, params) {
    const has = function (name) {
      return Object.prototype.hasOwnProperty.call(params || {}, name) ||
        $body.find('[data-field-name="' + name + '"]').length > 0;
    };
    const found = Object.keys(OWN_FIELDS).find(function (step) { return has(OWN_FIELDS[step]); });
    return found || 'window';
  }

  function exitIf(status) {
    return {
      handler: 'conditions',
      params: {
        logic: 'and',
        conditions: [{ term1: '{{json.status}}', term2: status, operation: '=' }],
        result: [{ handler: 'exits', params: { value: status } }]
      }
    };
  }

  return {
    exits: function (widget, $body, params) {
      const words = makeWords(widget.i18n('ui'), config.crm);
      return EXITS[stepOf($body, params)].map(function (code) {
        return { code: code, title: words.say('salesbot-exit-' + code) };
      });
    },

    /** The bot's own code: ask the server, wait until it answers, leave by the exit that it named. */
    code: function (step, params) {
      const exits = EXITS[step];
      const otherwise = { handler: 'exits', params: { value: exits[exits.length - 1] } };
      return JSON.stringify([
        {
          question: [
            {
              handler: 'widget_request',
              params: { url: config.server + '/crm/salesbot', data: Object.assign({}, params, { step: step }) }
            },
            { handler: 'goto', params: { type: 'question', step: 1 } }
          ],
          require: []
        },
        { question: exits.map(exitIf).concat([otherwise]), require: [] }
      ]);
    }
  };
});
