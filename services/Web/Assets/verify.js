// The page /verify: a stranger's recount of the whole public log. recount.js does the work, log.js knows the formats; this module shows what they find and remembers the checkpoint.

import { asSeen, Fault, readKeys, toBase64 } from './log.js';
import { recount, UnknownEntry, Unreachable } from './recount.js';
import { erase, keys, read, receiptPrefix, seenKey, write } from './store.js';

const $ = id => document.getElementById(id);
const form = $('recount'), key = $('key'), start = $('start'), stop = $('stop'), bar = $('bar'), pace = $('pace'), result = $('result'), found = $('found'), remembered = $('remembered');
const dayOf = ({ on }) => new Date(on).toLocaleDateString('en', { dateStyle: 'long', timeZone: 'UTC' });
const count = (n, what, many = what + 's') => `${n.toLocaleString('en')} ${n === 1 ? what : many}`;
let running = null;

form.addEventListener('submit', event => {
  event.preventDefault();
  run();
});
stop.addEventListener('click', () => running?.abort());
$('forget').addEventListener('click', () => {
  erase(seenKey);
  showRemembered();
  start.focus();  // the focus would be lost with the button
});

async function run() {
  const typed = key.value.trim();
  let pasted;
  try {
    pasted = typed ? await readKeys(typed) : null;
  } catch (error) {
    show('stopped', error.message);
    key.setAttribute('aria-invalid', 'true');
    key.focus();
    return;
  }
  key.removeAttribute('aria-invalid');
  const stopping = running = new AbortController();
  show('work');
  try {
    const options = { pasted, seen: read(seenKey) ?? [], own: receipts(), signal: stopping.signal, onProgress: pacing() };
    // What a fault is said of is what the server says now, not what an earlier visit has left in the browser's cache.
    const answer = await recount(options).catch(error => error instanceof Fault ? recount({ ...options, onProgress: pacing(), isFresh: true }) : Promise.reject(error));
    write(seenKey, [asSeen(answer.checkpoint)]);
    show('right', verdict(answer), details(answer, options));
  } catch (error) {
    if (stopping.signal.aborted)
      show('stopped', 'Stopped. Nothing was found wrong up to there, and nothing is shown to be right.');
    else if (error instanceof Fault)
      show('wrong', `The log is wrong. ${error.message}`);
    else if (error instanceof UnknownEntry)
      show('stopped', `The recount had to stop. ${error.message} Nothing before it is wrong; what comes after it is not checked.`);
    else if (error instanceof Unreachable)
      show('stopped', `The recount could not be finished: ${error.message} You can try again; what was already downloaded need not be downloaded again.`);
    else
      show('stopped', `The recount could not be finished, and not because of the log: ${error}`);
  } finally {
    stopping.abort();  // what is still being downloaded is not needed
    showRemembered();
  }
}

const receipts = () => keys(receiptPrefix).map(key => ({ tool: key.slice(receiptPrefix.length), ...read(key) }));

/** Counts bundles and entries on the page, and how fast they come. */
function pacing() {
  const began = performance.now();
  return ({ entries, of, bundles }) => {
    bar.max = of;
    bar.value = entries;
    pace.textContent = `${count(entries, 'entry', 'entries')} of ${of.toLocaleString('en')} in ${count(bundles, 'bundle')}, ${Math.round(entries / (performance.now() - began) * 1000).toLocaleString('en')} a second`;
  };
}

function verdict({ checkpoint, signer, tallies }) {
  const matching = ['every hash', 'every count', signer.isChecked && 'the signature', tallies.behind + tallies.missing === 0 && 'the numbers on our pages'].filter(Boolean);
  return `${signer.isChecked ? 'All is right' : 'What this browser can check is right'}: ${count(checkpoint.size, 'entry', 'entries')} recounted; ${new Intl.ListFormat('en').format(matching)} match.${
    signer.isChecked ? '' : ' The signature is not checked.'}`;
}

function* details({ checkpoint, signer, marks, announced, tallies, own }, { pasted, seen }) {
  yield `${count(checkpoint.size, 'entry', 'entries')} under ${count(marks, 'mark')}; the root is ${toBase64(checkpoint.root)}.`;
  yield signer.isChecked ? `Signed by ${signer.key.line}, ${pasted ? 'the key you pasted' : 'the key this site names. A key from elsewhere would be stronger evidence'}.`
    : 'This browser has no Ed25519, so it can’t check the signature. Everything else is checked.';
  for (const [key, index] of announced)
    yield `Entry ${index.toLocaleString('en')} announces the key ${key}: who trusts the key above may trust this one too.`;
  const [oldest] = seen;
  yield !oldest ? 'This browser saw the log for the first time. It remembers the root, and next time checks that history was only extended.'
    : `History ${oldest.size === checkpoint.size ? 'is unchanged' : 'was only extended'} since ${dayOf(oldest)}: the root of the first ${count(oldest.size, 'entry', 'entries')} is the one this browser remembers.`;
  yield `The pages show the same numbers for ${count(tallies.equal, 'tool')}${[
    tallies.ahead && `; for ${tallies.ahead} they are already ahead of this checkpoint`,
    tallies.behind && `; for ${tallies.behind} they are behind it, which should last no longer than seconds`,
    tallies.missing && `; ${tallies.missing} they no longer show`].filter(Boolean).join('')}.`;
  if (own.found > 0)
    yield `${own.found === 1 ? 'The vote of yours that this browser has a receipt for is' : `The ${own.found} votes of yours that this browser has receipts for are`} in the log as cast.`;
  for (const { tool, index, choice } of own.changed)
    yield `Your vote on ${tool} was changed later, to ${choice === '-' ? 'no vote' : choice}, by entry ${index.toLocaleString('en')}. If that was not you, please tell us.`;
}

function show(state, text = '', list = []) {
  const isWorking = state === 'work';
  start.hidden = isWorking;
  $('progress').hidden = !isWorking;
  if (isWorking) {
    bar.removeAttribute('value');
    pace.textContent = 'Asking for the key and the checkpoint…';
    stop.focus();
  } else if (document.activeElement === stop || document.activeElement === document.body) {
    start.hidden = false;
    start.focus();
  }
  start.textContent = state === 'stopped' ? 'Try again' : 'Recount again';
  result.className = state === 'right' ? 'sound' : state === 'wrong' ? 'away' : 'notice';
  result.textContent = text;
  result.hidden = isWorking;
  found.replaceChildren(...Array.from(list, line => Object.assign(document.createElement('li'), { textContent: line })));
}

function showRemembered() {
  const [oldest] = read(seenKey) ?? [];
  remembered.hidden = !oldest;
  if (oldest)
    remembered.firstElementChild.textContent = `This browser remembers the log of ${dayOf(oldest)}, with ${count(oldest.size, 'entry', 'entries')}.`;
}

if (window.crypto?.subtle) {
  start.disabled = false;
  showRemembered();
} else {
  show('stopped', 'Browsers compute hashes only on pages that come over https. Open this page over https to recount here.');
  start.textContent = 'Recount now';
}
