// Plays the conversation of amotop's own samples (samples/chats/generateTextConversation.js) and prints what was
// answered as one line of JSON. Its connect signs the body alone, by the scheme of before 2019, so the channel is
// connected without it.

import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { connect } from "./customer.mjs";
import { fetchFrom, redirectHttps } from "./dialling.mjs";

const names = ["sandbox", "host", "client-id", "client-secret", "redirect-uri", "code", "channel-id", "channel-secret", "user-id", "bot-id"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
globalThis.fetch = fetchFrom(given.sandbox);
redirectHttps(given.sandbox);
const { AmoApiClient, AmoJoScopeClient, AmoService } = createRequire(import.meta.url)("@mobilon-dev/amotop");

const service = new AmoService();
const integration = { client_id: given["client-id"], client_secret: given["client-secret"], redirect_uri: given["redirect-uri"] };
const pair = await service.exchangeCode(given.host, { ...integration, code: given.code });
const rest = new AmoApiClient(given.host, pair.access_token, {});
const account = await rest.getAccount({ amojoId: true });
const { scope_id: scopeId } = await connect({ id: given["channel-id"], secret: given["channel-secret"] }, account.amojo_id);
const chats = new AmoJoScopeClient({ scopeId, channelSecret: given["channel-secret"] });
const contacts = await rest.addContact(rest.getContactPayload("Сергей", "+79990001122"));
const contactId = contacts._embedded.contacts[0].id;
const chat = await chats.createChat(chats.getChatDto(given["user-id"]));
const attached = await rest.attachChatToContact(chat.id, contactId);
const around = { conversationId: chat.id, sourceExternalId: "channelu64pwcou" };
const payloads = [
  chats.getTextPayloadFromUser({ ...around, amojoUserId: given["user-id"], message: "from user text message" }),
  chats.getTextPayloadFromBot({ ...around, channelBotId: given["bot-id"], message: "from bot text message" }),
  chats.getTextPayloadFromContact({ ...around, senderName: "Сергей", message: "from contact text message" }),
];
const answers = [];
for (const payload of payloads) answers.push((await chats.sendMessage(payload)).new_message);
const history = await chats.getChatHistory(chat.id);
const pipelines = await rest.getPipelines();
const statuses = await rest.getPipelineStatuses(pipelines._embedded.pipelines[0].id);
const fields = await rest.getContactsCustomFields();
console.log(
  JSON.stringify({
    account: account.amojo_id,
    chat,
    attached: attached._embedded.chats[0],
    contact: contactId,
    answers,
    history: history.messages.map((one) => one.message.text),
    statuses: statuses._embedded.statuses.length,
    fields: fields._embedded.custom_fields.map((field) => field.code),
  }),
);
