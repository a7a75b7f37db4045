// Journey 1: The page sends the vote.
// This module casts the reader's votes. It knows nothing of the page: panel.js shows what this module says.
//
// A choice is stored before it is sent and removed when the ledger has answered, so it survives a lost network and a closed page. All tabs work on the same record, one
// request at a time for a tool, and send whatever was chosen last.

import { erase, keys, read, receiptPrefix, seenKey, write } from './store.js';

const nonceKey = 'voter-nonce', prefix = 'vote:', holding = 'voter-nonce:';
const answerWithin = 10_000;
const inLedger = new Map();  // tool -> ship, skip or null, as the ledger last answered. Shown, and never decided from.
const chosenHere = new Map();  // tool -> the choice made on this page that still waits; what is stored reaches other tabs a moment late, and may so be overwritten by one that did not see it
const notCounted = new Map();  // tool -> { state: held or void, reason, decidedBy } of a vote that is in the ledger and not in the tool's numbers
const works = new Map();  // tool -> { part: 0 to 1, cancel } while this page does the work that the server asks of a first vote from a crowded network
const worked = new Map();  // tool -> what that work gave, which the next request takes along
const inFlight = new Map();  // tool -> id of the choice that is on its way from this page
const listeners = [];
let channel = null;
let moves = 0, erasures = 0;

/** Calls back with a tool whenever what is known of its vote has changed. */
export const onChange = listener => listeners.push(listener);

/** The tool's vote in the ledger, its receipt if there is one, the choice that is still to be saved, if any: { choice, problem, next: when it is sent again, ms since 1970 }, and why the vote is not counted, if so. */
export const stateOf = tool =>
  ({ saved: inLedger.get(tool) ?? null, waiting: waitingOn(tool), receipt: read(receiptPrefix + tool), notCounted: notCounted.get(tool), work: works.get(tool) });

const waitingOn = tool => chosenHere.get(tool) ?? read(prefix + tool);

/** What the server has written into the page. */
export const loaded = (tool, choice, why) => stands(tool, choice, why);

/** Casts ship or skip, or withdraws with null. The choice that stands already is sent too: what this page remembers may be old, and the ledger takes it as no change. */
export function choose(tool, choice) {
  if (!navigator.cookieEnabled)
    return tell(tool, 'cookies-blocked');
  const before = waitingOn(tool);
  const id = crypto.getRandomValues(new Uint32Array(2)).join('-');
  moves++;
  // A withdrawal needs the voter that a vote before it, whose answer is not known, may have made.
  const first = choice === null && before?.sent ? before.choice ?? before.first : undefined;
  const record = { id, choice, first, failures: 0 };
  chosenHere.set(tool, record);
  keep(tool, record);
  channel?.postMessage({ tool, chosen: id });
  if (choice === null)
    works.get(tool)?.cancel();
  deliver(tool);
}

/** Sends what waits for this tool now, however long it was to wait. */
export function sendAgain(tool) {
  const waiting = waitingOn(tool);
  if (!waiting)
    return;
  keep(tool, { ...waiting, problem: undefined, next: undefined });
  deliver(tool);
}

/** Reads the reader's own votes again. */
export async function refresh() {
  if (inLedger.size === 0)
    return;
  for (let before = null; before !== moves;) {
    before = moves;
    const answer = await request('/api/votes', { cache: 'no-store' });
    if (!answer?.ok && answer?.status !== 401)
      return;
    const votes = answer.ok ? (await answer.json().catch(() => null))?.votes : [];  // 401: no voter, so no votes
    if (!votes)
      return;
    if (before !== moves)
      continue;  // something was saved meanwhile: the answer may be from before it
    const mine = new Map(votes.map(vote => [vote.tool, vote]));
    for (const tool of inLedger.keys())
      settle(tool, mine.get(tool));
    for (const vote of votes) {
      const receipt = read(receiptPrefix + vote.tool);
      if (receipt?.index < vote.index || receipt?.mark && receipt.mark !== vote.mark)
        keepReceipt(vote.tool, vote);  // changed without a script, or from a copy of this browser's cookie
    }
  }
}

