// Runs the page's own worker, which is no module and knows no Node, on a { challenge }.
import { readFileSync } from 'node:fs';

const { challenge } = JSON.parse(readFileSync(0, 'utf8'));
globalThis.onmessage = null;
globalThis.postMessage = ({ altcha, failed }) => altcha || failed ? console.log(JSON.stringify({ altcha, failed })) : undefined;
new Function(readFileSync(new URL('solver.js', import.meta.url), 'utf8')).call(globalThis);
globalThis.onmessage({ data: challenge });
