// The vote forms: a press casts in place, and the form says what the ledger holds and what is still to be saved.

import { choose, loaded, onChange, sendAgain, stateOf } from './votes.js';

const announcer = document.getElementById('announcer');
const own = choice => choice ? `Your vote: ${choice}.` : 'You have not voted yet.';  // as in Parts/VoteButtons.razor
const time = at => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

const problems = {
  'offline': what => `You are offline. ${what} is kept in this browser and will be sent when you are back online.`,
  'unreachable': what => `The server can’t be reached right now. ${what} is kept in this browser and will be sent again in a moment.`,
  'unavailable': what => `Votes can’t be saved right now. ${what} is kept in this browser and will be sent again in a moment.`,
  'too-fast': (what, next) => `That was a lot of votes at once. ${what} is kept and will be sent at ${time(next)}.`,
  'too-many-new-voters': (what, next) => `Many new voters came from your network. ${what} is kept; try again at ${time(next)}.`,
};
const refusals = {
  'cookies-blocked': 'Your browser blocks cookies for this site, so your vote was not counted: one cookie is how each reader is counted once. Allow cookies for this site, then vote again.',
  'no-such-tool': 'This tool no longer takes votes, so your vote was not counted.',
  'refused': 'Your vote was not counted. Reload the page and try again.',
};

function show(form, news) {
  const { saved, waiting } = stateOf(form.dataset.vote);
  for (const button of form.querySelectorAll('[aria-pressed]')) {
    button.setAttribute('aria-pressed', String(button.value === saved));
    button.classList.toggle('saving', waiting?.choice === button.value);
  }
  const withdraw = form.querySelector('[value="withdraw"]');
  const hide = !saved && !waiting;
  if (hide && withdraw === document.activeElement)
    form.querySelector('.ship').focus();  // the focus would be lost with the button
  withdraw.hidden = hide;
  form.querySelector('[data-send-again]').hidden = !waiting?.problem;
  const problem = waiting?.problem
    ? problems[waiting.problem](waiting.choice ? `Your vote, ${waiting.choice},` : 'Your withdrawal', waiting.next)
    : refusals[news];
  say(form, problem ?? (!waiting ? own(saved) : waiting.choice ? `Saving your vote: ${waiting.choice}…` : 'Withdrawing your vote…'), problem !== undefined);
  if (problem)
    announce(problem);
  else if (news === 'saved')
    announce(saved ? `Your vote on ${form.dataset.name} is counted: ${saved}.` : `Your vote on ${form.dataset.name} is withdrawn.`);
}

function say(form, text, isProblem) {
  const where = form.querySelector('[data-own-text]');
  where.textContent = text;
  where.classList.toggle('problem', isProblem);
}

function announce(text) {
  if (announcer.textContent !== text)
    announcer.textContent = text;
}

const forms = [...document.querySelectorAll('[data-vote]')];

for (const form of forms) {
  loaded(form.dataset.vote, form.dataset.own || null);
  form.addEventListener('submit', event => {
    if (!event.submitter)
      return;
    event.preventDefault();
    const choice = event.submitter.value;
    choose(form.dataset.vote, choice === 'withdraw' ? null : choice);
  });
  form.querySelector('[data-send-again]').addEventListener('click', () => sendAgain(form.dataset.vote));
  // A key that is held down is one press.
  form.addEventListener('keydown', event => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' '))
      event.preventDefault();
  });
}

onChange((tool, news) => forms.filter(form => form.dataset.vote === tool).forEach(form => show(form, news)));
