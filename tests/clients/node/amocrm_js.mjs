// Connects by a code with amocrm-js, reads and writes a little, renews the pair, and prints what it saw as one line of
// JSON.

import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { redirectHttps } from "./dialling.mjs";

const names = ["sandbox", "host", "client-id", "client-secret", "redirect-uri", "code"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
redirectHttps(given.sandbox);
const { Client } = createRequire(import.meta.url)("amocrm-js");

const client = new Client({
  domain: given.host,
  auth: {
    client_id: given["client-id"],
    client_secret: given["client-secret"],
    redirect_uri: given["redirect-uri"],
    code: given.code,
  },
});
const account = await client.request.get("/api/v4/account", { with: "amojo_id,users_groups,datetime_settings" });
const first = client.token.getValue().access_token;
const contact = new client.Contact({ name: "Анна Пример" });
await contact.save();
const page = await client.contacts.get();
const tags = await client.request.get("/api/v4/contacts/tags");
const missing = await client.request.get("/api/v4/companies").catch((error) => error);
await client.token.refresh();
const again = await client.request.get("/api/v4/users");
console.log(
  JSON.stringify({
    account: account.data.amojo_id,
    pattern: account.data._embedded.datetime_settings.short_time_pattern,
    contact: contact.id,
    page: [...page].map((one) => one.name),
    tags: tags.response.statusCode,
    missing: missing.apiResponse?.response.statusCode ?? missing.response?.statusCode ?? String(missing),
    renewed: client.token.getValue().access_token !== first,
    users: again.data._embedded.users.length,
  }),
);
