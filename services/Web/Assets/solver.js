// Does a challenge's work off the page's thread: counts until the key derived from the counter begins as it should (ALTCHA v2, PBKDF2). It is sent a challenge, and
// sends { part: 0 to 1 } now and then, and at last { altcha }, or { failed } where the browser can't.
'use strict';

const bytes = hex => Uint8Array.from(hex.match(/../g), pair => parseInt(pair, 16));
const hex = buffer => Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, '0')).join('');

onmessage = ({ data }) => solve(data).then(postMessage, () => postMessage({ failed: true }));

async function solve({ parameters, signature }) {
  const { algorithm, cost, data: { upTo }, keyLength, keyPrefix } = parameters;
  const nonce = bytes(parameters.nonce), salt = bytes(parameters.salt);
  const password = new Uint8Array(nonce.length + 4), counting = new DataView(password.buffer, nonce.length);
  password.set(nonce);
  const work = { name: 'PBKDF2', hash: algorithm.slice('PBKDF2/'.length), salt, iterations: cost };
  for (let counter = 1, told = performance.now(); counter <= upTo; counter++) {
    counting.setUint32(0, counter);
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
    const derivedKey = hex(await crypto.subtle.deriveBits(work, key, 8 * keyLength));
    if (derivedKey.startsWith(keyPrefix))
      return { altcha: btoa(JSON.stringify({ challenge: { parameters, signature }, solution: { counter, derivedKey } })) };
    if (performance.now() - told > 100) {
      told = performance.now();
      postMessage({ part: counter / upTo });
    }
  }
  return { failed: true };
}
