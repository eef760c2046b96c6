// A short tone for an answer that is not in view. Browsers allow sound only after the visitor has interacted with the
// page.

import { place } from "./place.js";
import { on } from "./tools.js";

let sounds;

const arm = () => {
  if (place.sound === false || sounds || !window.AudioContext) return;
  sounds = new AudioContext();
};

/** Plays the tone if the browser allows it. */
export const chime = () => {
  if (sounds?.state !== "running") return;
  const [tone, volume, now] = [sounds.createOscillator(), sounds.createGain(), sounds.currentTime];
  tone.frequency.setValueAtTime(660, now);
  tone.frequency.setValueAtTime(880, now + 0.09);
  volume.gain.setValueAtTime(0.06, now);
  volume.gain.exponentialRampToValueAtTime(0.0001, now + 0.3);
  tone.connect(volume).connect(sounds.destination);
  tone.start(now);
  tone.stop(now + 0.3);
};

for (const name of ["pointerdown", "keydown"]) on(place.area, name, arm, { once: true });
place.signal.addEventListener("abort", () => sounds?.close());
