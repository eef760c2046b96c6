// A customer who writes once over the Chats API, so that REST has a chat, an incoming lead and a talk to show.

import crypto from "node:crypto";

const JSON_TYPE = "application/json";

function headers(secret, path, body) {
  const checksum = crypto.createHash("md5").update(body).digest("hex");
  // The form of HTTP, which ends in GMT.
  const date = new Date().toUTCString();
  const text = ["POST", checksum, JSON_TYPE, date, path].join("\n");
  const signature = crypto.createHmac("sha1", secret).update(text).digest("hex");
  return { Date: date, "Content-Type": JSON_TYPE, "Content-MD5": checksum, "X-Signature": signature };
}

async function post(channel, path, value) {
  const body = JSON.stringify(value);
  const answer = await fetch(`https://amojo.amocrm.ru${path}`, { method: "POST", body, headers: headers(channel.secret, path, body) });
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** Connects the channel by today's signature. */
export async function connect(channel, amojoId) {
  const body = { account_id: amojoId, title: "Node", hook_api_version: "v2" };
  return post(channel, `/v2/origin/custom/${channel.id}/connect`, body);
}

/** Connects the channel and writes; gives amoCRM's id of the chat. */
export async function write(channel, amojoId, name, text) {
  const connected = await connect(channel, amojoId);
  const now = Date.now();
  const payload = {
    timestamp: Math.floor(now / 1000),
    msec_timestamp: now,
    msgid: crypto.randomUUID(),
    conversation_id: "conversation-1",
    sender: { id: "customer-1", name, profile: { phone: "+79005550123" } },
    message: { type: "text", text },
    silent: false,
  };
  const taken = await post(channel, `/v2/origin/custom/${connected.scope_id}`, { event_type: "new_message", payload });
  return taken.new_message.conversation_id;
}
