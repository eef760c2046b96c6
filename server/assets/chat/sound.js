// A short tone for an answer that is not in view, which the visitor can turn off. Browsers allow sound only after the
// visitor has interacted with the page.

import { drawing, drawn } from "./dom.js";
import { place } from "./place.js";
import { on, words } from "./tools.js";

let sounds;

const isMute = () => Boolean(place.keep("mute"));

const arm = () => window.AudioContext && (sounds ??= new AudioContext()).resume();

/** Plays the tone if the browser and the visitor allow it. */
export const chime = () => {
  if (isMute() || sounds?.state !== "running") return;
  const [tone, volume, now] = [sounds.createOscillator(), sounds.createGain(), sounds.currentTime];
  tone.frequency.setValueAtTime(660, now);
  tone.frequency.setValueAtTime(880, now + 0.09);
  volume.gain.setValueAtTime(0.06, now);
  volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.3);
  tone.connect(volume).connect(sounds.destination);
  tone.start(now);
  tone.stop(now + 0.3);
};

// Beside the button that closes the chat; a site that has turned the tone off offers none.
const toggle = drawn("close", "sound", "", () => {
  place.keep("mute", isMute() ? null : 1);
  draw();
});
const draw = () => {
  const way = isMute() ? "mute" : "sound";
  toggle.replaceChildren(drawing(way));
  toggle.title = words[way];
};
draw();
if (place.sound !== false) {
  place.area.querySelector(".about").after(toggle);
  for (const name of ["pointerdown", "keydown"]) on(place.area, name, arm);
}
place.signal.addEventListener("abort", () => sounds?.close());
