// Listens for CRM hooks and reads them with a bracket parser and a library that know nothing of the sandbox.

import http from "node:http";
import qs from "qs";
import amo from "@shevernitskiy/amo";

export class Subscriber {
  #arrived = [];
  #waiting = [];

  static async listen() {
    const subscriber = new Subscriber();
    subscriber.server = http.createServer((request, answer) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        subscriber.#take(request.headers["content-type"], Buffer.concat(parts).toString());
        answer.end();
      });
    });
    await new Promise((listening) => subscriber.server.listen(0, "127.0.0.1", listening));
    subscriber.destination = `http://127.0.0.1:${subscriber.server.address().port}/crm/3f0a2c1e`;
    return subscriber;
  }

  #take(type, body) {
    const form = qs.parse(body, { depth: 10 });
    const account = form.account;
    const [entity, action, fields] = amo.parseIncomingWebhook(form);
    this.#arrived.push({ type, account, name: `${entity}:${action}`, fields });
    this.#waiting.splice(0).forEach((look) => look());
  }

  /** The first hook of this name that is still there, as soon as it arrives. */
  async next(name) {
    for (;;) {
      const at = this.#arrived.findIndex((one) => one.name === name);
      if (at >= 0) return this.#arrived.splice(at, 1)[0];
      await new Promise((look) => this.#waiting.push(look));
    }
  }

  close() {
    this.server.close();
    this.server.closeAllConnections();
  }
}
