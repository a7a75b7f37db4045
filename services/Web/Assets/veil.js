// A setting of the reader's own: the community's numbers stay out of sight until the reader has voted, so that nobody is led.

import { erase, read, write } from './store.js';
import { onChange, stateOf } from './votes.js';

const key = 'numbers-after-vote';
const button = document.querySelector('[data-veil]');

function apply() {
  const on = read(key) === true;
  document.documentElement.classList.toggle('veiled', on);
  button?.setAttribute('aria-pressed', String(on));
  for (const place of document.querySelectorAll('[data-tool], [data-answer]'))
    place.classList.toggle('seen', (place.dataset.answer ?? place.dataset.tool).split(' ').every(tool => stateOf(tool).saved));
}

export function start() {
  if (button) {
    button.hidden = false;
    button.addEventListener('click', () => {
      if (read(key))
        erase(key);
      else
        write(key, true);
      apply();
    });
  }
  addEventListener('storage', event => event.key === key && apply());
  onChange(apply);
  apply();
}
