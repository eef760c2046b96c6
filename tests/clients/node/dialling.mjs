// Sends what is meant for amoCRM's hosts to the sandbox. Nothing of a request changes but the address it is dialled at:
// the header Host stays what it is, which fetch does not allow to set, so the request is made by node:http.

import http from "node:http";
import https from "node:https";

/** A fetch that dials the sandbox whatever the address says. */
export function fetchFrom(sandbox) {
  const { hostname, port } = new URL(sandbox);
  return (address, init = {}) => {
    const meant = new URL(address);
    const headers = { ...init.headers, Host: meant.host };
    // Which node:http leaves out of a DELETE.
    if (init.body !== undefined) headers["Content-Length"] = Buffer.byteLength(init.body);
    const path = meant.pathname + meant.search;
    return new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, path, method: init.method ?? "GET", headers }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => {
          const bytes = Buffer.concat(parts);
          // A body of nothing is none, as fetch has it.
          const body = bytes.length > 0 ? bytes : null;
          resolve(new Response(body, { status: answer.statusCode, headers: answer.headers }));
        });
      });
      request.on("error", reject);
      request.end(init.body);
    });
  };
}

/** Lets everything that node:https would dial go to the sandbox: for libraries that bring no fetch of their own. */
export function redirectHttps(sandbox) {
  const { hostname, port } = new URL(sandbox);
  https.request = (options, ...rest) => {
    const host = options.hostname ?? options.host;
    const headers = { ...options.headers, Host: host };
    const dialled = { method: options.method, path: options.path, timeout: options.timeout };
    return http.request({ ...dialled, protocol: "http:", hostname, port, headers }, ...rest);
  };
}
