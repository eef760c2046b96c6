/**
 * Messengers in the CRM: the settings window, the account's own settings page, the lead source and the lead card.
 * Readable as it is; no build step. All data comes from the server named in lib/config.js.
 */
define(['jquery', 'lib/components/base/modal', './lib/config.js', './lib/window.js', './lib/areas.js',
  './lib/salesbot.js'],
function ($, Modal, config, SettingsWindow, areas, salesbot) {
  'use strict';

  return function () {
    const self = this;
    const windows = [];
    let panel = null;

    function addStyle() {
      const id = 'parom-widget-style';
      if (!document.getElementById(id)) {
        $('head').append($('<link>', { id: id, rel: 'stylesheet',
          href: self.params.path + '/style.css?v=' + encodeURIComponent(self.get_version()) }));
      }
    }

    function show(place, target) {
      addStyle();
      const shown = new SettingsWindow(self, target);
      windows.push(shown);
      place.appendChild(shown.element);
      return shown;
    }

    function close(shown) {
      const at = windows.indexOf(shown);
      if (at >= 0) {
        windows.splice(at, 1);
      }
      shown.destroy();
    }

    /** The open window on the page, if any. */
    function current() {
      return windows.find(function (shown) { return document.contains(shown.element); });
    }

    /** The content of the column of a card, if it has a panel there. */
    function panelOf() {
      return areas[self.system().area];
    }

    function showPanel() {
      const Panel = panelOf();
      const place = document.querySelector('.parom-panel-place');
      if (Panel && place && !panel) {
        addStyle();
        panel = new Panel(self, place);
      }
    }

    this.callbacks = {
      render: function () {
        if (panelOf()) {
          self.render_template({ caption: { class_name: 'parom-panel-caption' },
            body: '<div class="parom-panel-place"></div>', render: '' }, {});
        }
        return true;
      },

      init: function () {
        return true;
      },

      bind_actions: function () {
        showPanel();
        return true;
      },

      /** `context` contains the source that was clicked in the Digital Pipeline. */
      settings: function ($body, context) {
        windows.slice().forEach(close);
        const code = self.params.widget_code || config.code;
        const own = $body.find('#' + code + '_custom_content')[0];
        // amoCRM's lists of services by messenger open this window as well.
        const kind = config.modals[self.system().area];
        show(own || $body[0], { external_id: context && context.external_id, kind: kind, hasSave: true });
        return true;
      },

      advancedSettings: function () {
        windows.slice().forEach(close);
        const place = document.getElementById('list_page_holder');
        const shown = show(place, {});
        shown.element.classList.add('parom-wide');
        return true;
      },

      /** The CRM's button saves the form that is open as the form's own does, and that tells what came of it. */
      onSave: function () {
        return windows.map(function (shown) { return shown.save(); }).every(Boolean);
      },

      /** The account is being set up now: check again at once. */
      onInstall: function () {
        windows.forEach(function (shown) { shown.look(); });
      },

      salesbotDesignerSettings: function ($body, renderRow, params) {
        return { exits: salesbot.exits(self, $body, params) };
      },

      onSalesbotDesignerSave: function (step, params) {
        return salesbot.code(step, params);
      },

      onAddAsSource: function (pipelineId) {
        const target = { pipeline_id: pipelineId };
        const shown = current();
        if (shown) {
          shown.aim(target);
          return;
        }
        let opened = null;
        new Modal({
          class_name: 'parom-modal',
          init: function ($body) {
            const place = document.createElement('div');
            $body.trigger('modal:loaded').append(place).trigger('modal:centrify');
            opened = show(place, target);
          },
          destroy: function () {
            if (opened) {
              close(opened);
            }
            return true;
          }
        });
      },

      destroy: function () {
        windows.slice().forEach(close);
        if (panel) {
          panel.destroy();
          panel = null;
        }
      }
    };

    return this;
  };
});
