// The stream of answers: server-sent events, read by `fetch`, because only that can send a header that identifies the
// visitor.

import { ask } from "./tools.js";

/** Without any data for this long, not even a keep-alive, the connection is dead. */
const SILENCE = 45000;

const eventOf = (block) => {
  const event = { event: "message", id: "", data: "" };
  for (const line of block.split("\n")) {
    const at = line.indexOf(": ");
    if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
  }
  return event;
};

/**
 * Opens the stream after a position. Calls `hear` with `open`, then with name, data and id of each event, and finally
 * once with `end` and the status of the response (0: the connection broke). Returns a function that closes it silently.
 */
export const listen = (after, hear) => {
  const stop = new AbortController();
  let watch;
  let live = true;
  const alive = () => {
    clearTimeout(watch);
    watch = setTimeout(() => stop.abort(), SILENCE);
  };
  const end = (status) => {
    clearTimeout(watch);
    if (live) hear("end", status);
    live = false;
  };
  const read = async () => {
    const answer = await ask("/events?after=" + after, { headers: { Accept: "text/event-stream" }, signal: stop.signal });
    if (!answer.ok) return answer.status;
    hear("open");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      alive();
      const blocks = (text + piece.value).split("\n\n");
      text = blocks.pop();
      for (const event of blocks.map(eventOf)) if (live && event.data) hear(event.event, JSON.parse(event.data), event.id);
    }
    return 0;
  };
  alive();
  read().then(end, () => end(0));
  return () => {
    live = false;
    clearTimeout(watch);
    stop.abort();
  };
};
