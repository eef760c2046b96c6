// Walks with amocrm-js through what its README shows – OAuth by a code, requests, leads – and what chats need of REST, and
// prints what it saw as one line of JSON. What fails is named by the rule of the protocol that it needs.

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import { redirectHttps } from "./dialling.mjs";

const names = ["sandbox", "host", "client-id", "client-secret", "redirect-uri", "code"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
// Before the library is loaded: it takes a copy of node:https.
redirectHttps(given.sandbox);
const { Client } = (await import("amocrm-js")).default;

async function rule(words, act) {
  try {
    return await act();
  } catch (error) {
    throw new Error(`the rule that fails: ${words}: ${error.message}`, { cause: error });
  }
}

const auth = { client_id: given["client-id"], client_secret: given["client-secret"], redirect_uri: given["redirect-uri"] };
const client = new Client({ domain: given.host, auth: { ...auth, code: given.code } });

const account = await rule("crm-api 1.8, a code is exchanged", async () => {
  await client.connection.connect();
  return (await client.request.get("/api/v4/account")).data;
});
const lead = await rule("crm-api 5.4, a lead is made", async () => {
  const [made] = await client.leads.create([{ name: "Walter White", price: 300 }]);
  return made;
});
const contact = await rule("crm-api 5.1, a contact is made", async () => {
  const made = await client.request.post("/api/v4/contacts", [{ name: "Ann" }]);
  return made.data._embedded.contacts[0].id;
});
await rule("crm-api 5.9, a contact is linked to a lead", async () => {
  await client.request.post(`/api/v4/leads/${lead.id}/link`, [{ to_entity_id: contact, to_entity_type: "contacts" }]);
  const links = await client.request.get(`/api/v4/leads/${lead.id}/links`);
  assert.equal(links.data._embedded.links[0].to_entity_id, contact);
});
await rule("crm-api 5.8, leads are filtered by id", async () => {
  const page = await client.leads.get({ filter: { id: [lead.id] }, with: ["contacts"] });
  assert.deepEqual(
    page.getData().map((one) => one.id),
    [lead.id],
  );
  const nothing = await client.request.get("/api/v4/leads", { filter: { id: [1] } });
  assert.equal(nothing.response.statusCode, 204);
});
const company = await rule("crm-api 5.12, a company is made", async () => {
  const [made] = await client.companies.create([{ name: "Acme" }]);
  return made.id;
});
await rule("crm-api 5.10, a task is made", async () => {
  const task = { text: "Call", complete_till: Math.floor(Date.now() / 1000), entity_id: lead.id, entity_type: "leads" };
  const [made] = await client.tasks.create([task]);
  assert.ok(made.id > 0);
});
console.log(JSON.stringify({ account: account.id, lead: lead.id, contact, company }));
