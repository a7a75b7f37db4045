// Recounts the public log from its first entry: asks for everything, computes every hash and every total again, and believes only what comes out the same.
// It throws a Fault where the log is wrong, an Unreachable where an address does not answer, and an UnknownEntry where an entry is of a kind that came after this page.

import { entriesIn, Fault, hashesIn, isSame, leafHash, readCheckpoint, readEntry, readKeys, rootOf, signerOf, tilePath, tileWidth, toBase64 } from './log.js';

export class Unreachable extends Error {}
export class UnknownEntry extends Error {}

const ahead = 6;  // bundles asked for before they are needed
const toolsAtOnce = 50;
const name = index => `Entry ${index.toLocaleString('en')}`;

/**
 * Recounts. pasted: the keys the reader trusts, or null for those the site names. seen: the checkpoints remembered. own: [{ tool, mark, index, choice }], the reader's receipts.
 * isFresh: leaves out the browser's cache. onProgress({ entries, of, bundles }) is called after each bundle. The answer: { checkpoint, signer, totals, marks, own, tallies }.
 */
export async function recount({ pasted, seen, own, signal, onProgress, isFresh }) {
  const ask = asking(signal, isFresh ? 'reload' : 'default');
  const keys = pasted ?? await readKeys(await ask('/log/key', 'text', 'no-store'));
  const checkpoint = readCheckpoint(await ask('/log/checkpoint', 'text', 'no-store'));
  const signer = await signerOf(checkpoint, keys);
  checkNotShrunk(checkpoint, seen);

  const book = new Book();
  const tileRoots = [];
  let rest = [];
  const bundles = Math.ceil(checkpoint.size / tileWidth);
  const coming = [];
  for (let n = 0, next = 0; n < bundles; n++) {
    for (; next < bundles && next <= n + ahead; next++)
      coming.push(started(download(ask, next, Math.min(tileWidth, checkpoint.size - next * tileWidth))));
    const { entries, served, width } = await coming.shift();
    const leaves = await Promise.all(entries.slice(0, width).map(leafHash));
    checkBundle(book, n * tileWidth, width, entries, leaves, served);
    for (const known of seen)
      if (known.size > n * tileWidth && known.size <= n * tileWidth + width)
        await checkSeen(known, tileRoots, leaves.slice(0, known.size - n * tileWidth));
    if (width === tileWidth)
      tileRoots.push(await rootOf(leaves));
    else
      rest = leaves;
    onProgress({ entries: n * tileWidth + width, of: checkpoint.size, bundles: n + 1 });
  }

  for (const [key, index] of book.keys)
    await readKeys(key).catch(error => { throw new Fault(`${name(index)} announces no key: ${error.message}`); });
  await checkHigherTiles(ask, tileRoots);
  const root = await rootOf(rest.length > 0 ? [...tileRoots, await rootOf(rest)] : tileRoots);
  if (!isSame(root, checkpoint.root))
    throw new Fault(`The root computed from all ${checkpoint.size.toLocaleString('en')} entries is ${toBase64(root)}; the signed one is ${toBase64(checkpoint.root)}.`);
  return { checkpoint, signer, totals: book.totals, marks: book.marks.size, announced: book.keys, own: book.find(own, checkpoint.size), tallies: await compareTallies(ask, book.totals) };
}

// ---- Entries -------------------------------------------------------------------------------------------------------------

function checkBundle(book, first, width, entries, leaves, served) {
  for (let i = 0; i < width; i++) {
    if (!entries[i])
      throw new Fault(`${name(first + i)} is missing: its bundle holds ${entries.length} whole entries, ${width} are expected.`);
    book.add(first + i, entries[i]);
    if (!served[i] || !isSame(leaves[i], served[i]))
      throw new Fault(`${name(first + i)} is not the one the log’s tile stands for: its hash is ${toBase64(leaves[i])}, ${served[i] ? `the tile says ${toBase64(served[i])}` : 'the tile ends before it'}.`);
  }
  if (entries.length > width)
    throw new Fault(`${name(first + width)} is one too many: its bundle holds ${entries.length} entries, ${width} are expected.`);
}

