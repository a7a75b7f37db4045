// Reads { challenge, signature, keySignature } and writes the answer as a form would send it, and what the library's own verifier makes of it.
import { deriveKey } from './algorithms/pbkdf2.js';
import { solveChallenge, verifySolution } from './pow.js';
import { readFileSync } from 'node:fs';

const { challenge, signature, keySignature } = JSON.parse(readFileSync(0, 'utf8'));
const solution = await solveChallenge({ challenge, deriveKey });
const verified = await verifySolution({ challenge, solution, deriveKey, hmacSignatureSecret: signature, hmacKeySignatureSecret: keySignature });
const derived = await verifySolution({ challenge: { ...challenge }, solution, deriveKey, hmacSignatureSecret: signature });
console.log(JSON.stringify({ altcha: btoa(JSON.stringify({ challenge, solution })), verified: verified.verified, derived: derived.verified }));
