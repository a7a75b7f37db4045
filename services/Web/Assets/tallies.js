// Journey 8: The page shows the tally.
// This module shows tallies wherever the page has a place for them.

import { answer } from './answers.js';
import { countTo } from './counting.js';
import { moved } from './liveliness.js';
import { caption, count, percent, range, votes } from './wording.js';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const shown = new Map();  // tool -> the tally on the page
const listeners = [];

/** Calls back with a tool whenever its tally on the page has changed. */
export const onTally = listener => listeners.push(listener);

/** The tally on the page, once the live connection has brought one. */
export const tallyOf = tool => shown.get(tool);

// Which way voters lean: said only when chance alone would hardly do it.
const leaning = ({ interval }) => !interval ? null : interval.low > 50 ? 'ship' : interval.high < 50 ? 'skip' : null;

/** True when a comes after b: a newer epoch of the ledger wins whatever the version. */
export const isNewer = (a, b) => (a.epoch ?? 0) !== (b.epoch ?? 0) ? (a.epoch ?? 0) > (b.epoch ?? 0) : a.version > b.version;

let onThisConnection = new Map();

/** How the tools stand at the start of a connection, or asked for again on it. It replaces what is shown, even by less: a restored ledger, or a server's word against a cached page. */
export function showSnapshot(tallies) {
  for (const tally of tallies) {
    const pushed = onThisConnection.get(tally.tool);
    const newest = pushed && isNewer(pushed, tally) ? pushed : tally;  // a push may come to the page before the snapshot it follows
    onThisConnection.set(tally.tool, newest);
    show(newest);
  }
}

/** A change, which the same connection has sent. */
export function showChange(tally) {
  const pushed = onThisConnection.get(tally.tool);
  if (pushed && !isNewer(tally, pushed))
    return;
  onThisConnection.set(tally.tool, tally);
  const before = shown.get(tally.tool);
  show(tally);
  if (before)
    moved(tally, before);
}

/** The connection is gone: what the next one says counts. */
export const disconnected = () => { onThisConnection = new Map(); };

function show(tally) {
  const before = shown.get(tally.tool);
  shown.set(tally.tool, tally);
  for (const place of document.querySelectorAll(`[data-tool="${CSS.escape(tally.tool)}"]`)) {
    const write = (part, text) => {
      const where = place.querySelector(`[data-show="${part}"]`);
      if (where && where.textContent !== text)
        where.textContent = text;
    };
    const figure = place.querySelector('.figure[data-show="percent"]');
    if (figure && before && before.shipPercent !== tally.shipPercent) {
      countTo(figure, tally.shipPercent);
      pointTo(figure);
    } else if (!figure || !before) {
      write('percent', percent(tally.shipPercent));
    }
    write('votes', votes(tally.total));
    write('ship', count(tally.ship));
    write('skip', count(tally.skip));
    write('range', range(tally));
    write('percent-again', percent(tally.shipPercent));
    if (tally.total > 0)
      write('trend-caption', `Ship % over time: ${percent(tally.shipPercent)} now.`);
    tell(place, 'held', tally.held ?? 0, (votes, one) => `${votes} held while we look into ${one ? 'it' : 'them'}`);
    tell(place, 'void', tally.void ?? 0, (votes, one) => `${votes} ${one ? 'was' : 'were'} removed: see why`);
    prove(place.querySelector('[data-to]'), tally);
    toggle(place, 'early', tally.total > 0 && tally.total < 10);
    const panel = place.dataset.panel, community = leaning(tally);
    toggle(place, 'disagree', tally.total >= 10 && panel !== 'even' && community !== null && community !== panel);
    draw(place.querySelector('[data-show="bar"]'), tally);
    bend(place.querySelector('[data-show="trend"]'), tally);
  }
  answer(tally.tool, tallyOf);
  for (const listener of listeners)
    listener(tally.tool);
  announceLater(tally);
}

// The eye finds what has just moved: by what is behind the number, which itself is never dimmed. A busy tool's goes on and does not start over.
function pointTo(where) {
  if (!still.matches && where.getAnimations().length === 0)
    where.animate([{ backgroundColor: 'var(--ship-wash)' }, { backgroundColor: 'transparent' }], 700);
}

// A tool's first vote is the first that has a proof. The link's room is there before, so that nothing moves.
function prove(link, tally) {
  if (link && tally.version > 0)
    link.href = link.dataset.to;
}

// Votes that are in no number. They keep their room while there are none.
function tell(place, part, number, words) {
  const where = place.querySelector(`[data-show="${part}"]`);
  if (!where)
    return;
  where.textContent = words(number === 1 ? '1 vote' : count(number) + ' votes', number === 1);
  where.classList.toggle('none', number === 0);
}

function toggle(place, part, visible) {
  const where = place.querySelector(`[data-show="${part}"]`);
  if (where)
    where.hidden = !visible;
}

function draw(bar, tally) {
  if (!bar)
    return;
  const ship = tally.shipPercent ?? 0, { low, high } = tally.interval ?? { low: 0, high: 0 };
  const set = (part, x, width) => {
    const rect = bar.querySelector('.bar-' + part);
    rect.setAttribute('x', x + '%');
    rect.setAttribute('width', Math.max(0, width) + '%');
  };
  set('ship', 0, ship);
  set('skip', ship, tally.total === 0 ? 0 : 100 - ship);
  set('range', low, high - low);
}

// The trend's end follows the tally; what came before stays as it was. Numbers as in Parts/Sparkline.cs.
function bend(chart, tally) {
  if (!chart || tally.shipPercent === null)
    return;
  const line = chart.querySelector('.share'), end = `594,${(134 - 1.28 * tally.shipPercent).toFixed(1)}`;
  const before = line.getAttribute('points').split(' ').filter(Boolean).slice(0, -1);
  if (before.length > 0 && !before.at(-1).startsWith('594,'))
    before.push(`594,${before.at(-1).split(',')[1]}`);  // level until now, then up or down
  line.setAttribute('points', [...before, end].join(' '));
  chart.querySelector('.now').setAttribute('points', `${end} ${end}`);
}

// ---- What a screen reader hears ------------------------------------------------------------------------------------------

const announcer = document.getElementById('announcer');
const changed = new Map();
let announcing = null;

// At most one sentence in ten seconds, and only once the numbers have settled: a busy tool would otherwise never stop talking.
function announceLater(tally) {
  const section = document.querySelector(`[data-name][data-tool="${CSS.escape(tally.tool)}"]`);
  const text = caption(tally);
  if (!section || section.dataset.said === text || document.hidden || section.matches('.veiled :not(.seen)'))
    return;
  if (section.dataset.said === undefined) {  // the first snapshot repeats what the page says already
    section.dataset.said = text;
    return;
  }
  changed.set(tally.tool, `${section.dataset.name}: ${text}.`);
  section.dataset.said = text;
  announcing ??= setTimeout(() => {
    announcer.textContent = [...changed.values()].join(' ');
    changed.clear();
    announcing = null;
  }, 10_000);
}
