/**
 * Calls to the server. The disposable token of amoCRM opens a session; every other call is sent with its token.
 * A failure is always a problem: {status, kind, detail, errors, retryAfter}; status 0: no answer.
 */
define(['jquery', './config.js'], function ($, config) {
  'use strict';

  const BASE = config.server + '/widget/v1';

  // All widgets on one page of the CRM share a session, as they share the token behind it.
  let opened = null;

  function problemOf(request) {
    let body = {};
    try {
      body = JSON.parse(request.responseText) || {};
    } catch (error) {
      console.debug(error);
    }
    return {
      status: request.status || 0,
      kind: String(body.type || '').split('/').pop(),
      detail: body.detail || body.title || '',
      errors: Array.isArray(body.errors) ? body.errors : [],
      retryAfter: Number(request.getResponseHeader('Retry-After')) || 0
    };
  }

  function settled(deferred) {
    return new Promise(function (resolve, reject) {
      deferred.then(function (answer) { resolve(answer); }, function (request) { reject(problemOf(request)); });
    });
  }

  function identifier() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, '0'); }).join('');
  }

  return function (widget, language) {
    function address(path) {
      return BASE + path + (path.indexOf('?') < 0 ? '?' : '&') + 'lang=' + encodeURIComponent(language);
    }

    /** The session; `fresh` requests it from the server again. */
    function session(fresh) {
      if (fresh || !opened) {
        const asked = settled(widget.$authorizedAjax({
          url: address('/session'), method: 'POST', contentType: 'application/json', data: '{}', dataType: 'json',
          timeout: 20000
        }));
        opened = asked;
        asked.catch(function () {
          if (opened === asked) {
            opened = null;
          }
        });
      }
      return opened;
    }

    /** `extra`: key (for idempotency), revision (of the changed object). */
    function call(method, path, body, extra) {
      const about = extra || {};
      function request(current) {
        const headers = { Authorization: 'Bearer ' + current.token };
        if (about.key) {
          headers['Idempotency-Key'] = about.key;
        }
        if (about.revision) {
          headers['If-Match'] = '"' + about.revision + '"';
        }
        return settled($.ajax({
          url: address(path), method: method, headers: headers, dataType: 'json', timeout: 30000,
          contentType: body === undefined ? false : 'application/json',
          data: body === undefined ? undefined : JSON.stringify(body)
        }));
      }
      return session().then(request).catch(function (problem) {
        if (problem.status !== 401 || problem.kind === 'wrong-credentials') {
          throw problem;
        }
        return session(true).then(request);
      });
    }

    /** Keys for one form: the same for the same input while it is unknown whether it arrived. */
    function keys() {
      let last = null;
      return {
        of: function (body) {
          const text = JSON.stringify(body);
          if (!last || last.text !== text) {
            last = { text: text, key: identifier() };
          }
          return last.key;
        },
        answered: function (problem) {
          if ([0, 502, 504].indexOf(problem.status) < 0) {
            last = null;
          }
        }
      };
    }

    /**
     * Opens the panel in a tab by a one-time ticket. The tab is opened during the click, or the browser would block it.
     * Resolves to the address if the browser blocked it nevertheless, else to null.
     */
    function openPanel(target) {
      const tab = window.open('', '_blank');
      if (tab) {
        tab.opener = null;
      }
      return call('POST', '/ticket', target).then(function (answer) {
        if (!/^https?:\/\//.test(answer.panel_url)) {
          throw { status: 0, kind: '', detail: '', errors: [], retryAfter: 0 };
        }
        if (!tab) {
          return answer.panel_url;
        }
        tab.location.replace(answer.panel_url);
        return null;
      }).catch(function (problem) {
        if (tab) {
          tab.close();
        }
        throw problem;
      });
    }

    function openInstall() {
      window.open(config.server + '/oauth/install?integration=' + encodeURIComponent(config.integration), '_blank',
        'noopener');
    }

    return { session: session, call: call, key: identifier, keys: keys, openPanel: openPanel, openInstall: openInstall };
  };
});
