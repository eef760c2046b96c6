/** A new chat for a site as its visitors will see it: a frame of the server draws what the form has so far. */
define(['./dom.js', './config.js', './fields.js'], function (dom, config, fields) {
  'use strict';

  /** Puts the preview beside a form. */
  return function (app, view, form) {
    const title = app.words.say('source-preview');
    const frame = dom.node('iframe', { class: 'parom-preview', src: view.kind.preview, title: title, tabindex: '-1' });
    function show() {
      if (frame.contentWindow) {
        const settings = fields.settings(view.settings, view.kind.fields);
        frame.contentWindow.postMessage({ settings: settings }, new URL(config.server).origin);
      }
    }
    frame.addEventListener('load', show);
    form.addEventListener('input', show);
    form.addEventListener('change', show);
    return dom.node('div', { class: 'parom-beside' }, [
      form, dom.node('div', { class: 'parom-aside' }, [dom.node('h4', { class: 'parom-heading' }, title), frame])
    ]);
  };
});