/** The totals of every tool and the choice of every mark, after the entries added so far. */
class Book {
  totals = new Map();  // tool -> { version, ship, skip }
  marks = new Map();  // mark -> its newest entry: { tool, seq, choice, index, state: 'counted', 'held' or 'void' }
  votes = new Map();  // index of a mark's newest entry -> the mark
  keys = new Map();  // key announced -> the entry's index

  add(index, bytes) {
    let entry;
    try {
      entry = readEntry(bytes);
    } catch (error) {
      throw error instanceof Fault ? new Fault(`${name(index)} can’t be read: ${error.message}`) : error;
    }
    if (entry.kind === 'unknown')
      throw new UnknownEntry(`${name(index)} is of a kind this page does not know (${entry.name}).`);
    if (entry.kind === 'key') {
      if (this.keys.has(entry.key))
        throw new Fault(`${name(index)} is wrong: entry ${this.keys.get(entry.key).toLocaleString('en')} announced this key already. It reads “${entry.line}”.`);
      this.keys.set(entry.key, index);
      return;
    }
    const expect = (what, expected, found) => {
      if (expected !== found)
        throw new Fault(`${name(index)} is wrong: ${what} should be ${expected} and is ${found}. It reads “${entry.line}”.`);
    };
    const before = this.totals.get(entry.tool) ?? { version: 0, ship: 0, skip: 0 };
    if (entry.kind !== 'vote')
      return this.decide(index, entry, before, expect);
    const last = this.marks.get(entry.mark);
    const state = last?.state ?? 'counted';
    // A vote that is held or void may be changed, and moves nothing.
    const change = choice => state === 'counted' ? (entry.choice === choice) - (entry.previous === choice) : 0;
    expect('the tool’s version', before.version + 1, entry.version);
    expect('ship', before.ship + change('ship'), entry.ship);
    expect('skip', before.skip + change('skip'), entry.skip);
    expect('the mark’s tool', last?.tool ?? entry.tool, entry.tool);
    expect('the mark’s seq', (last?.seq ?? 0) + 1, entry.seq);
    expect('the mark’s previous choice', last?.choice ?? '-', entry.previous);
    if (entry.choice === entry.previous)
      throw new Fault(`${name(index)} is wrong: it changes nothing. It reads “${entry.line}”.`);
    this.totals.set(entry.tool, { version: entry.version, ship: entry.ship, skip: entry.skip });
    this.votes.delete(last?.index);
    this.votes.set(index, entry.mark);
    this.marks.set(entry.mark, { tool: entry.tool, seq: entry.seq, choice: entry.choice, index, state });
  }

  // A vote is held, released or made void: it leaves the numbers, or comes back.
  decide(index, entry, before, expect) {
    const last = this.marks.get(this.votes.get(entry.vote));
    expect('the tool of the vote it is about', last?.tool, entry.tool);
    const state = { hold: 'held', release: 'counted', void: 'void' }[entry.kind];
    if (last.state === 'void' || last.state === state || state === 'counted' && last.state !== 'held')
      throw new Fault(`${name(index)} is wrong: the vote is ${last.state} and can’t become ${state}. It reads “${entry.line}”.`);
    const step = (state === 'counted') - (last.state === 'counted');
    expect('the tool’s version', before.version + 1, entry.version);
    expect('ship', before.ship + (last.choice === 'ship' ? step : 0), entry.ship);
    expect('skip', before.skip + (last.choice === 'skip' ? step : 0), entry.skip);
    this.totals.set(entry.tool, { version: entry.version, ship: entry.ship, skip: entry.skip });
    last.state = state;
  }

  /** Looks for the reader's own votes: how many stand as their receipts say, and those that a later entry has changed. */
  find(receipts, size) {
    const changed = [];
    let found = 0;
    for (const { tool, mark, index, choice } of receipts.filter(receipt => receipt.index < size)) {
      const newest = this.marks.get(mark);
      if (newest?.tool !== tool || newest.index < index || newest.index === index && newest.choice !== (choice ?? '-'))
        throw new Fault(`Your vote on ${tool} is not in the log as you cast it: entry ${index.toLocaleString('en')} should say ${choice ?? '-'} under your mark ${mark}.`);
      if (newest.index === index)
        found++;
      else
        changed.push({ tool, index: newest.index, choice: newest.choice });
    }
    return { found, changed };
  }
}

// ---- Tiles and history ---------------------------------------------------------------------------------------------------

