// The public log's formats and arithmetic: checkpoints and notes, tiles, entries and proofs (C2SP tlog-checkpoint, signed-note, tlog-tiles, tlog-proof), and how hashes add up to a root (RFC 6962).
// Nothing here asks the network or touches the page. Whatever is not as it must be throws a Fault that says what was expected and what was found.

/** The log says something that can't be true. */
export class Fault extends Error {}

export const tileWidth = 256;
const utf8 = new TextEncoder(), text = new TextDecoder('utf-8', { fatal: true });

// ---- Bytes ---------------------------------------------------------------------------------------------------------------

export const toBase64 = bytes => btoa(String.fromCharCode(...bytes));
const toBase64Url = bytes => toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

export function fromBase64(encoded, what) {
  try {
    const bytes = Uint8Array.from(atob(encoded), char => char.charCodeAt(0));
    if (toBase64(bytes) === encoded)  // one spelling only
      return bytes;
  } catch { /* said below */ }
  throw new Fault(`${what} is not base64: “${encoded}”.`);
}

const fromBase64Url = encoded => fromBase64(encoded.replace(/-/g, '+').replace(/_/g, '/') + '='.repeat(-encoded.length & 3), 'A number');

export const isSame = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const sha256 = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

// ---- The tree ------------------------------------------------------------------------------------------------------------

const leafPrefix = Uint8Array.of(0), nodePrefix = Uint8Array.of(1);

export const leafHash = entry => sha256(join(leafPrefix, entry));
const nodeHash = (left, right) => sha256(join(nodePrefix, left, right));

/** The root above these hashes, from left to right: pair by pair, an odd last one moves up as it is. The hashes may themselves be roots of equally large full trees, the last one of a smaller tree. */
export async function rootOf(hashes) {
  if (hashes.length === 0)
    return sha256(new Uint8Array());
  while (hashes.length > 1)
    hashes = await Promise.all(Array.from({ length: Math.ceil(hashes.length / 2) }, (_, i) =>
      2 * i + 1 < hashes.length ? nodeHash(hashes[2 * i], hashes[2 * i + 1]) : hashes[2 * i]));
  return hashes[0];
}

