// A figure that changes counts to its new value, so that the eye sees which way it went: at most once a second, at full contrast, and not at all for readers who want no motion.

import { percent } from './wording.js';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const takes = 450, atMostEvery = 1_000;
const runs = new Map();  // place -> { value: the last frame's, to, began, timer }

/** Shows a percentage, counting up or down to it from the one that stands there. */
export function countTo(place, to) {
  const run = runs.get(place) ?? { value: parseFloat(place.textContent), began: -atMostEvery };
  runs.set(place, run);
  run.to = to;
  if (still.matches || document.hidden || to === null || !Number.isFinite(run.value))
    return arrive(place, run);
  run.timer ??= setTimeout(() => {
    run.began = performance.now();
    step(place, run, run.value, run.to);
  }, Math.max(0, run.began + atMostEvery - performance.now()));
}

function step(place, run, from, to) {
  const passed = Math.min(1, (performance.now() - run.began) / takes);
  if (!run.timer)
    return;  // arrived already
  if (passed === 1) {
    run.timer = undefined;
    write(place, run, to);
    if (run.to !== to)
      countTo(place, run.to);
    return;
  }
  write(place, run, from + (to - from) * (1 - (1 - passed) ** 3));
  requestAnimationFrame(() => step(place, run, from, to));
}

function arrive(place, run) {
  clearTimeout(run.timer);
  run.timer = undefined;
  write(place, run, run.to);
}

function write(place, run, value) {
  run.value = value ?? NaN;
  const text = percent(value);
  if (place.textContent !== text)
    place.textContent = text;
}

// Frames stop with the page out of sight: what it shows when it is back has to be true.
document.addEventListener('visibilitychange', () => document.hidden && runs.forEach((run, place) => run.timer && arrive(place, run)));
