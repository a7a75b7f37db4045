// Receipts: what a reader's browser keeps of a vote's place in the public log, and whether the log was found to hold the vote as cast.
// The page loads this module only when there is a receipt to make or to check. A receipt names the voter's mark on one tool; the nonce behind the mark is never stored with it.

import { asSeen, checkProof, Fault, markOf, readCheckpoint, readKeys, toBase64 } from './log.js';
import { read, receiptPrefix, seenKey, write } from './store.js';

const coveredAfter = 1_200;  // ms: when the log has most likely signed what was just cast
const tries = 10, seenAtMost = 10;

/** Takes the ledger's answer to a vote. nonce: sent with it, or undefined. tell(tool) is called when the receipt changes. */
export async function keep(tool, vote, { nonce, isErased, tell }) {
  if (!Number.isSafeInteger(vote.index) || !vote.mark || !crypto.subtle)
    return;  // not in the log, or from before there was one, or on a page over http, where browsers compute no hashes
  const follows = nonce && vote.salt && await markOf(nonce, vote.salt).catch(() => null) === vote.mark;
  const before = read(receiptPrefix + tool);
  const isMine = follows || before?.mark === vote.mark;
  if (isErased() || before?.index > vote.index)
    return;  // erased or voted again meanwhile
  if (!isMine && !before && !(vote.token && vote.salt))
    return;  // a mark made elsewhere: nothing here can tell whether it is right
  if (isMine && before?.mark === vote.mark && before.index === vote.index && before.choice === vote.choice)
    return;
  write(receiptPrefix + tool, { mark: isMine ? vote.mark : before?.mark, index: vote.index, choice: vote.choice, checked: isMine ? undefined : 'mark' });
  tell(tool, isMine ? undefined : 'checked');
  if (isMine)
    await check(tool, tell, coveredAfter);
}

/** Asks the log for the proof of a receipt and follows it. Where the log does not answer or has not come so far, the receipt stays unchecked until the next visit. */
export async function check(tool, tell, after = 0) {
  const receipt = read(receiptPrefix + tool);
  await wait(after);
  const outcome = await outcomeOf(tool, receipt);
  const now = read(receiptPrefix + tool);
  if (!outcome || !now || now.index !== receipt.index || now.mark !== receipt.mark)
    return;  // erased meanwhile, or followed by a later vote that is checked by itself
  write(receiptPrefix + tool, { ...now, checked: outcome.checkpoint && !remember(outcome.checkpoint) ? 'wrong' : outcome.checked });
  tell(tool, 'checked');
  if (read(receiptPrefix + tool)?.checked === 'all' && now.choice)
    fetch(`/api/votes/${tool}/verified`, { method: 'POST' }).catch(() => {});  // a number on the tool's page, and not worth another try
}

// { checked, checkpoint }; null where the log has no answer yet.
async function outcomeOf(tool, { mark, index, choice }) {
  if (!await isCovered(index))
    return null;
  const [proof, keyLines] = await Promise.all([textOf(`/log/proof/${index}`), textOf('/log/key')]);
  if (!proof || !keyLines)
    return null;
  try {
    const { vote, checkpoint, isChecked } = await checkProof(proof, index, await readKeys(keyLines));
    if (vote.kind !== 'vote' || vote.tool !== tool || vote.mark !== mark || vote.choice !== (choice ?? '-'))
      throw new Fault(`Entry ${index} is another vote.`);
    return { checked: isChecked ? 'all' : 'path', checkpoint };
  } catch (error) {
    if (error instanceof Fault)
      return { checked: 'wrong' };
    throw error;
  }
}

// By the checkpoint and not by the proof: a browser lists every 404 in its console.
async function isCovered(index) {
  for (let left = tries; left > 0; left--) {
    const note = await textOf('/log/checkpoint');
    if (!note)
      return false;
    try {
      if (readCheckpoint(note).size > index)
        return true;
    } catch {
      return true;  // the proof has one too, and says what is wrong
    }
    await wait(1_000);
  }
  return false;
}

// Adds to the checkpoints seen since the last recount. The first stays, since it is the one that was recounted: /verify looks at all of them.
// False when the log has shown this browser another root for the same size: two histories.
function remember(checkpoint) {
  const seen = read(seenKey) ?? [];
  const same = seen.find(({ origin, size }) => origin === checkpoint.origin && size === checkpoint.size);
  if (same)
    return same.root === toBase64(checkpoint.root);
  write(seenKey, [...seen.slice(0, 1), ...seen.slice(1).slice(2 - seenAtMost), asSeen(checkpoint)]);
  return true;
}

// Null where there is no answer, or none worth waiting for.
async function textOf(path) {
  for (let left = tries; left > 0; left--) {
    const answer = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(10_000) });
    if (answer.ok)
      return answer.text();
    const seconds = Number(answer.headers.get('retry-after'));
    if (!seconds || seconds > 10 || answer.status >= 500)
      return null;
    await wait(1000 * seconds);
  }
  return null;
}

const wait = ms => new Promise(done => setTimeout(done, ms));