// Tiles above the entries' own hashes repeat what is computed here; others build their proofs on them.
async function checkHigherTiles(ask, roots) {
  for (let level = 1; roots.length > 0; level++) {
    const above = [];
    for (let n = 0; n * tileWidth < roots.length; n++) {
      const hashes = roots.slice(n * tileWidth, (n + 1) * tileWidth);
      const path = tilePath(level, n, hashes.length);
      const served = hashesIn(await bytesOf(ask, path));
      const wrong = hashes.findIndex((hash, i) => !served[i] || !isSame(hash, served[i]));
      if (wrong >= 0)
        throw new Fault(`The tile ${path} is wrong: hash ${wrong} is not the one computed from the entries below it.`);
      if (hashes.length === tileWidth)
        above.push(await rootOf(hashes));
    }
    roots = above;
  }
}

function checkNotShrunk({ origin, size }, seen) {
  for (const known of seen) {
    if (known.origin !== origin)
      throw new Fault(`This is another log than the one this browser saw on ${known.on}: that was ${known.origin}, this is ${origin}.`);
    if (known.size > size)
      throw new Fault(`The log has shrunk: on ${known.on} it had ${known.size.toLocaleString('en')} entries, now it has ${size.toLocaleString('en')}.`);
  }
}

async function checkSeen({ size, root, on }, tileRoots, rest) {
  const now = toBase64(await rootOf([...tileRoots, await rootOf(rest)]));
  if (now !== root)
    throw new Fault(`History was changed: the first ${size.toLocaleString('en')} entries had the root ${root} on ${on}, now they have ${now}.`);
}

// ---- The numbers on the pages --------------------------------------------------------------------------------------------

/** Compares the totals with the tallies the pages show, which may be ahead of the checkpoint. The answer counts the tools: { equal, ahead, behind, missing }. */
async function compareTallies(ask, totals) {
  const counts = { equal: 0, ahead: 0, behind: 0, missing: 0 };
  const tools = [...totals.keys()];
  for (let at = 0; at < tools.length; at += toolsAtOnce) {
    const asked = tools.slice(at, at + toolsAtOnce);
    const tallies = await ask(`/api/tallies?${asked.map(tool => `tool=${tool}`).join('&')}`, 'json', 'no-store');
    const shown = new Map(tallies.map(tally => [tally.tool, tally]));
    for (const tool of asked) {
      const total = totals.get(tool), tally = shown.get(tool);
      if (tally?.version === total.version && (tally.ship !== total.ship || tally.skip !== total.skip))
        throw new Fault(`The pages show ${tally.ship} ship and ${tally.skip} skip for ${tool}; the log’s entries add up to ${total.ship} and ${total.skip}, at the same version ${total.version}.`);
      counts[!tally ? 'missing' : tally.version === total.version ? 'equal' : tally.version > total.version ? 'ahead' : 'behind']++;
    }
  }
  return counts;
}

// ---- The network ---------------------------------------------------------------------------------------------------------

async function download(ask, n, width) {
  const [bundle, tile] = await Promise.all([bytesOf(ask, tilePath('entries', n, width)), bytesOf(ask, tilePath(0, n, width))]);
  return { entries: entriesIn(bundle), served: hashesIn(tile), width };
}

const bytesOf = async (ask, path) => new Uint8Array(await ask(path, 'arrayBuffer'));

// One that fails before its turn comes says so when its turn comes.
function started(promise) {
  promise.catch(() => {});
  return promise;
}

/** Asks for an address. A busy server that says when to come back is asked again; any other failure names the address. */
function asking(signal, usually) {
  return async (path, as, cache = usually) => {
    for (let tries = 1; ; tries++) {
      let answer;
      try {
        answer = await fetch(path, { signal, cache });
        if (answer.ok)
          return await answer[as]();
      } catch (error) {
        signal.throwIfAborted();
        throw new Unreachable(`${path} can’t be read (${error.message}).`);
      }
      const wait = Number(answer.headers.get('retry-after'));
      if (answer.status !== 429 || !wait || wait > 60 || tries > 10)
        throw new Unreachable(path === '/log/checkpoint' && answer.status === 404 ? 'The log has no signed checkpoint yet (/log/checkpoint answers 404).' : `${path} answers ${answer.status}.`);
      await new Promise(done => setTimeout(done, 1000 * wait));
      signal.throwIfAborted();
    }
  };
}
