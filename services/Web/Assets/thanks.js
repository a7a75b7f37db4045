// After a vote: whom it has joined, which tool comes next, and the page to pass on. The words are those of Parts/Wording.cs; change both together.

import { onTally, tallyOf } from './tallies.js';
import { onChange, stateOf } from './votes.js';
import { count } from './wording.js';

const place = document.querySelector('[data-thanks]');
const stands = [...document.querySelectorAll('.stand')];
const voted = [];  // the page's tools that the reader has voted on, the last one last
const before = 'No account needed. Your first vote sets one cookie, so that each reader counts once.';

function thanks({ dataset: { tool, name, reviewers } }, { saved: choice, notCounted }) {
  if (notCounted)
    return `Recorded: ${choice} ${name}. ${notCounted.state === 'void' ? 'It is in none of the numbers.' : 'It joins the numbers once it counts.'}`;
  const others = Math.max(0, (tallyOf(tool)?.[choice] ?? 1) - 1);  // the vote itself comes with the next push, a moment later
  const [ship, total] = reviewers.split('/').map(Number);
  const you = others === 0 ? `Counted. You are the first to ${choice} ${name}`
    : `Counted. You and ${others === 1 ? 'one other' : `${count(others)} others`} would ${choice} ${name}`;
  return total === 0 ? `${you}.` : `${you}; so would ${choice === 'ship' ? ship : total - ship} of ${total} reviewer${total === 1 ? '' : 's'}.`;
}

function show() {
  const latest = stands.find(stand => stand.dataset.tool === voted.at(-1));
  const text = latest ? thanks(latest, stateOf(latest.dataset.tool)) : before;
  const where = place.querySelector('[data-thanks-text]');
  if (where.textContent !== text)
    where.textContent = text;
  const next = latest && stands.find(stand => !voted.includes(stand.dataset.tool) && stand.querySelector('.ship'));
  const link = place.querySelector('[data-next]');
  if (link?.dataset.next !== next?.dataset.tool || !link !== !next) {
    link?.remove();
    if (next)
      where.after(' ', nextTo(next));
  }
  share.hidden = !latest;
}

function nextTo({ dataset: { tool, name } }) {
  const link = Object.assign(document.createElement('a'), { href: `#vote-${tool}`, textContent: `Now ${name}?` });
  link.dataset.next = tool;
  return link;
}

const share = Object.assign(document.createElement('button'), { type: 'button', className: 'plain', textContent: 'Share', hidden: true });

share.addEventListener('click', async () => {
  const [title, url] = [document.title, document.querySelector('link[rel=canonical]').href];
  if (navigator.share)
    return navigator.share({ title, url }).catch(() => {});  // the reader thought better of it
  const copied = await navigator.clipboard?.writeText(url).then(() => true, () => false);
  share.textContent = copied ? 'Link copied' : 'Copy the address above';
});

if (place) {
  place.append(share);
  place.addEventListener('click', event => {
    const { next } = event.target.dataset;
    if (!next)
      return;
    event.preventDefault();
    document.querySelector(`[data-vote="${CSS.escape(next)}"] .ship`).focus();
  });
  onChange(tool => {
    if (!stands.some(stand => stand.dataset.tool === tool))
      return;
    const { saved, waiting } = stateOf(tool), at = voted.indexOf(tool);
    if (saved && !waiting && at < 0)
      voted.push(tool);
    else if (saved && !waiting && at < voted.length - 1)
      voted.push(...voted.splice(at, 1));
    else if (!saved && at >= 0)
      voted.splice(at, 1);
    show();
  });
  onTally(() => voted.length > 0 && show());
}