/** The root that a leaf and its path lead to in a tree of this size. */
export async function rootFromPath(leaf, index, size, path) {
  let hash = leaf, place = index, last = size - 1;
  for (const other of path) {
    if (last === 0)
      throw new Fault('The path is longer than the tree is high.');
    if (place % 2 === 1 || place === last) {
      hash = await nodeHash(other, hash);
      // The last of a row moves up without a partner for as long as it has none on its left.
      while (place % 2 === 0 && place !== 0) {
        place /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = await nodeHash(hash, other);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0)
    throw new Fault('The path ends below the root.');
  return hash;
}

// ---- Tiles and bundles ---------------------------------------------------------------------------------------------------

/** The address of a tile: level 0, 1, … or "entries" for a bundle, its number, and how many of its 256 places are taken. */
export function tilePath(level, number, width) {
  const digits = String(number).padStart(Math.ceil(String(number).length / 3) * 3, '0').match(/\d{3}/g);
  return `/log/tile/${level}/${digits.map((group, i) => i < digits.length - 1 ? 'x' + group : group).join('/')}${width < tileWidth ? `.p/${width}` : ''}`;
}

/** The entries of a bundle, as bytes. What can't be cut into entries is left out: the caller knows how many there must be. */
export function entriesIn(bundle) {
  const entries = [];
  for (let at = 0; at + 2 <= bundle.length;) {
    const length = bundle[at] * 256 + bundle[at + 1];
    if (at + 2 + length > bundle.length)
      break;
    entries.push(bundle.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return entries;
}

export const hashesIn = tile => Array.from({ length: Math.floor(tile.length / 32) }, (_, i) => tile.subarray(32 * i, 32 * i + 32));

// ---- Entries -------------------------------------------------------------------------------------------------------------

const whole = '(0|[1-9][0-9]{0,14})', choice = '(ship|skip|-)';
const decision = new RegExp(`^verdicts\\.(hold|release|void)/v1 ([a-z0-9]+(?:-[a-z0-9]+)*) ${whole} ${whole} ${whole} ${whole} ([A-Za-z0-9._-]{1,40}) ([A-Za-z0-9._-]{1,40}) (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ)$`);
const vote = new RegExp(`^verdicts\\.vote/v1 ([a-z0-9]+(?:-[a-z0-9]+)*) ${whole} ${whole} ${whole} ${choice} ${choice} ${whole} ([A-Za-z0-9_-]{22}) (\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ)$`);

/** What an entry says: { kind: 'vote', tool, version, ship, skip, choice, previous, seq, mark, time }, { kind: 'hold', 'release' or 'void', tool, version, ship, skip, vote: the index of the vote it is about, reason, moderator, time },
 *  { kind: 'key', key, time }, or { kind: 'unknown', name }. */
export function readEntry(bytes) {
  let line;
  try { line = text.decode(bytes); } catch { throw new Fault('it is not UTF-8'); }
  const [name, ...words] = line.split(' ');
  if (name === 'verdicts.key/v1') {
    if (bytes.length > 255 || words.length !== 2 || !/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(words[1]))
      throw new Fault(`it is not formed as the announcement of a key is: “${line}”`);
    return { kind: 'key', key: words[0], time: words[1], line };
  }
  if (/^verdicts\.(hold|release|void)\/v1$/.test(name)) {
    const found = bytes.length <= 255 && line.match(decision);
    if (!found)
      throw new Fault(`it is not formed as a decision is: “${line}”`);
    const [, kind, tool, version, ship, skip, vote, reason, moderator, time] = found;
    return { kind, tool, version: Number(version), ship: Number(ship), skip: Number(skip), vote: Number(vote), reason, moderator, time, line };
  }
  if (name !== 'verdicts.vote/v1')
    return { kind: 'unknown', name };
  const found = bytes.length <= 255 && line.match(vote);
  if (!found)
    throw new Fault(`it is not formed as a vote is: “${line}”`);
  const [, tool, version, ship, skip, choice, previous, seq, mark, time] = found;
  return { kind: 'vote', tool, version: Number(version), ship: Number(ship), skip: Number(skip), choice, previous, seq: Number(seq), mark, time, line };
}

/** A voter's mark on a tool, from the browser's number and the server's. */
export const markOf = async (nonce, salt) => toBase64Url((await sha256(join(utf8.encode('verdicts.mark/v1\n'), fromBase64Url(nonce), fromBase64Url(salt)))).subarray(0, 16));

// ---- Checkpoints and who signed them -------------------------------------------------------------------------------------

/** A checkpoint: { origin, size, root, signed: the text the signatures are of, signatures }. */
export function readCheckpoint(note) {
  const end = note.lastIndexOf('\n\n');
  const [origin, size, root] = note.slice(0, Math.max(0, end)).split('\n');
  if (end < 0 || !origin || !/^(0|[1-9]\d{0,14})$/.test(size) || root === undefined)
    throw new Fault(`The checkpoint is not an origin, a size and a root, an empty line, and signatures: “${note}”.`);
  const signatures = note.slice(end + 2).split('\n').filter(line => line).map(line => {
    const found = line.match(/^— (\S+) (\S+)$/);
    if (!found)
      throw new Fault(`The checkpoint has a line that is no signature: “${line}”.`);
    const bytes = fromBase64(found[2], 'A signature');
    return { name: found[1], id: bytes.subarray(0, 4), value: bytes.subarray(4) };
  });
  return { origin, size: Number(size), root: fromBase64(root, 'The root'), signed: note.slice(0, end + 1), signatures };
}

// A key as C2SP writes it, name+id+base64: { name, id, bytes, line }.
async function readKey(line) {
  const [, name, id, encoded] = line.trim().match(/^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/) ?? [];
  if (!name)
    throw new Fault(`“${line}” is not a key: a name, eight hexadecimal digits and base64 with a + between them.`);
  const typed = fromBase64(encoded, 'The key');
  if (typed[0] !== 1 || typed.length !== 33)
    throw new Fault(`“${line}” is not an Ed25519 key.`);
  const hash = (await sha256(join(utf8.encode(name + '\n'), typed))).subarray(0, 4);
  const hex = Array.from(hash, byte => byte.toString(16).padStart(2, '0')).join('');
  if (hex !== id)
    throw new Fault(`The key says that its id is ${id}; computed from its name and bytes, it is ${hex}.`);
  return { name, id: hash, bytes: typed.subarray(1), line: line.trim() };
}

/** Keys, one a line. */
export const readKeys = lines => Promise.all(lines.split('\n').filter(line => line.trim()).map(readKey));

/** The first of the keys that signed this checkpoint of its own log. A wrong signature and none at all are faults. The answer's isChecked is false where the browser has no Ed25519. */
export async function signerOf(checkpoint, keys) {
  for (const key of keys.filter(key => key.name === checkpoint.origin)) {
    const signature = checkpoint.signatures.find(({ name, id }) => name === key.name && isSame(id, key.id));
    if (!signature)
      continue;
    const isRight = await verify(key.bytes, signature.value, utf8.encode(checkpoint.signed));
    if (isRight === false)
      throw new Fault(`The checkpoint’s signature is wrong: the key ${key.line} did not sign this text.`);
    return { key, isChecked: isRight !== null };
  }
  throw new Fault(`The checkpoint of ${checkpoint.origin} is not signed by ${keys.length === 1 ? `the key ${keys[0].line}` : `any of the ${keys.length} keys`}.`);
}

// Null where the browser can't tell.
async function verify(key, signature, signed) {
  let imported;
  try {
    imported = await crypto.subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch (error) {
    if (error.name === 'NotSupportedError')
      return null;
    throw new Fault('The key is not a point that Ed25519 can use.');
  }
  return crypto.subtle.verify('Ed25519', imported, signature, signed);
}

// ---- Proofs --------------------------------------------------------------------------------------------------------------

// A proof: { index, entry: the leaf's bytes, path, checkpoint }.
function readProof(proof) {
  const end = proof.indexOf('\n\n');
  const [first, ...lines] = proof.slice(0, Math.max(0, end)).split('\n');
  const extra = lines[0]?.startsWith('extra ') ? fromBase64(lines.shift().slice(6), 'The entry') : null;
  const index = lines.shift()?.match(/^index (0|[1-9]\d{0,14})$/)?.[1];
  if (first !== 'c2sp.org/tlog-proof@v1' || !extra || index === undefined)
    throw new Fault('The proof is not formed as one: a first line, the entry, its index, the path, an empty line and the checkpoint.');
  return { index: Number(index), entry: extra, path: lines.map(line => fromBase64(line, 'A hash of the path')), checkpoint: readCheckpoint(proof.slice(end + 2)) };
}

/** Follows a proof to the root and to the signature of one of the keys: { vote, checkpoint, key, isChecked }. */
export async function checkProof(proof, index, keys) {
  const { index: place, entry, path, checkpoint } = readProof(proof);
  if (place !== index || index >= checkpoint.size)
    throw new Fault(`The proof is of entry ${place} of ${checkpoint.size}; entry ${index} was asked for.`);
  if (!isSame(await rootFromPath(await leafHash(entry), index, checkpoint.size, path), checkpoint.root))
    throw new Fault('The entry and its path do not lead to the root in the checkpoint.');
  return { ...await signerOf(checkpoint, keys), vote: readEntry(entry), checkpoint };
}

// ---- What the browser remembers ------------------------------------------------------------------------------------------

/** A checkpoint as this browser remembers it. */
export const asSeen = ({ origin, size, root }) => ({ origin, size, root: toBase64(root), on: new Date().toISOString().slice(0, 10) });
