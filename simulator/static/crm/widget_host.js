// amoCRM's environment of a widget: the global APP, the modal component, and the methods of `this`. Names and behaviour
// are from amoCRM's published web SDK pages; undocumented parts are missing.
'use strict';

(function () {
  const $ = window.jQuery;
  const root = document.getElementById('host');
  if (!root) return;
  const data = JSON.parse(root.dataset.host);

  // amoCRM's pages cache a disposable token for about 25 minutes, despite its name.
  const TOKEN_MILLIS = 25 * 60 * 1000;
  const ahead = data.now - Date.now();
  const now = () => Date.now() + ahead;

  function deepFreeze(value) {
    if (value && typeof value === 'object' && !Object.isFrozen(value)) {
      Object.freeze(value);
      Object.values(value).forEach(deepFreeze);
    }
    return value;
  }

  const constants = {
    account: data.account,
    user: data.user,
    managers: data.managers,
    user_rights: { is_admin: data.user.is_admin },
    groups: { group_0: 'group_0' },
    task_types: {},
  };
  window.APP = deepFreeze({
    lang_id: data.lang,
    data: { current_card: data.card || undefined },
    constant: (name) => constants[name],
    isCard: () => Boolean(data.card),
    getWidgetsArea: () => data.area,
    getBaseEntity: () => (data.card ? 'leads' : ''),
  });
  deepFreeze(constants);
  window.AMOCRM = window.APP;

  function escape(text) {
    const holder = document.createElement('span');
    holder.textContent = String(text);
    return holder.innerHTML.replace(/"/g, '&quot;').replace(/'/g, '&#39;');
  }

  function lookup(object, key) {
    return String(key).split('.').reduce((value, part) => (value == null ? undefined : value[part]), object);
  }

  // Twig as far as it prints values: {{ a.b }} and {{ a|raw }}.
  function twig(source, values) {
    if (/\{%/.test(source)) throw new Error('the sandbox knows no Twig tags, only {{ values }}');
    return String(source).replace(/\{\{\s*([\w.]+)\s*(\|\s*raw\s*)?\}\}/g, function (whole, key, raw) {
      const value = lookup(values || {}, key);
      const text = value == null ? '' : String(value);
      return raw ? text : escape(text);
    });
  }

  function Modal(options) {
    const self = this;
    const settings = options || {};
    const before = document.activeElement;
    const $body = $('<div class="modal-body__inner" tabindex="-1"></div>');
    const $box = $('<div class="modal-box" role="dialog" aria-modal="true"></div>').append($body);
    const $cover = $('<div class="modal-cover"></div>').addClass(settings.class_name || '').append($box);
    function key(event) {
      if (event.key === 'Escape') self.destroy();
    }
    this.destroy = function () {
      document.removeEventListener('keydown', key);
      if (typeof settings.destroy === 'function' && settings.destroy.call(self) === false) return;
      $cover.remove();
      if (before && before.focus) before.focus();
    };
    $cover.on('mousedown', function (event) {
      if (event.target === this && !settings.disable_overlay_click) self.destroy();
    });
    $cover.on('click', '.js-modal-close', () => self.destroy());
    document.addEventListener('keydown', key);
    $(document.body).append($cover);
    if (typeof settings.init === 'function') settings.init.call(self, $body);
    $body.trigger('focus');
  }

  window.sandboxModules.offer('jquery', $);
  window.sandboxModules.offer('lib/components/base/modal', Modal);

  function token(entry) {
    const key = ['sandbox-token', data.host, entry.client_uuid, data.user.id].join(':');
    const kept = JSON.parse(sessionStorage.getItem(key) || 'null');
    if (kept && now() - kept.at >= 0 && now() - kept.at < TOKEN_MILLIS) return $.Deferred().resolve(kept.token);
    return $.ajax({ url: entry.token_url, headers: { 'X-Requested-With': 'XMLHttpRequest' } }).then(function (answer) {
      sessionStorage.setItem(key, JSON.stringify({ at: now(), token: answer.token }));
      return answer.token;
    });
  }

  function template(text) {
    return { render: (values) => twig(text, values) };
  }

  // The members of a widget's `this`.
  function methodsOf(entry) {
    const settings = Object.assign({}, entry.settings);
    const params = Object.assign(settings, {
      id: entry.id,
      widget_code: entry.code,
      oauth_client_uuid: entry.client_uuid,
      path: entry.path,
      images_path: entry.path + '/images',
      version: entry.version,
      support: entry.support,
      active: entry.active ? 'Y' : 'N',
      widget_active: entry.active ? 'Y' : 'N',
      status: entry.active ? 'installed' : 'not_configured',
    });
    return {
      params,
      langs: entry.texts,
      i18n: (key) => lookup(entry.texts, key),
      system: () => ({
        area: data.area,
        amouser_id: data.user.id,
        amouser: data.user.login,
        domain: data.host.split('.').slice(1).join('.'),
        subdomain: data.account.subdomain,
        server: location.origin,
      }),
      get_settings: () => params,
      set_settings: (values) => Object.assign(params, values),
      get_version: () => entry.version,
      get_install_status: () => (params.active === 'Y' ? 'installed' : 'install'),
      get_accounts_current: () => $.Deferred().resolve(data.account).promise(),
      get_current_card_contacts_data: () => Promise.resolve(data.card ? data.card.contacts : []),
      render(source, values) {
        if (source.data !== undefined) {
          const html = twig(source.data, values);
          return source.promised ? Promise.resolve(template(source.data)) : html;
        }
        if (!source.href) throw new Error('render() needs data or href: the sandbox has no templates of amoCRM');
        const url = (source.base_path || params.path) + source.href + '?v=' + (source.v || entry.version);
        const loaded = Promise.resolve($.ajax({ url, dataType: 'text' })).then(template);
        if (typeof source.load === 'function') loaded.then(source.load);
        return loaded;
      },
      render_template(parts, values) {
        const caption = parts.caption || {};
        const $widget = $('<section class="card-widgets__widget"></section>')
          .addClass('card-widgets__widget-' + entry.code).attr('data-code', entry.code);
        const $logo = $('<img class="card-widgets__widget__caption__logo" alt="">')
          .attr('src', entry.path + '/images/logo_min.png');
        const $caption = $('<h2 class="card-widgets__widget__caption"></h2>')
          .addClass(caption.class_name || '').append($logo).append($('<span>').text(caption.html || entry.name));
        const $body = $('<div class="card-widgets__widget__body js-body-hide"></div>')
          .html(twig(parts.body || '', values) + twig(parts.render || '', values));
        $('#widgets_block').children('[data-code="' + entry.code + '"]').remove();
        $('#widgets_block').append($widget.append($caption, $body));
        return $widget;
      },
      $authorizedAjax(options) {
        const done = $.Deferred();
        token(entry).then(function (value) {
          const headers = $.extend({}, options.headers, { 'X-Auth-Token': value });
          return $.ajax($.extend({}, options, { headers }));
        }).then(done.resolve, done.reject);
        return done.promise();
      },
    };
  }

  window.sandboxHost = Object.freeze({ root, data, methodsOf });
})();
