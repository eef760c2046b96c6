/**
 * The panel in the lead card: this contact's chats, the state of the last message, and the time left for free answers.
 */
define(['./config.js', './words.js', './dom.js', './api.js'], function (config, makeWords, dom, makeApi) {
  'use strict';

  const POLL_SECONDS = 30;
  const HOUR = 60 * 60 * 1000;

  return function (widget, place) {
    const words = makeWords(widget.i18n('ui'), config.crm);
    const api = makeApi(widget, words.language);
    const root = dom.node('div', { class: 'parom-widget parom-card', lang: words.language });
    let timer = null;
    let alive = true;
    let warning = null;

    function openMessage(chat) {
      const last = chat.last_failure || chat.last_message;
      const target = last ? { page: 'message', id: last.id } : { page: 'conversation', id: chat.conversation_id };
      api.openPanel(target).then(function (address) {
        if (address) {
          warning = [words.say('widget-popup-blocked'), ' ', dom.link(address, words.say('card-where'))];
          load();
        }
      }, failed);
    }

    function failure(chat) {
      const last = chat.last_message;
      const error = last && last.error;
      if (error) {
        return dom.paragraph([error.reason, error.fix ? ' ' + error.fix : null]);
      }
      const before = chat.last_failure;
      return before ? dom.paragraph([
        words.say('card-last-failure', { time: words.when(before.at), reason: before.reason }),
        before.fix ? ' ' + before.fix : null
      ]) : null;
    }

    function freeText(chat) {
      // The error already explains it.
      if (!chat.window || (!chat.window.open && chat.last_message && chat.last_message.error)) {
        return null;
      }
      const left = chat.window.open ? Math.ceil((Date.parse(chat.window.until) - Date.now()) / HOUR) : 0;
      const over = chat.window.templates ? 'card-window-over' : 'card-window-wait';
      return dom.paragraph(left > 0 ? words.say('card-window-left', { hours: left }) : words.say(over), 'hint');
    }

    function row(chat) {
      const last = chat.last_message;
      const key = last ? 'message-state-' + last.status : '';
      return dom.node('li', { class: 'parom-chat' }, [
        dom.node('div', { class: 'parom-row' }, [
          dom.logo(config.server, chat.source.kind, words.messenger(chat.source)),
          dom.node('strong', { class: 'parom-name' }, chat.source.name),
          last ? dom.badge(dom.messageTone(last.status), words.has(key) ? words.say(key) : last.status) : null
        ]),
        failure(chat), freeText(chat),
        dom.node('div', { class: 'parom-state' }, [
          dom.node('span', { class: 'parom-hint' }, [
            last && words.when(last.at), chat.contact && chat.contact.name
          ].filter(Boolean).join(' · ')),
          dom.button(words.say('card-where') + ' ↗', 'where-' + chat.conversation_id, function () { openMessage(chat); }, 'quiet')
        ])
      ]);
    }

    function paint(body) {
      if (!alive) {
        return;
      }
      const focused = root.contains(document.activeElement) ? document.activeElement.getAttribute('data-key') : null;
      root.textContent = '';
      root.appendChild(dom.node('div', { class: 'parom-frame' }, [
        dom.node('h3', { class: 'parom-heading' }, words.say('card-title')),
        warning ? dom.notice('warn', warning) : null, body
      ]));
      const again = focused ? Array.from(root.querySelectorAll('[data-key]')).find(function (element) {
        return element.getAttribute('data-key') === focused;
      }) : null;
      if (again) {
        again.focus();
      }
    }

    function contacts() {
      const support = config.support;
      return support.email ? dom.link('mailto:' + support.email, support.email)
        : support.link ? dom.link(support.link, words.say('common-contact-support')) : '';
    }

    function failed(problem) {
      const gone = problem.status === 0 || problem.status >= 500;
      const provisioning = problem.kind === 'provisioning';
      const said = gone ? words.say('widget-no-connection', { time: words.inSeconds(POLL_SECONDS) })
        : problem.detail || words.say('widget-unexpected');
      paint(dom.notice(provisioning ? 'wait' : 'bad', [
        dom.paragraph(provisioning ? words.say('widget-provisioning') : said), dom.paragraph(contacts())
      ]));
      again();
    }

    function again() {
      window.clearTimeout(timer);
      if (alive) {
        timer = window.setTimeout(load, POLL_SECONDS * 1000);
      }
    }

    function query(people) {
      const parts = people.map(function (person) { return 'contact_id=' + encodeURIComponent(person.id); });
      const lead = APP.data.current_card && APP.data.current_card.id;
      if (lead) {
        parts.push('lead_id=' + encodeURIComponent(lead));
      }
      return '/card?' + parts.join('&');
    }

    function load() {
      Promise.resolve(widget.get_current_card_contacts_data()).then(function (people) {
        return api.call('GET', query(people || []));
      }).then(function (answer) {
        paint(answer.items.length ? dom.node('ul', { class: 'parom-list' }, answer.items.map(row))
          : dom.paragraph(words.say('card-no-chats')));
        again();
      }).catch(failed);
    }

    paint(dom.skeleton(words));
    place.appendChild(root);
    load();

    return {
      destroy: function () {
        alive = false;
        window.clearTimeout(timer);
        root.remove();
      }
    };
  };
});
