// Makes the page's vote forms work in place and keeps its numbers live. Without it everything works too, one page load at a time.

import { follow } from './live.js';
import './panel.js';
import './signup.js';
import { disconnected, showChange, showSnapshot } from './tallies.js';
import './thanks.js';
import { start as startVeil } from './veil.js';
import { forget, start } from './votes.js';

const { voter } = document.body.dataset;
if (voter === 'erased')
  forget();
// A page that the reader came back to may be from before the first vote.
start(voter === 'known' || performance.getEntriesByType('navigation')[0]?.type === 'back_forward');

startVeil();

const tools = [...new Set([...document.querySelectorAll('[data-tool]')].map(place => place.dataset.tool))];
const line = document.getElementById('connection');
let late = null, isLive = null;

function live(on) {
  if (!on)
    disconnected();
  if (on === isLive)
    return;  // one more attempt that failed
  isLive = on;
  document.querySelectorAll('[data-live]').forEach(mark => { mark.hidden = !on; });
  clearTimeout(late);
  if (on)
    line.textContent = '';
  else
    sayLate(navigator.onLine ? 2_000 : 0);  // most reconnects take less time than the sentence
}

function sayLate(ms) {
  late = setTimeout(() => { line.textContent = 'Live updates are interrupted. The numbers may be out of date. Reconnecting…'; }, ms);
}

if (tools.length > 0) {
  follow(tools, { snapshot: showSnapshot, change: showChange, live });
  sayLate(9_000);  // as long as the first of two ways of connecting may take, and some
}
