/**
 * Sentences of the language files with their placeables, plurals and times.
 *
 * A sentence is a string with {names}, or {text, 1: {by, one, few, many, other, …}, 2: …}: {1} in the text is
 * replaced by the form that the number (or word) in `by` chooses.
 */
define([], function () {
  'use strict';

  const MINUTE = 60 * 1000;
  const HOUR = 60 * MINUTE;

  return function (dictionary, crm) {
    const language = dictionary.language;
    const plural = new Intl.PluralRules(language);
    // Russian and Spanish group the digits of numbers from 10 000 on.
    const numbers = new Intl.NumberFormat(language, { useGrouping: /^(ru|es)$/.test(language) ? 'min2' : true });

    function shown(value) {
      return typeof value === 'number' ? numbers.format(value) : String(value);
    }

    function filled(text, values, forms) {
      return text.replace(/\{(\w+)\}( (?=\p{L}))?/gu, function (place, name, space) {
        if (forms && forms[name]) {
          return filled(chosen(forms[name], values), values) + (space || '');
        }
        const value = name === 'crm' ? crm : values[name];
        if (value === undefined || value === null) {
          return '' + (space || '');
        }
        // A number and its noun stay on one line.
        return shown(value) + (space ? (typeof value === 'number' ? '\u00a0' : space) : '');
      });
    }

    function chosen(form, values) {
      const value = values[form.by];
      const exact = form[String(value)];
      if (exact !== undefined) {
        return exact;
      }
      const category = typeof value === 'number' ? plural.select(value) : 'other';
      return form[category] === undefined ? form.other : form[category];
    }

    function has(key) {
      return Object.prototype.hasOwnProperty.call(dictionary, key);
    }

    function say(key, values) {
      const sentence = has(key) ? dictionary[key] : key;
      if (typeof sentence === 'string') {
        return filled(sentence, values || {});
      }
      return filled(sentence.text, values || {}, sentence);
    }

    function clock(date) {
      return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
    }

    function day(date, now) {
      const values = { day: String(date.getDate()), month: say('time-month', { month: date.getMonth() + 1 }) };
      if (date.getFullYear() === now.getFullYear()) {
        return say('time-day', values);
      }
      return say('time-day-year', Object.assign(values, { year: String(date.getFullYear()) }));
    }

    /** How many calendar days before `now` the date lies. */
    function daysOff(date, now) {
      const midnight = function (moment) {
        return Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate());
      };
      return Math.round((midnight(now) - midnight(date)) / (24 * HOUR));
    }

    /** An adverb for a moment (RFC 3339): "5 minutes ago", "today at 14:05", "18 Nov at 14:05". */
    function when(stamp) {
      const date = new Date(stamp);
      const now = new Date();
      const past = now - date;
      if (Math.abs(past) < MINUTE) {
        return say('time-now');
      }
      if (past > 0 && past < HOUR) {
        return say('time-minutes-ago', { count: Math.floor(past / MINUTE) });
      }
      if (past < 0 && past > -HOUR) {
        return say('time-in-minutes', { count: Math.ceil(-past / MINUTE) });
      }
      const key = { '0': 'time-today-at', '1': 'time-yesterday-at', '-1': 'time-tomorrow-at' }[daysOff(date, now)];
      if (key) {
        return say(key, { clock: clock(date) });
      }
      return say('time-day-at', { date: day(date, now), clock: clock(date) });
    }

    /** A moment after "since": "14:05", of another day "18 Nov at 14:05". */
    function stamp(moment) {
      const date = new Date(moment);
      const now = new Date();
      return daysOff(date, now) === 0 ? clock(date) : say('time-day-at', { date: day(date, now), clock: clock(date) });
    }

    /** "in 15 seconds", "in 2 minutes". */
    function inSeconds(seconds) {
      if (seconds < 60) {
        return say('time-in-seconds', { count: Math.max(1, Math.ceil(seconds)) });
      }
      return say('time-in-minutes', { count: Math.ceil(seconds / 60) });
    }

    /** A source's messenger; null if the source has the same name. */
    function messenger(source) {
      const key = 'connector-' + source.kind;
      const name = has(key) ? say(key) : source.kind;
      return name === source.name ? null : name;
    }

    return { language: language, has: has, say: say, when: when, stamp: stamp, inSeconds: inSeconds, messenger: messenger };
  };
});
