// Walks through OAuth and REST with a client from the npm registry and prints what it saw as one line of JSON.

import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import amo from "@shevernitskiy/amo";
import { fetchFrom } from "./dialling.mjs";
import { Subscriber } from "./subscriber.mjs";
import { write } from "./customer.mjs";

const { Amo, Filter } = amo;
const names = ["sandbox", "host", "client-id", "client-secret", "redirect-uri", "code", "channel-id", "channel-secret"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });

globalThis.fetch = fetchFrom(given.sandbox);

const integration = {
  client_id: given["client-id"],
  client_secret: given["client-secret"],
  redirect_uri: given["redirect-uri"],
};
const options = { request_delay: 0 };

/** The error a call ends with; one that ends well is the failure. */
async function refused(call) {
  return call().then(
    () => assert.fail("it should have been refused"),
    (error) => error,
  );
}

/** The problem a call is refused with. The library's classes lose their name on the way to npm, so shapes are looked at. */
async function problem(call) {
  const error = await refused(call);
  if (error.response?.title === undefined) throw error;
  return error.response;
}

/** A call that finds nothing: 204, which the library makes an error. */
async function nothing(call) {
  assert.match((await refused(call)).message, /^204 /);
}

async function account(client) {
  const shown = await client.account.getAccount({ with: ["amojo_id", "version"] });
  const users = await client.user.getUsers({ with: ["amojo_id"] });
  const pipelines = await client.pipeline.getPipelines();
  return {
    id: shown.id,
    subdomain: shown.subdomain,
    amojo_id: shown.amojo_id,
    users: users._embedded.users.map((user) => user.amojo_id),
    pipelines: pipelines._embedded.pipelines.map((pipeline) => pipeline.id),
  };
}

async function sources(client) {
  const filter = new Filter().multi("external_id", ["shop"]);
  await nothing(() => client.source.getSources({ filter }));
  const made = await client.source.addSources([{ name: "Shop", external_id: "shop", default: true }]);
  const { id } = made._embedded.sources[0];
  await client.source.updateSourceById(id, { name: "Web shop" });
  const listed = await client.source.getSources({ filter });
  const again = await problem(() => client.source.addSources([{ name: "Shop", external_id: "shop" }]));
  return { id, name: listed._embedded.sources[0].name, duplicate: again["validation-errors"][0].errors[0].path };
}

async function contacts(client, subscriber) {
  const phone = { field_code: "PHONE", values: [{ value: "+7 (900) 555-01-23", enum_code: "WORK" }] };
  const made = await client.contact.addContacts([{ first_name: "Анна", last_name: "Пример", custom_fields_values: [phone] }]);
  const { id } = made._embedded.contacts[0];
  const added = await subscriber.next("contacts:add");
  await client.contact.updateContactById(id, { name: "Анна П." });
  const updated = await subscriber.next("contacts:update");
  const found = await client.contact.getContacts({ query: "555-01-23", with: ["leads"], limit: 50 });
  const wrong = await problem(() => client.contact.addContacts([{ responsible_user_id: 1 }]));
  await nothing(() => client.contact.getContactById(1));
  return {
    id,
    found: found._embedded.contacts.map((contact) => contact.name),
    phone: found._embedded.contacts[0].custom_fields_values[0].values[0].value,
    wrong: wrong["validation-errors"][0].errors[0],
    hooks: [added, updated],
  };
}

async function chats(client, subscriber, amojoId, contactId) {
  const channel = { id: given["channel-id"], secret: given["channel-secret"] };
  const chat = await write(channel, amojoId, "Иван", "Где мой заказ?");
  const talk = (await subscriber.next("talk:add")).fields;
  const waiting = await client.unsorted.getUnsorted({ filter: new Filter().multi("category", ["chats"]) });
  const { uid, metadata } = waiting._embedded.unsorted[0];
  const linked = await client.contact.linkContactToChat([{ contact_id: contactId, chat_id: chat }]);
  const links = await client.contact.getContactToChat({ chat_id: [chat] });
  const accepted = await client.unsorted.acceptUnsortedByUid(uid, {});
  const lead = await client.lead.getLeadById(accepted._embedded.leads[0].id, { with: ["contacts"] });
  const summary = await client.unsorted.getUnsortedSummary();
  const shown = await client.talk.getTalkById(Number(talk.talk_id));
  await client.talk.closeTalkById(shown.talk_id, { force_close: true });
  const closed = await problem(() => client.talk.closeTalkById(shown.talk_id, { force_close: true }));
  await client.lead.updateLeadById(lead.id, { price: 900, status_id: 142 });
  return {
    chat,
    last_message: metadata.last_message_text,
    linked: linked._embedded.chats[0].contact_id,
    links: links._embedded.chats.length,
    lead: lead.id,
    main_contact: lead._embedded.contacts[0].id,
    accepted: summary.accepted,
    talk: { hook: talk, chat: shown.chat_id, closed_again: closed.status },
  };
}

async function templates(client) {
  const plain = { name: "hello", content: "Здравствуйте, {{contact.name}}", external_id: "hello:1", is_editable: false };
  const made = await client.chat_template.addChatTemplates([plain]);
  const { id } = made._embedded.chat_templates[0];
  const changed = await client.chat_template.updateChatTemplateById(id, { content: "Добрый день" });
  await client.chat_template.deleteChatTemplateById(id);
  const gone = await problem(() => client.chat_template.getChatTemplateById(id));
  return { content: changed.content, gone: gone.status };
}

/** The library renews a pair that has expired by its own clock; the old refresh token is dead afterwards. */
async function renewal(first) {
  const renewed = [];
  const expired = { ...integration, ...first.token, expires_at: 1 };
  const second = new Amo(given.host, expired, { ...options, on_token: (token) => renewed.push(token) });
  await second.account.getAccount();
  const dead = await problem(() => new Amo(given.host, expired, options).account.getAccount());
  return { pairs: renewed.length, is_new: renewed[0].refresh_token !== first.token.refresh_token, hint: dead.hint };
}

const subscriber = await Subscriber.listen();
const client = new Amo(given.host, { ...integration, grant_type: "authorization_code", code: given.code }, options);
const seen = { account: await account(client), sources: await sources(client) };
const settings = ["add_contact", "update_contact", "add_talk"];
const webhook = await client.webhook.addWebhook({ destination: subscriber.destination, settings, sort: 10 });
seen.webhook = { destination: subscriber.destination, settings: webhook.settings, disabled: webhook.disabled };
seen.contacts = await contacts(client, subscriber);
seen.chats = await chats(client, subscriber, seen.account.amojo_id, seen.contacts.id);
seen.templates = await templates(client);
await client.webhook.deleteWebhook({ destination: subscriber.destination });
await nothing(() => client.webhook.getWebhooks());
seen.renewal = await renewal(client);
subscriber.close();
console.log(JSON.stringify(seen));
