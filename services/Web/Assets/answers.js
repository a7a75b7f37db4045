// The page's question, answered by its votes in one sentence that stays live. The words are those of Parts/LiveAnswer.cs; change both together.

import { percent, votes } from './wording.js';

const isEarly = tally => tally.total < 10;

const leads = (more, less) => more.shipPercent - less.shipPercent
  > Math.hypot(more.shipPercent - more.interval.low, less.interval.high - less.shipPercent);

function ofTwo([a, b], none) {
  const against = (one, other) => `${percent(one.shipPercent)} against ${percent(other.shipPercent)}`;
  const onlyOne = voted => `Only ${voted.name} has votes so far: ${percent(voted.shipPercent)} would ship it.`;
  if (a.total === 0 && b.total === 0)
    return none;
  if (b.total === 0)
    return onlyOne(a);
  if (a.total === 0)
    return onlyOne(b);
  if (isEarly(a) || isEarly(b))
    return `Too early to call: ${against(a, b)}, from few votes.`;
  if (leads(a, b))
    return `The community leans to ${a.name}: ${against(a, b)}.`;
  if (leads(b, a))
    return `The community leans to ${b.name}: ${against(b, a)}.`;
  return `Too close to call: ${against(a, b)}.`;
}

function ofOne([{ total, ship, shipPercent, interval }], none) {
  if (total === 0)
    return none;
  if (isEarly({ total }))
    return `Too early to call: ${ship} of ${votes(total)} would ship it.`;
  const share = `${percent(shipPercent)} of ${votes(total)}`;
  return interval.low > 50 ? `The community would ship it: ${share}.`
    : interval.high < 50 ? `The community would skip it: only ${share} say ship.`
    : `The community is divided: ${share} say ship.`;
}

/** Words the answers that a change of this tool may have changed. tallyOf(tool) is what the page knows of it, or undefined. */
export function answer(tool, tallyOf) {
  for (const place of document.querySelectorAll(`[data-answer~="${CSS.escape(tool)}"]`)) {
    const tools = place.dataset.answer.split(' ');
    const tallies = tools.map(tallyOf);
    if (tallies.includes(undefined))
      continue;
    const named = tallies.map((tally, at) => ({ ...tally, name: place.dataset[at === 0 ? 'nameA' : 'nameB'] }));
    const text = (tools.length === 2 ? ofTwo : ofOne)(named, place.dataset.none);
    if (place.textContent !== text)
      place.textContent = text;
  }
}
