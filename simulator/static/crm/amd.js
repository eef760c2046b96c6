// A small AMD loader. It resolves the modules that the host offers by name, and the widget's own files by paths that
// begin with a dot; anything else is an error, because a widget must not rely on undocumented modules.
'use strict';

(function () {
  const offered = new Map();
  const defined = new WeakMap();
  const loading = new Map();
  let widget = '';

  function define(name, dependencies, factory) {
    const parts = [name, dependencies, factory].filter((part) => part !== undefined && typeof part !== 'string');
    const listed = Array.isArray(parts[0]) ? parts.shift() : [];
    const module = { dependencies: listed, factory: parts[0] };
    const script = document.currentScript;
    if (script) defined.set(script, module);
    // A library that was loaded into the page in another way has its own name.
    else if (typeof name === 'string') loading.set(name, made(module, location.href));
    else throw new Error('define() without a name outside of a script file');
  }
  define.amd = {};

  function script(url) {
    return new Promise(function (resolve, reject) {
      const element = document.createElement('script');
      element.src = url;
      element.addEventListener('load', function () {
        const found = defined.get(element);
        if (found) resolve(found);
        else reject(new Error(url + ' did not call define()'));
      });
      element.addEventListener('error', () => reject(new Error(url + ' could not be loaded')));
      document.head.append(element);
    });
  }

  async function made(module, base) {
    const values = await Promise.all(module.dependencies.map((name) => one(name, base)));
    return typeof module.factory === 'function' ? module.factory.apply(null, values) : module.factory;
  }

  function file(url) {
    if (!loading.has(url)) loading.set(url, script(url).then((module) => made(module, url)));
    return loading.get(url);
  }

  function one(name, base) {
    if (offered.has(name)) return Promise.resolve(offered.get(name));
    if (loading.has(name)) return loading.get(name);
    if (!/^\.\.?\//.test(name)) return Promise.reject(new Error('no module is named "' + name + '"'));
    const from = new URL(base, location.href);
    const url = new URL(name, from);
    if (!/\.js$/.test(url.pathname)) url.pathname += '.js';
    url.search = url.search || from.search;
    return file(url.href);
  }

  function require(names, ready, failed) {
    const base = widget || location.href;
    const all = Promise.all([].concat(names).map((name) => one(name, base)));
    all.then((values) => ready && ready.apply(null, values), failed || function (error) {
      setTimeout(() => { throw error; });
    });
  }

  window.define = define;
  window.require = require;
  window.requirejs = require;
  // Used by the host itself.
  window.sandboxModules = Object.freeze({
    offer: (name, value) => offered.set(name, value),
    load(url) {
      widget = url;
      return file(url);
    },
  });
})();