/** Drops whatever waits, on every page that is open: the reader has asked to be erased. */
export function forget() {
  listen();
  chosenHere.clear();
  for (const key of keys(prefix))
    erase(key);
  works.forEach(({ cancel }) => cancel());
  forgetNonce();
  forgetReceipts();
  channel?.postMessage({ forgotten: true });
}

function forgetReceipts() {
  erasures++;
  for (const key of [...keys(receiptPrefix), seenKey])
    erase(key);
}

function settle(tool, vote) {
  stands(tool, vote?.choice ?? null, vote);
  tell(tool);
}

function stands(tool, choice, { state, reason, decidedBy } = {}) {
  inLedger.set(tool, choice);
  if (choice && (state === 'held' || state === 'void'))
    notCounted.set(tool, { state, reason, decidedBy });
  else
    notCounted.delete(tool);
}

function keep(tool, record) {
  note(tool, record);
  tell(tool);
}

function note(tool, record) {
  if (chosenHere.get(tool)?.id === record.id)
    chosenHere.set(tool, record);
  write(prefix + tool, record);
}

function tell(tool, news) {
  for (const listener of listeners)
    listener(tool, news);
}

// ---- Sending -------------------------------------------------------------------------------------------------------------

const chains = new Map();

// One after the other, over all tabs where the browser has locks (they need https or localhost, and cookies allowed), and over this page otherwise.
async function alone(name, work) {
  let begun = false;
  try {
    return await navigator.locks.request(name, () => { begun = true; return work(); });
  } catch (error) {
    if (begun)
      throw error;
  }
  const next = (chains.get(name) ?? Promise.resolve()).then(work, work);
  chains.set(name, next);
  return next;
}

const timers = new Map();

async function deliver(tool) {
  clearTimeout(timers.get(tool));
  await alone(prefix + tool, async () => {
    for (let record; (record = waitingOn(tool)) && !(record.next > Date.now());)
      await attempt(tool, record);
  });
  const left = waitingOn(tool);
  if (left && left.problem !== 'too-many-new-voters')
    timers.set(tool, setTimeout(() => deliver(tool), Math.max(0, left.next - Date.now())));
}

async function attempt(tool, record) {
  note(tool, { ...record, sent: true });
  inFlight.set(tool, record.id);
  const outcome = await send(tool, record);
  inFlight.delete(tool);
  if (outcome.lost)
    lost.set(tool, { choice: record.choice, until: Date.now() + 60_000 });
  if (waitingOn(tool)?.id !== record.id)
    return;  // chosen again or erased meanwhile: this answer no longer matters
  moves++;
  if (outcome.challenge) {
    if (await work(tool, record, outcome.challenge))
      return;  // what waits now is sent with what the work gave
    record = waitingOn(tool);
    if (!record || record.choice === null)
      return;  // erased meanwhile, or withdrawn, which needs no work
  }
  if (outcome.problem) {
    const failures = record.failures + 1;
    keep(tool, { ...record, sent: true, failures, works: undefined, problem: outcome.problem, next: Date.now() + Math.max(outcome.wait ?? 0, pause(failures)) });
    return;
  }
  chosenHere.delete(tool);
  erase(prefix + tool);
  if (outcome.saved !== undefined) {
    stands(tool, outcome.saved, outcome.vote);
    watchForLate(tool, outcome.saved);
  }
  tell(tool, outcome.refused ?? 'saved');
  channel?.postMessage({ tool, settled: record.id, saved: outcome.saved, notCounted: notCounted.get(tool) });
}

// Twice in a row at most: a server that is never content would keep the reader's computer busy for ever.
async function work(tool, record, challenge) {
  if (record.works >= 2)
    return false;
  const cancelled = new AbortController();
  const doing = { part: 0, cancel: () => cancelled.abort() };
  works.set(tool, doing);
  keep(tool, { ...record, sent: true, problem: 'working', next: undefined, works: (record.works ?? 0) + 1 });
  const tellPart = part => {
    doing.part = part;
    tell(tool);
  };
  const altcha = await import('./challenge.js').then(({ solve }) => solve(challenge, tellPart, cancelled.signal)).catch(() => null);
  works.delete(tool);
  if (!altcha) {
    tell(tool);
    return false;
  }
  worked.set(tool, altcha);
  const waiting = waitingOn(tool);
  if (waiting)
    keep(tool, { ...waiting, problem: undefined, next: undefined });
  return true;
}

