// Drives one client of a messenger, as published, against the simulated one: its README's first example, and what chats
// need of it. Prints lines of JSON: what it sent, what it heard by polling or through a webhook, what was pressed. What
// fails is named by the rule of the protocol that it needs.
//
// All say the same: a text that becomes "Добрый вечер", buttons, a picture, a text that is deleted.

import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";

const require = createRequire(import.meta.url);
const names = ["client", "base", "token", "line", "chat", "group", "picture", "secret"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });
const chat = Number(given.chat);

const tell = (what) => console.log(JSON.stringify(what));

async function rule(words, act) {
  try {
    return await act();
  } catch (error) {
    tell({ "the rule that fails": `${words}: ${error.message}` });
    throw error;
  }
}

/** Where a messenger may post: takes so many bodies. The client says its address, or `set` gives it to the messenger. */
async function hooks(count, take, set = () => {}) {
  let left = count;
  let over;
  const ended = new Promise((resolve) => (over = resolve));
  const server = http.createServer((request, answer) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", async () => {
      const text = Buffer.concat(parts).toString();
      const said = await take(JSON.parse(text), request, text);
      answer.end(typeof said === "string" ? said : "ok");
      if (--left === 0) over();
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const address = `http://127.0.0.1:${server.address().port}/hook`;
  await set(address);
  tell({ webhook: address });
  await ended;
  server.close();
  server.closeAllConnections();
}

/** What all bots of Telegram send, with the names of the API's methods; `call` makes one. */
async function sendAll(call, picture) {
  const chat_id = chat;
  const first = await rule("telegram 7.1, MarkdownV2", async () => {
    const sent = await call("sendMessage", { chat_id, text: "*Добрый* _день\\!_", parse_mode: "MarkdownV2" });
    assert.deepEqual(
      sent.entities.map((one) => one.type),
      ["bold", "italic"],
    );
    await assert.rejects(
      call("sendMessage", { chat_id, text: "5.0", parse_mode: "MarkdownV2" }),
      /Character '\.' is reserved/,
    );
    return sent.message_id;
  });
  await rule("telegram 7, buttons, files, edits and deletes", async () => {
    const reply_markup = { inline_keyboard: [[{ text: "Да", callback_data: "yes" }]] };
    await call("sendMessage", { chat_id, text: "Привезти?", reply_markup });
    await call("sendPhoto", { chat_id, photo: picture, caption: "Диван" });
    await call("editMessageText", { chat_id, message_id: first, text: "Добрый вечер" });
    const more = await call("sendMessage", { chat_id, text: "Лишнее" });
    await call("deleteMessage", { chat_id, message_id: more.message_id });
  });
  await rule("telegram 7, polls and dice", async () => {
    const { poll } = await call("sendPoll", { chat_id, question: "Когда?", options: [{ text: "Утром" }, { text: "Днём" }] });
    assert.equal(poll.options.length, 2);
    assert.equal((await call("sendDice", { chat_id })).dice.emoji, "🎲");
  });
  await rule("telegram 2, a webhook has https", () =>
    assert.rejects(call("setWebhook", { url: "http://shop.example/hook" }), /An HTTPS URL must be provided/),
  );
  tell({ sent: true });
}

async function telegraf() {
  const { Telegraf } = require("telegraf");
  const bot = new Telegraf(given.token, { telegram: { apiRoot: given.base } });
  await sendAll((method, params) => bot.telegram.callApi(method, params), { source: given.picture });
  const ended = new Promise((over) => {
    bot.on("text", (context) => {
      tell({ heard: context.message.text });
      if (context.message.text === "stop") over();
    });
  });
  bot.on("callback_query", async (context) => {
    await context.answerCbQuery();
    tell({ pressed: context.callbackQuery.data });
  });
  const launched = bot.launch();
  await ended;
  bot.stop();
  // It confirms what it has read, which no webhook may overtake.
  await launched;
  const take = (body) => bot.handleUpdate(body);
  await hooks(1, take, (address) => bot.telegram.setWebhook(address, { drop_pending_updates: true }));
}

async function grammy() {
  const { Bot, InputFile } = await import("grammy");
  const bot = new Bot(given.token, { client: { apiRoot: given.base } });
  await sendAll((method, params) => bot.api.raw[method](params), new InputFile(given.picture));
  let stopped;
  bot.on("message:text", (context) => {
    tell({ heard: context.message.text });
    if (context.message.text === "stop") stopped = bot.stop();
  });
  bot.on("callback_query:data", async (context) => {
    await context.answerCallbackQuery();
    tell({ pressed: context.callbackQuery.data });
  });
  await bot.start();
  // It confirms what it has read, which no webhook may overtake.
  await stopped;
  const take = (body) => bot.handleUpdate(body);
  await hooks(1, take, (address) => bot.api.setWebhook(address, { drop_pending_updates: true }));
}

async function nodeTelegramBotApi() {
  const { Bot } = await import("node-telegram-bot-api");
  const { fromPath } = await import("node-telegram-bot-api/node");
  const bot = new Bot(given.token, { apiRoot: given.base });
  await sendAll((method, params) => bot.api[method](params), await fromPath(given.picture));
  bot.on("message", (context) => {
    tell({ heard: context.message.text });
    if (context.message.text === "stop") bot.stop();
  });
  bot.on("callback_query", async (context) => {
    await context.answerCallbackQuery({ text: "Принято" });
    tell({ pressed: context.callbackQuery.data });
  });
  await bot.startPolling();
  const take = (body) => bot.handleUpdate(body);
  await hooks(1, take, (url) => bot.api.setWebhook({ url, drop_pending_updates: true }));
}

async function vkIo() {
  const { VK, Keyboard } = await import("vk-io");
  const options = { apiBaseUrl: `${given.base}/method`, pollingGroupId: Number(given.line), agent: http.globalAgent };
  const vk = new VK({ token: given.token, ...options });
  await rule("vk 6, texts, buttons, files, edits and deletes", async () => {
    const first = await vk.api.messages.send({ peer_id: chat, random_id: 1, message: "Добрый день" });
    const keyboard = Keyboard.builder().inline().callbackButton({ label: "Да", payload: { answer: "yes" } });
    await vk.api.messages.send({ peer_id: chat, random_id: 2, message: "Привезти?", keyboard });
    const attachment = await vk.upload.messagePhoto({ source: { value: given.picture }, peer_id: chat });
    await vk.api.messages.send({ peer_id: chat, random_id: 4, message: "Диван", attachment });
    await vk.api.messages.edit({ peer_id: chat, message_id: first, message: "Добрый вечер" });
    const more = await vk.api.messages.send({ peer_id: chat, random_id: 3, message: "Лишнее" });
    await vk.api.messages.delete({ message_ids: more, delete_for_all: 1 });
  });
  await rule("vk 1, execute", async () => {
    const { response, errors } = await vk.api.execute({
      code: `return [API.users.get({"user_ids": "${chat}"}), API.messages.nothing({})];`,
    });
    assert.deepEqual([response[0][0].id, response[1], errors[0].code], [chat, false, 3]);
  });
  await rule("vk 3.1, long poll", () =>
    vk.api.groups.setLongPollSettings({ group_id: Number(given.line), enabled: 1, api_version: "5.199", message_new: 1, message_event: 1 }),
  );
  const ended = new Promise((over) => {
    vk.updates.on("message_new", (context) => {
      tell({ heard: context.text });
      if (context.text === "stop") over();
    });
  });
  vk.updates.on("message_event", async (context) => {
    await context.answer({ type: "show_snackbar", text: "Принято" });
    tell({ pressed: context.eventPayload.answer });
  });
  await vk.updates.startPolling();
  // It passes over what happened before.
  tell({ sent: true });
  await ended;
  await vk.updates.stop();
}

async function maxBotApi() {
  const { Bot, Keyboard } = require("@maxhub/max-bot-api");
  const bot = new Bot(given.token, { clientOptions: { baseUrl: given.base } });
  await rule("max 6, texts, buttons, files, edits and deletes", async () => {
    const first = await bot.api.sendMessageToChat(chat, "Добрый день");
    const keyboard = Keyboard.inlineKeyboard([[Keyboard.button.callback("Да", "yes")]]);
    await bot.api.sendMessageToChat(chat, "Привезти?", { attachments: [keyboard] });
    const image = await bot.api.uploadImage({ source: given.picture });
    await bot.api.sendMessageToChat(chat, "Диван", { attachments: [image.toJson()] });
    await bot.api.editMessage(first.body.mid, { text: "Добрый вечер" });
    const more = await bot.api.sendMessageToChat(chat, "Лишнее");
    await bot.api.deleteMessage(more.body.mid);
  });
  await rule("max 8, commands and members", async () => {
    const me = await bot.api.setMyCommands([{ name: "help", description: "Помощь" }]);
    assert.equal(me.commands[0].name, "help");
    const own = await bot.api.getChatMembership(-Number(given.group));
    assert.ok(own.is_admin && own.user_id === Number(given.line));
    const { members } = await bot.api.getChatAdmins(-Number(given.group));
    assert.equal(members.length, 1);
    assert.equal((await bot.api.getPinnedMessage(-Number(given.group))).message, null);
  });
  tell({ sent: true });
  const ended = new Promise((over) => {
    bot.on("message_created", (context) => {
      tell({ heard: context.message.body.text });
      if (context.message.body.text === "stop") over();
    });
  });
  bot.on("message_callback", async (context) => {
    await context.answerOnCallback({ notification: "Принято" });
    tell({ pressed: context.callback.payload });
  });
  bot.start();
  await ended;
  bot.stop();
}

async function kapso() {
  const { WhatsAppClient } = await import("@kapso/whatsapp-cloud-api");
  const { normalizeWebhook, verifySignature } = await import("@kapso/whatsapp-cloud-api/server");
  const client = new WhatsAppClient({ accessToken: given.token, baseUrl: given.base });
  const [phoneNumberId, to] = [given.line, given.chat];
  await rule("whatsapp 6, texts, buttons and files", async () => {
    await client.messages.sendText({ phoneNumberId, to, body: "Добрый вечер" });
    const buttons = [{ id: "yes", title: "Да" }];
    await client.messages.sendInteractiveButtons({ phoneNumberId, to, bodyText: "Привезти?", buttons });
    const file = new Blob([fs.readFileSync(given.picture)], { type: "image/jpeg" });
    const { id } = await client.media.upload({ phoneNumberId, type: "image/jpeg", file, fileName: "sofa.jpg" });
    await client.messages.sendImage({ phoneNumberId, to, image: { id, caption: "Диван" } });
  });
  tell({ sent: true });
  await hooks(3, (body, request, text) => {
    const signed = { appSecret: given.secret, rawBody: text, signatureHeader: request.headers["x-hub-signature-256"] };
    assert.ok(verifySignature(signed));
    const [message] = normalizeWebhook(body).messages;
    const { buttonReply } = message.interactive ?? {};
    tell(buttonReply ? { pressed: buttonReply.id } : { heard: message.text.body });
  });
}

async function whatsappApiJs() {
  const { WhatsAppAPI } = await import("whatsapp-api-js");
  const { Text, Image, Interactive, ActionButtons, Button, Body } = await import("whatsapp-api-js/messages");
  const dial = (url, init) => fetch(url.replace("https://graph.facebook.com", given.base), init);
  const options = { token: given.token, appSecret: given.secret, v: "v24.0", ponyfill: { fetch: dial } };
  const api = new WhatsAppAPI(options);
  await rule("whatsapp 6, texts, buttons and files", async () => {
    const send = (message) => api.sendMessage(given.line, given.chat, message);
    await send(new Text("Добрый вечер"));
    await send(new Interactive(new ActionButtons(new Button("yes", "Да")), new Body("Привезти?")));
    const form = new FormData();
    form.set("file", new Blob([fs.readFileSync(given.picture)], { type: "image/jpeg" }), "sofa.jpg");
    const { id } = await api.uploadMedia(given.line, form);
    await send(new Image(id, true, "Диван"));
  });
  tell({ sent: true });
  api.on.message = ({ message }) => {
    const reply = message.interactive?.button_reply;
    tell(reply ? { pressed: reply.id } : { heard: message.text.body });
  };
  await hooks(3, (body, request, text) => api.post(body, text, request.headers["x-hub-signature-256"]));
}

async function messagingApiMessenger() {
  const { MessengerClient } = require("messaging-api-messenger");
  const client = new MessengerClient({ accessToken: given.token, origin: given.base, skipAppSecretProof: true });
  await rule("instagram-and-facebook 9, texts and quick replies", async () => {
    await client.sendText(given.chat, "Добрый вечер");
    const quickReplies = [{ contentType: "text", title: "Да", payload: "yes" }];
    await client.sendText(given.chat, "Привезти?", { quickReplies });
    await client.typingOn(given.chat);
  });
  await client.axios.post("/me/subscribed_apps", { subscribed_fields: "messages" }, { params: { access_token: given.token } });
  await rule("instagram-and-facebook 9.1, the profile", async () => {
    await client.setGetStarted("start");
    await client.setPersistentMenu([{ title: "Помощь", type: "postback", payload: "help" }]);
    assert.deepEqual(await client.getGetStarted(), { payload: "start" });
    await client.deletePersistentMenu();
    assert.equal(await client.getPersistentMenu(), null);
  });
  tell({ sent: true });
  await hooks(3, (body) => {
    const { message } = body.entry[0].messaging[0];
    tell(message.quick_reply ? { pressed: message.quick_reply.payload } : { heard: message.text });
  });
}

const clients = { telegraf, grammy, nodeTelegramBotApi, vkIo, maxBotApi, kapso, whatsappApiJs, messagingApiMessenger };
await clients[given.client]();
