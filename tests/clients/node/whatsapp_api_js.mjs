// An app around whatsapp-api-js, as its README shows it, whose Graph is the simulated one: sends, then prints what it
// hears, one line of JSON each.

import http from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { readFile } from "node:fs/promises";
import { WhatsAppAPI } from "whatsapp-api-js";
import {
  ActionButtons,
  ActionCTA,
  ActionList,
  Body,
  Button,
  Contacts,
  Document,
  Header,
  Image,
  Interactive,
  ListSection,
  Location,
  Name,
  Phone,
  Reaction,
  Row,
  Text,
} from "whatsapp-api-js/messages";

const names = ["base", "token", "secret", "verify", "phone", "to", "first", "files"];
const { values: given } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });

const tell = (what) => console.log(JSON.stringify(what));

/** Dials the simulated Graph for graph.facebook.com; nothing else of a request changes. */
const dial = (address, init) => fetch(String(address).replace("https://graph.facebook.com", given.base), init);

const wa = new WhatsAppAPI({
  token: given.token,
  appSecret: given.secret,
  webhookVerifyToken: given.verify,
  v: "v25.0",
  ponyfill: { fetch: dial },
});

wa.on.message = async ({ message, contact, received }) => {
  const heard = { heard: message.type, id: message.id, from: contact.wa_id, name: contact.profile?.name };
  const media = message[message.type]?.id;
  if (["image", "audio", "video", "document", "sticker"].includes(message.type)) {
    const { url, mime_type } = await wa.retrieveMedia(media, given.phone);
    const bytes = await (await wa.fetchMedia(url)).arrayBuffer();
    Object.assign(heard, { size: bytes.byteLength, mime_type });
  }
  heard.text = message.text?.body ?? message.interactive?.[message.interactive.type]?.id;
  heard.read = await received("text");
  tell(heard);
};

wa.on.status = ({ status, id, error, biz_opaque_callback_data }) => {
  if (status === "failed" || status === "read") tell({ status, id, code: error?.code, tracker: biz_opaque_callback_data });
};

const server = http.createServer((request, answer) => {
  if (request.method === "GET") {
    const query = Object.fromEntries(new URL(request.url, "http://localhost").searchParams);
    return answer.end(wa.get(query));
  }
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    const raw = Buffer.concat(parts).toString();
    await wa.post(JSON.parse(raw), raw, request.headers["x-hub-signature-256"]);
    answer.end();
  });
});

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

server.listen(0, "127.0.0.1", async () => {
  tell({ callback: `http://127.0.0.1:${server.address().port}/hook` });
  // The test that started this makes it the app's callback.
  await lines.next();
  const form = new FormData();
  const picture = await readFile(`${given.files}/picture.jpg`);
  form.set("file", new Blob([picture], { type: "image/jpeg" }), "picture.jpg");
  form.set("type", "image/jpeg");
  const { id: media } = await wa.uploadMedia(given.phone, form);
  const buttons = new ActionButtons(new Button("yes", "Да"), new Button("no", "Нет"));
  const rows = new ListSection("Есть", new Row("delivery", "Доставка", "1-2 дня"), new Row("pickup", "Самовывоз"));
  const messages = {
    text: new Text("Добрый день 👋 https://acme.test", true),
    image: new Image(media, true, "Диван"),
    document: new Document(media, true, "Фото", "sofa.jpg"),
    location: new Location(76.8897, 43.2389, "Acme", "Abai 10"),
    contact: new Contacts([new Name("Oleg P.", "Oleg"), new Phone("+77010002233", "CELL", "77010002233")]),
    buttons: new Interactive(buttons, new Body("Привезти?"), new Header("Заказ 1592")),
    list: new Interactive(new ActionList("Услуги", rows), new Body("Что именно?")),
    url: new Interactive(new ActionCTA("Магазин", "https://acme.test"), new Body("Откройте магазин")),
    reaction: new Reaction(given.first, "👍"),
  };
  const sent = {};
  for (const [name, message] of Object.entries(messages)) {
    const quoted = name === "text" ? given.first : undefined;
    const answer = await wa.sendMessage(given.phone, given.to, message, quoted, `letter-${name}`);
    sent[name] = answer.messages?.[0].id ?? answer;
  }
  tell({ sent, deleted: await wa.deleteMedia(media, given.phone) });
  const refused = await wa.sendMessage(given.phone, given.to, new Image("77", true));
  tell({ refused: refused.error });
  await lines.next();
  server.close();
  server.closeAllConnections();
  process.exit(0);
});