const lost = new Map();  // tool -> the last choice whose answer did not come

// A request that was given up may still be in the network and arrive after the one that replaced it. Only looking again tells.
function watchForLate(tool, saved) {
  const late = lost.get(tool);
  if (!late || late.choice === saved || late.until < Date.now())
    return;
  for (const wait of [5_000, 20_000])
    setTimeout(async () => {
      const answer = await request(`/api/votes/${tool}`, { cache: 'no-store' });
      const stands = answer?.ok ? (await answer.json().catch(() => null))?.choice : undefined;
      if (stands === late.choice && inLedger.get(tool) === saved && !waitingOn(tool))
        choose(tool, saved);
    }, wait);
}

/** The outcome: { saved: choice }, { refused: why } permanently, or { problem: why, wait: ms, lost } for now; lost if there was no answer. */
async function send(tool, { choice, first }) {
  if (choice === null && first && read(nonceKey)) {
    const became = await put(tool, first, await sharedNonce());
    if (!became?.ok) {
      const outcome = await outcomeOf(became);
      return outcome.challenge ? { saved: null } : outcome;  // asked for work, so no vote before it was taken
    }
  }
  const nonce = choice === null ? null : await sharedNonce();
  const answer = choice === null ? await request(`/api/votes/${tool}`, { method: 'DELETE' }) : await put(tool, choice, nonce);
  if (choice === null && answer?.status === 401)
    return { saved: null };  // no voter, so nothing to withdraw
  if (!answer?.ok)
    return outcomeOf(answer);
  worked.delete(tool);
  const vote = await answer.json().catch(() => null);
  if (!vote)
    return { problem: 'unreachable', lost: true };
  if (vote.token && !await cookieStays(tool, vote.token))
    return { refused: 'cookies-blocked' };
  forgetNonce();
  keepReceipt(tool, vote, nonce);
  return { saved: vote.choice, vote };
}

// One request makes the voter, where there is none yet, and casts: a reader who leaves at once has voted. The voter follows from the nonce, so that the same request
// again, from whichever tab, is the same voter. Where there is a voter already, the cookie says who votes; the nonce then only goes into the vote's mark.
const put = (tool, choice, nonce) => request(`/api/votes/${tool}`, castBy(nonce, choice, worked.get(tool)));

const sharedNonce = () => alone(nonceKey, async () => read(nonceKey) ?? await nonceElsewhere() ?? newNonce());

const castBy = (nonce, choice, altcha) =>
  ({ method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ choice, voter: 'new', nonce, altcha }) });

// What one tab has stored another may not see yet. The names of held locks are the same for all tabs at any moment.
const nonceElsewhere = async () => (await navigator.locks?.query().catch(() => null))?.held.find(({ name }) => name.startsWith(holding))?.name.slice(holding.length);

let letNonceGo = () => {};

function forgetNonce() {
  erase(nonceKey);
  letNonceGo();
}

function newNonce() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  new DataView(bytes.buffer).setUint32(0, Math.floor(Date.now() / 1000));  // voters who come now stand together in the ledger
  const nonce = btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  write(nonceKey, nonce);
  navigator.locks?.request(holding + nonce, () => new Promise(done => { letNonceGo = done; })).catch(() => {});  // forbidden like all storage: then no tab shares anything
  return nonce;
}

// ---- Receipts ------------------------------------------------------------------------------------------------------------

const receipts = () => import('./receipts.js');

// No vote waits for its receipt or fails with it: where the log does not answer, nothing is said.
async function keepReceipt(tool, vote, nonce) {
  const before = erasures;
  await receipts().then(({ keep }) => keep(tool, vote, { nonce, isErased: () => erasures !== before, tell })).catch(() => {});
}

