// What a reader's browser does where many first votes came from one network: some work for this one vote. The work is the computer's and never the reader's: no pictures,
// no letters to type. Loaded only then.

/** Does the work. Answers with what the vote is to be sent with, or null where it was cancelled or can't be done. */
export function solve(challenge, onPart, signal) {
  if (!window.isSecureContext || !window.Worker)
    return Promise.resolve(null);  // browsers calculate for https and localhost only
  return new Promise(done => {
    const worker = new Worker('./solver.js');
    const end = altcha => {
      worker.terminate();
      done(altcha);
    };
    worker.onmessage = ({ data }) => data.part === undefined ? end(data.altcha ?? null) : onPart(data.part);
    worker.onerror = () => end(null);
    signal.addEventListener('abort', () => end(null));
    worker.postMessage({ parameters: challenge.parameters, signature: challenge.signature });
  });
}

/** Shows in a vote's form how far the work is, with a way out; shows nothing without work. */
export function showWork(form, work) {
  const before = form.querySelector('[data-work]');
  if (!work) {
    if (before?.contains(document.activeElement))
      form.querySelector('.ship').focus();  // the focus would be lost with the button
    before?.remove();
    return;
  }
  const place = before ?? form.appendChild(placeOf(form));
  place.querySelector('progress').value = work.part;
  place.querySelector('button').onclick = work.cancel;
}

function placeOf(form) {
  const place = make('div', { className: 'work' });
  place.dataset.work = '';
  const progress = make('progress', { max: 1, value: 0 });
  progress.setAttribute('aria-label', `Calculating before your vote on ${form.dataset.name} is taken`);
  const cancel = make('button', { type: 'button', className: 'plain', textContent: 'Cancel' });
  const why = make('p', { textContent: 'There is no puzzle to solve: one vote takes a computer seconds, a flood of them days. ' });
  why.append(make('a', { href: '/methodology#work', textContent: 'Why we ask' }));
  place.append(progress, cancel, why);
  return place;
}

const make = (name, properties) => Object.assign(document.createElement(name), properties);
