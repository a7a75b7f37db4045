// The vote forms: a press casts in place, and the form says what the ledger holds and what is still to be saved.

import { choose, loaded, onChange, sendAgain, stateOf } from './votes.js';

const announcer = document.getElementById('announcer');
const own = (choice, notCounted) => !choice ? 'You have not voted yet.' : `Your vote: ${choice}.${notCounted ? ` ${whyNot(notCounted)}` : ''}`;  // as in Parts/VoteButtons.razor and Parts/NotCounted.cs
const time = at => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

const reasons = {
  'crowded-network': 'many first votes came from your network',
  'concentrated': 'many votes came from few networks and differ from the others',
  'one-network': 'many votes came from your network and differ from the others',
  'sleepers': 'many voters who had never voted did so at once',
  'velocity': 'far more first votes than usual came in',
};

function whyNot({ state, reason, decidedBy }) {
  if (state === 'void')
    return 'Not counted: it belongs to a group of votes that was taken out.';
  const why = reasons[reason] ?? 'we are looking into a group of votes that it belongs to';
  return `Recorded, not counted yet: ${why}.${decidedBy ? ` We decide by ${moment(new Date(decidedBy))}.` : ''}`;
}

function moment(at) {
  const days = Math.round((new Date(at).setHours(12, 0, 0, 0) - new Date().setHours(12, 0, 0, 0)) / 86_400_000);
  return `${time(at)} ${days === 0 ? 'today' : days === 1 ? 'tomorrow' : `on ${at.toLocaleDateString([], { day: 'numeric', month: 'long' })}`}`;
}

const problems = {
  'offline': what => `You are offline. ${what} is kept in this browser and will be sent when you are back online.`,
  'unreachable': what => `The server can’t be reached right now. ${what} is kept in this browser and will be sent again in a moment.`,
  'unavailable': what => `Votes can’t be saved right now. ${what} is kept in this browser and will be sent again in a moment.`,
  'too-fast': (what, next) => `That was a lot of votes at once. ${what} is kept and will be sent at ${time(next)}.`,
  'working': what => `Many first votes came from your network, so your browser calculates for a moment before it sends yours. ${what} is kept.`,
  'too-many-new-voters': (what, next) => `Many new voters came from your network. ${what} is kept; try again at ${time(next)}.`,
};
const refusals = {
  'cookies-blocked': 'Your browser blocks cookies for this site, so your vote was not counted: one cookie is how each reader is counted once. Allow cookies for this site, then vote again.',
  'no-such-tool': 'This tool no longer takes votes, so your vote was not counted.',
  'refused': 'Your vote was not counted. Reload the page and try again.',
};

function show(form, news) {
  const state = stateOf(form.dataset.vote), { saved, waiting, notCounted } = state;
  const isWorking = waiting?.problem === 'working';
  for (const button of form.querySelectorAll('[aria-pressed]')) {
    button.setAttribute('aria-pressed', String(button.value === saved));
    button.classList.toggle('saving', waiting?.choice === button.value);
  }
  const withdraw = form.querySelector('[value="withdraw"]');
  const hide = !saved && !waiting;
  if (hide && withdraw === document.activeElement)
    form.querySelector('.ship').focus();  // the focus would be lost with the button
  withdraw.hidden = hide;
  form.querySelector('[data-send-again]').hidden = !waiting?.problem || isWorking;
  const problem = waiting?.problem
    ? problems[waiting.problem](waiting.choice ? `Your vote, ${waiting.choice},` : 'Your withdrawal', waiting.next)
    : refusals[news];
  say(form, problem ?? (!waiting ? own(saved, notCounted) : waiting.choice ? `Saving your vote: ${waiting.choice}…` : 'Withdrawing your vote…'), problem !== undefined && !isWorking);
  showWork(form, state.work);
  showReceipt(form, state, news);
  if (problem)
    announce(problem);
  else if (news === 'saved')
    announce(`Your vote on ${form.dataset.name}${!saved ? ' is withdrawn.' : notCounted ? `: ${saved}. ${whyNot(notCounted)}` : ` is counted: ${saved}.`}`);
}

// Its module is loaded with the first work, and looks again at what is going on by then.
function showWork(form, work) {
  if (work || form.querySelector('[data-work]'))
    import('./challenge.js').then(({ showWork: show }) => show(form, stateOf(form.dataset.vote).work)).catch(() => {});
}

const proofs = {
  'all': ', checked in your browser.',
  'path': ', path checked; this browser can’t check the signature.',
};
const accusations = {
  'wrong': 'The public log does not contain your vote as cast.',
  'mark': 'The server put your vote under another mark than the one it agreed on with your browser.',
};

// What the log says of the vote. It is put where it will stand before it is known, unseen, so that nothing moves when it is.
function showReceipt(form, { saved, waiting, receipt }, news) {
  const where = form.querySelector('[data-receipt]');
  const isOfThis = receipt && !waiting && receipt.choice === saved;
  where.hidden = !isOfThis;
  const file = document.querySelector(`[data-proof="${CSS.escape(form.dataset.vote)}"]`);
  if (file)
    file.hidden = !isOfThis || !proofs[receipt.checked];
  if (!isOfThis)
    return;
  const accusation = accusations[receipt.checked];
  where.classList.toggle('unchecked', !receipt.checked);
  where.classList.toggle('problem', accusation !== undefined);
  const entry = link(`/log/proof/${receipt.index}`, `Entry ${receipt.index.toLocaleString('en')}`);
  const words = accusation ? [accusation, ' ', link('/verify', 'Recount the log')] : [entry, ` in the public log${proofs[receipt.checked] ?? proofs.all}`];
  if (where.textContent !== words.map(word => word.textContent ?? word).join(''))
    where.replaceChildren(...words);  // only then: whoever is on the link would lose their place
  if (file)
    Object.assign(file.querySelector('a'), { href: entry.href, download: `vote-on-${form.dataset.vote}.tlog-proof` });
  if (accusation && news === 'checked')
    announce(accusation);
}

const link = (href, textContent) => Object.assign(document.createElement('a'), { href, textContent });

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
  const { vote, own: choice, state, reason, decided } = form.dataset;
  loaded(vote, choice || null, { state, reason, decidedBy: decided });
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