// Those of this page's tools that an earlier visit has left, or found wrong.
function checkReceipts() {
  for (const tool of inLedger.keys()) {
    const receipt = read(receiptPrefix + tool);
    if (receipt)
      tell(tool);
    if (receipt && (!receipt.checked || receipt.checked === 'wrong'))
      receipts().then(({ check }) => check(tool, tell)).catch(() => {});
  }
}

// A browser may take a cookie and not send it. A vote that its reader could never change is taken back.
async function cookieStays(tool, token) {
  const answer = await request('/api/votes', { cache: 'no-store' });
  if (answer?.status !== 401)
    return true;
  const undone = await request(`/api/votes/${tool}`, { method: 'DELETE', headers: { authorization: `Voter ${token}` } });
  return !undone?.ok;
}

async function outcomeOf(answer) {
  if (!answer)
    return { problem: navigator.onLine ? 'unreachable' : 'offline', lost: true };
  if (answer.status === 404)
    return { refused: 'no-such-tool' };
  if (answer.status < 500 && answer.status !== 429)
    return { refused: 'refused' };
  const wait = 1000 * (Number(answer.headers.get('retry-after')) || 0);
  if (answer.status !== 429)
    return { problem: 'unavailable', wait };
  const { type, challenge } = await answer.json().catch(() => ({}));
  return { problem: challenge || type?.endsWith('too-many-new-voters') ? 'too-many-new-voters' : 'too-fast', wait, challenge };
}

// Null when there was no answer. Keepalive: the request outlives the page.
const request = (path, options) => fetch(path, { keepalive: true, signal: AbortSignal.timeout(answerWithin), ...options }).catch(() => null);

const pause = failures => (0.5 + Math.random()) * Math.min(30_000, 500 * 2 ** Math.min(failures, 6));

// ---- Coming and going ----------------------------------------------------------------------------------------------------

function deliverAll() {
  for (const key of keys(prefix)) {
    const tool = key.slice(prefix.length), record = waitingOn(tool);
    if (record?.next && record.problem !== 'too-many-new-voters' && record.problem !== 'too-fast')
      note(tool, { ...record, next: undefined });
    tell(tool);
    deliver(tool);
  }
}

function listen() {
  try { channel ??= new BroadcastChannel('votes'); } catch { return; /* forbidden like all storage */ }
  channel.onmessage = ({ data }) => {
    moves++;
    if (data.forgotten) {
      chosenHere.clear();
      forgetReceipts();
      return refresh();
    }
    if (data.chosen || data.settled === chosenHere.get(data.tool)?.id)
      chosenHere.delete(data.tool);  // a later choice, or this one, which another tab has sent
    if (data.saved !== undefined)
      stands(data.tool, data.saved, data.notCounted);
    tell(data.tool);
  };
}

function back() {
  deliverAll();
  refresh();
}

/** Begins: sends what an earlier page left, and reads the own votes when there may be some. */
export function start(mayHaveVoted) {
  listen();
  deliverAll();
  if (mayHaveVoted)
    refresh();
  checkReceipts();
  addEventListener('online', deliverAll);
  addEventListener('storage', ({ key }) => {
    for (const kind of [prefix, receiptPrefix])
      if (key?.startsWith(kind))
        tell(key.slice(kind.length));
  });
  document.addEventListener('visibilitychange', () => document.hidden || back());
  addEventListener('pageshow', event => {
    listen();
    if (event.persisted)
      back();
  });
  addEventListener('pagehide', () => {
    // What waits behind another request of this page would otherwise stay here until the reader comes back.
    for (const [tool, record] of chosenHere)
      if (inFlight.get(tool) !== record.id && !record.problem && !record.first)
        request(`/api/votes/${tool}`, record.choice === null ? { method: 'DELETE' } : castBy(read(nonceKey) ?? newNonce(), record.choice));
    letNonceGo();
    channel?.close();  // an open channel keeps some browsers from restoring the page as it is
    channel = null;
  });
}
