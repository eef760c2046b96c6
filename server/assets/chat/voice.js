// A voice note: recorded here, and sent as a file.

import { built, drawn, element } from "./dom.js";
import { place } from "./place.js";
import { clocked, on, part, words } from "./tools.js";
import { say } from "./view.js";

/** Seconds. */
const MOST = 300;
// What most players understand comes first.
const TYPES = ["audio/mp4;codecs=mp4a.40.2", "audio/ogg;codecs=opus", "audio/webm;codecs=opus"];

/** Puts the button before an element, and its bar above a row; `send` gets the recording. `isReady`: it may begin. */
export const letRecord = (before, row, isReady, send) => {
  if (!navigator.mediaDevices || !window.MediaRecorder) return;
  const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
  const time = element("span", "name");
  const [out, done] = [drawn("out", "cross", words.dismiss, () => end(false)), drawn("send", "send", words.send, () => end(true))];
  let recorder;
  let ticking;
  let isSent;
  const end = (sends) => {
    isSent = sends;
    recorder.stop();
  };
  const stopped = (stream, pieces) => {
    clearInterval(ticking);
    for (const track of stream.getTracks()) track.stop();
    bar.hidden = true;
    row.hidden = false;
    const { mimeType: type } = recorder;
    recorder = undefined;
    part("text").focus();
    const [, name] = /\/(\w+)/.exec(type) || [];
    if (isSent) send(new File(pieces, words.kinds.voice + "." + (name === "mp4" ? "m4a" : name), { type }));
  };
  const tick = (since) => {
    const seconds = Math.floor((Date.now() - since) / 1000);
    time.textContent = clocked(seconds);
    // Nobody is recorded who has closed the chat.
    if (place.area.hidden || place.signal.aborted) end(false);
    else if (seconds >= MOST) end(true);
  };
  const start = async () => {
    if (recorder || !isReady()) return;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
    say("file", stream ? "" : words.voice.denied);
    if (!stream) return;
    const pieces = [];
    recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: 32000 });
    recorder.ondataavailable = ({ data }) => pieces.push(data);
    recorder.onstop = () => stopped(stream, pieces);
    recorder.start();
    const since = Date.now();
    ticking = setInterval(tick, 500, since);
    tick(since);
    bar.hidden = false;
    row.hidden = true;
    done.focus();
  };
  const said = words.voice.recording;
  const bar = built("div", { class: "replying recording", hidden: "", role: "group", "aria-label": said }, element("b", "", said), time, out, done);
  before.before(drawn("tool record", "voice", words.voice.record, start));
  row.before(bar);
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    end(false);
  });
  on(window, "pagehide", () => recorder && end(false));
};
