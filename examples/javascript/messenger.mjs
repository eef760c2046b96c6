// A whole messenger in one file, connected to Parom: it accepts signed webhooks and reports customers' actions to
// Parom.
//
// Anyone who calls /chats/… is a customer; a real messenger would have its own network there. See README.md.

import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { InvalidSignature, Parom, verify } from "parom";

const { PAROM_URL, PAROM_SOURCE, PAROM_KEY, PAROM_WEBHOOK_SECRET, PORT = "9000", MESSENGER_FILE } = process.env;
const parom = new Parom(PAROM_URL, PAROM_KEY);

// --- what is kept: in memory, and in a file if there is one ---------------------------------------------------------

const kept = MESSENGER_FILE && existsSync(MESSENGER_FILE) ? JSON.parse(readFileSync(MESSENGER_FILE, "utf8")) : {};
const chats = new Map(kept.chats);
// webhook-id → our answer: a repeat gets the same one and shows nothing twice. Keep them for two days at least.
const answers = new Map(kept.answers);

// Saved before the response: Parom does not send again what was answered with 2xx.
function save() {
  if (!MESSENGER_FILE) return;
  writeFileSync(`${MESSENGER_FILE}.new`, JSON.stringify({ chats: [...chats], answers: [...answers] }));
  renameSync(`${MESSENGER_FILE}.new`, MESSENGER_FILE);
}

function chat(id) {
  if (!chats.has(id)) chats.set(id, { messages: [], typing_until: null });
  return chats.get(id);
}

function known(id) {
  const all = [...chats.values()].flatMap((one) => one.messages);
  return all.find((message) => message.parom_id === id || message.id === id);
}

// --- from Parom -----------------------------------------------------------------------------------------------------

// Handles a manager's action. The response may contain ids for Parom; {} is enough.
function take({ type, data }) {
  switch (type) {
    case "message.created":
      return keep(data.message.conversation.id, data.message);
    case "conversation.started": {
      // The manager knows a phone number only: find or create the dialogue, and return its id.
      const id = `phone-${data.message.receiver.phone.replace("+", "")}`;
      return { ...keep(id, data.message), conversation: { id }, receiver: { id } };
    }
    case "message.edited":
      Object.assign(known(data.message.id) ?? {}, { content: data.message.content });
      return {};
    case "typing":
      chat(data.conversation.id).typing_until = data.until;
      return {};
    case "reaction":
      Object.assign(known(data.message.id) ?? {}, { reaction: data.emoji });
      return {};
    default:
      // Unknown types are for later versions of Parom.
      return {};
  }
}

function keep(chatId, { id: parom_id, content, reply_to }) {
  const id = `m-${randomUUID()}`;
  chat(chatId).messages.push({ id, parom_id, by: "manager", content, reply_to, read: false });
  // Our customers receive messages at once, so "delivered" is reported in the response.
  return { id, status: "delivered" };
}

// --- to Parom -------------------------------------------------------------------------------------------------------

// Handles a customer's action. Safe to repeat, because messages have ids of ours.
async function customer(chatId, action, body) {
  const sender = { role: "client", id: chatId, name: chatId };
  const conversation = { id: chatId };
  switch (action) {
    case "messages": {
      const [id, content] = [`c-${randomUUID()}`, { type: "text", text: body.text }];
      const accepted = await parom.sendMessage(PAROM_SOURCE, { id, conversation, sender, content });
      chat(chatId).messages.push({ id, parom_id: accepted.id, by: "customer", content });
      return accepted;
    }
    case "typing":
      await parom.showTyping(PAROM_SOURCE, { conversation, sender: { id: chatId } });
      return {};
    case "reactions":
      await parom.setReaction(PAROM_SOURCE, { message: { id: body.message }, sender: { id: chatId }, emoji: body.emoji });
      return {};
    case "read": {
      const unread = chat(chatId).messages.filter((message) => message.read === false);
      for (const message of unread) {
        await parom.reportStatus(PAROM_SOURCE, message.parom_id, { status: "read" });
        message.read = true;
      }
      return { read: unread.length };
    }
    default:
      throw new Error(`unknown action ${action}`);
  }
}

// --- both come by HTTP ----------------------------------------------------------------------------------------------

async function bytes(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function takeWebhook(body, headers) {
  let event;
  try {
    // The raw bytes, before parsing: timestamp, signature, then JSON.
    event = await verify(PAROM_WEBHOOK_SECRET, headers, body);
  } catch (error) {
    if (!(error instanceof InvalidSignature)) throw error;
    return [401, { error: "not signed by Parom" }];
  }
  const id = headers["webhook-id"];
  if (!answers.has(id)) {
    answers.set(id, take(event));
    save();
  }
  return [200, answers.get(id)];
}

async function serve(request) {
  const body = await bytes(request);
  if (request.method === "POST" && request.url === "/parom") return takeWebhook(body, request.headers);
  const [, , chatId, action] = request.url.split("/").map(decodeURIComponent);
  if (request.method === "GET") return [200, chat(chatId)];
  const done = await customer(chatId, action, JSON.parse(body.toString() || "{}"));
  save();
  return [200, done];
}

const server = createServer(async (request, response) => {
  const [status, body] = await serve(request).catch((error) => [500, { error: error.message }]);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
});
server.listen(Number(PORT), "127.0.0.1", () => console.log(`listening http://127.0.0.1:${server.address().port}`));
