// Shows that votes come in while the page is open: what was added rises from the bar, the dot pulses, and how long ago the last one came is said.
// Only what this page itself was sent: others are told times that are cut to the minute.

const still = matchMedia('(prefers-reduced-motion: reduce)');
const gathered = new Map();  // place -> { ship, skip } that came since the last ones rose
let last = null, clock = null;

/** A tally has moved on this page. */
export function moved(tally, before) {
  const added = { ship: tally.ship - before.ship, skip: tally.skip - before.skip };
  if (added.ship <= 0 && added.skip <= 0)
    return;  // withdrawn, or erased
  last = Date.now();
  clock ??= setInterval(tick, 1_000);
  tick();
  if (still.matches || document.hidden)
    return;
  for (const dot of document.querySelectorAll('.dot'))
    if (dot.getAnimations().length === 0)
      dot.animate([{ boxShadow: '0 0 0 0 var(--ship)' }, { boxShadow: '0 0 0 .55rem transparent' }], 700);
  for (const place of document.querySelectorAll(`.stand[data-tool="${CSS.escape(tally.tool)}"] .stand-bar`))
    gather(place, added);
}

// At once, then at most once a second, however busy the tool is.
function gather(place, added) {
  const waiting = gathered.get(place);
  if (waiting) {
    waiting.ship += added.ship;
    waiting.skip += added.skip;
    return;
  }
  gathered.set(place, { ship: 0, skip: 0 });
  rise(place, added);
  setTimeout(() => {
    const next = gathered.get(place);
    gathered.delete(place);
    if (next.ship > 0 || next.skip > 0)
      gather(place, next);
  }, 1_000);
}

function rise(place, added) {
  for (const choice of ['ship', 'skip']) {
    if (added[choice] <= 0)
      continue;
    const sign = Object.assign(document.createElement('span'), { className: `risen ${choice}`, textContent: `+${added[choice]} ${choice}` });
    sign.setAttribute('aria-hidden', 'true');
    place.append(sign);
    sign.animate([{ transform: 'translateY(.75rem)' }, { transform: 'none', offset: 0.3 }, { transform: 'translateY(-.5rem)' }], { duration: 950, easing: 'ease-out' })
      .finished.catch(() => {}).then(() => sign.remove());
  }
}

function tick() {
  const seconds = Math.round((Date.now() - last) / 1000);
  const text = ` · last vote ${seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`} ago`;
  for (const place of document.querySelectorAll('[data-last-vote]'))
    if (place.textContent !== text)
      place.textContent = text;
}
