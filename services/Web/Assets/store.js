// What must outlive the page: choices that are not in the ledger yet, receipts of those that are, and the log's checkpoints seen. All tabs of the site share it.

/** And a tool: the reader's receipt { mark, index, choice, checked }. checked is missing until the proof was read, then all, path (no Ed25519 here), wrong (the log has another vote) or mark (the server changed it). */
export const receiptPrefix = 'receipt:';

/** The log's checkpoints that this browser has seen, the one recounted last first: [{ origin, size, root, on: a day }]. */
export const seenKey = 'log-seen';

// Where the browser forbids storage or has none left, a choice lives as long as its page.
const memory = new Map();

export function read(key) {
  if (memory.has(key))
    return memory.get(key);
  try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
}

export function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    memory.delete(key);
  } catch {
    memory.set(key, value);
  }
}

export function erase(key) {
  memory.delete(key);
  try { localStorage.removeItem(key); } catch { /* forbidden: then it holds nothing */ }
}

export function keys(prefix) {
  let stored = [];
  try { stored = Object.keys(localStorage); } catch { /* forbidden: then it holds nothing */ }
  return [...new Set([...stored, ...memory.keys()])].filter(key => key.startsWith(prefix));
}
