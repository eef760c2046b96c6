// A developer's walk through the API, against a server; each step is told in a line of JSON. `tests/it/clients/packages.rs`
// starts it, plays the manager and looks at amoCRM.

import assert from "node:assert";
import { once } from "node:events";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { InvalidSignature, Parom, Problem, verify, type MessageIn, type WebhookEvent } from "../src/parom.js";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { url: text, key: text, tenant: text, flaky: text } });
const { url = "", key = "", tenant = "", flaky = "" } = values;
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (line: object) => console.log(JSON.stringify(line));

const parom = new Parom(url, key);
const server = createServer().listen(0, "127.0.0.1");
await once(server, "listening");
const port = (server.address() as { port: number }).port;
const settings = { webhook_url: `http://127.0.0.1:${port}/` };
const source = await parom.createSource(tenant, { kind: "custom", name: "Mine", external_id: "mine", settings });
const secret = String(source.webhook_secret);

// Sending
const message = (id: string, said: string): MessageIn => ({
  id,
  conversation: { id: "chat-7" },
  sender: { role: "client", id: "user-7", name: "Anna" },
  content: { type: "text", text: said },
});
const first = await parom.sendMessage(source.id, message("c-1", "Hello"));
const again = await parom.sendMessage(source.id, message("c-1", "Hello"));
assert.deepEqual([first.duplicate, again], [false, { ...first, duplicate: true }]);
await parom.sendMessage(source.id, message("c-2", "Is anyone there?"));
const upload = await parom.uploadFile(source.id, "Price list", { file_name: "prices.txt" });
assert.equal(upload.size, 10);

// A problem
const refused = parom.sendMessage(source.id, message("c-3", " "));
const problem: Problem = await refused.then(() => assert.fail("it is accepted"), (error) => error);
assert(problem instanceof Problem);
const { type, status, errors, requestId } = problem;
tell({ problem: { type, status, pointer: errors[0]?.pointer, has_request_id: !!requestId } });
await lines.next(); // All of it has arrived at amoCRM.

// Statuses and lists
const { status: told, conversation, timeline } = await parom.getMessage(first.id);
const page = await parom.listMessages(source.id, String(conversation.id), { limit: 1 });
const texts = [];
for await (const one of parom.listMessages(source.id, String(conversation.id), { limit: 1 })) texts.push(one.content.text);
const [mine] = (await parom.listSources(tenant)).items;
assert.equal(mine?.id, source.id);
tell({ status: told, has_timeline: !!timeline?.length, page: page.items.length, texts });

// A manager's message
const [request, response] = await once(server, "request");
const chunks: Buffer<ArrayBuffer>[] = [];
for await (const chunk of request) chunks.push(chunk);
const body = Buffer.concat(chunks);
const event: WebhookEvent = await verify(secret, request.headers, body);
assert(event.type === "message.created");
response.end(JSON.stringify({ id: "m-1", status: "delivered" }));
await assert.rejects(verify(secret, request.headers, `${body} `), InvalidSignature);
await assert.rejects(verify(secret, request.headers, body, Date.now() + 302_000), InvalidSignature);
await assert.rejects(verify(secret, {}, body), InvalidSignature);
await assert.rejects(verify("whsec_YW5vdGhlcg==", request.headers, body), InvalidSignature);
await parom.reportStatus(source.id, event.data.message.id, { status: "read" });
server.on("request", (_, response) => response.end()); // That the source is deleted.
tell({ received: event.data.message.content.text });
await lines.next(); // amoCRM knows that it was read.

assert.equal(await parom.deleteSource(source.id), undefined);
tell({ deleted: (await parom.listSources(tenant)).items.length });

// A server that is overloaded at first
tell({ steps: await new Parom(flaky, key).testSource(source.id) });
const gaveUp = new Parom(flaky, key, { retries: 0 }).testSource(source.id);
await assert.rejects(gaveUp, { status: 503, retryAfter: 0, isTemporary: true });
server.close();
process.stdin.destroy();
