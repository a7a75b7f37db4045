// Makes the page's vote forms work in place and keeps its numbers live. Without it everything works too, one page load at a time.
// The words here are those of Parts/Wording.cs; change both together.

const script = document.querySelector('script[data-signalr]');
const tools = [...new Set([...document.querySelectorAll('[data-tool]')].map(place => place.dataset.tool))];
const wait = ms => new Promise(done => setTimeout(done, ms));

// ---- The numbers ---------------------------------------------------------------------------------------------------------

const still = matchMedia('(prefers-reduced-motion: reduce)');
const newest = new Map();  // tool -> the newest tally seen; an older version never replaces it

const percent = value => value === null ? '—' : value.toFixed(1) + '%';
const count = value => value.toLocaleString('en');
const votes = value => value === 0 ? 'no votes yet' : value === 1 ? '1 vote' : count(value) + ' votes';
const majority = tally => tally.ship > tally.skip ? 'ship' : tally.skip > tally.ship ? 'skip' : 'even';
const caption = tally => tally.total === 0 ? 'No votes yet. Yours would be the first.'
  : `${percent(tally.shipPercent)} ship, ${votes(tally.total)}, likely between ${percent(tally.interval.low)} and ${percent(tally.interval.high)}`;

function show(tally) {
  const known = newest.get(tally.tool);
  if (known && tally.version < known.version)
    return;
  newest.set(tally.tool, tally);
  for (const place of document.querySelectorAll(`[data-tool="${CSS.escape(tally.tool)}"]`)) {
    if (Number(place.dataset.version) > tally.version)
      continue;
    place.dataset.version = tally.version;
    const write = (part, text) => {
      const where = place.querySelector(`[data-show="${part}"]`);
      if (where && where.textContent !== text) {
        where.textContent = text;
        if (known && !still.matches && where.matches('.figure'))
          where.animate([{ opacity: .3 }, { opacity: 1 }], 500);  // the eye finds what has just moved
      }
    };
    write('percent', percent(tally.shipPercent));
    write('votes', votes(tally.total));
    write('ship', count(tally.ship));
    write('skip', count(tally.skip));
    write('caption', caption(tally));
    write('percent-again', percent(tally.shipPercent));
    toggle(place, 'early', tally.total > 0 && tally.total < 10);
    const panel = place.dataset.panel;
    toggle(place, 'disagree', tally.total >= 10 && panel !== 'even' && majority(tally) !== 'even' && majority(tally) !== panel);
    draw(place.querySelector('[data-show="bar"]'), tally);
    bend(place.querySelector('[data-show="trend"]'), tally);
  }
  announceLater(tally);
}

function toggle(place, part, visible) {
  const where = place.querySelector(`[data-show="${part}"]`);
  if (where)
    where.hidden = !visible;
}

function draw(bar, tally) {
  if (!bar)
    return;
  const ship = tally.shipPercent ?? 0, { low, high } = tally.interval ?? { low: 0, high: 0 };
  const set = (part, x, width) => {
    const rect = bar.querySelector('.bar-' + part);
    rect.setAttribute('x', x + '%');
    rect.setAttribute('width', Math.max(0, width) + '%');
  };
  set('ship', 0, ship);
  set('skip', ship, tally.total === 0 ? 0 : 100 - ship);
  set('range', low, high - low);
}

// The trend's end follows the tally; what came before stays as it was. Numbers as in Parts/Trace.cs.
function bend(chart, tally) {
  if (!chart || tally.shipPercent === null)
    return;
  const line = chart.querySelector('.share'), end = `594,${(134 - 1.28 * tally.shipPercent).toFixed(1)}`;
  const before = line.getAttribute('points').split(' ').filter(Boolean).slice(0, -1);
  if (before.length > 0 && !before.at(-1).startsWith('594,'))
    before.push(`594,${before.at(-1).split(',')[1]}`);  // level until now, then up or down
  line.setAttribute('points', [...before, end].join(' '));
  chart.querySelector('.now').setAttribute('points', `${end} ${end}`);
}

// ---- What a screen reader hears ------------------------------------------------------------------------------------------

const announcer = document.getElementById('announcer');
const changed = new Map();
let announcing = null;

// At most one sentence in ten seconds, and only once the numbers have settled: a busy tool would otherwise never stop talking.
function announceLater(tally) {
  const section = document.querySelector(`[data-name][data-tool="${CSS.escape(tally.tool)}"]`);
  const text = caption(tally);
  if (!section || section.dataset.said === text || document.hidden)
    return;
  if (section.dataset.said === undefined) {  // the first snapshot repeats what the page says already
    section.dataset.said = text;
    return;
  }
  changed.set(tally.tool, `${section.dataset.name}: ${text}.`);
  section.dataset.said = text;
  announcing ??= setTimeout(() => {
    announcer.textContent = [...changed.values()].join(' ');
    changed.clear();
    announcing = null;
  }, 10_000);
}

// ---- Live ----------------------------------------------------------------------------------------------------------------

const line = document.getElementById('connection');

async function goLive() {
  await load(script.dataset.signalr);
  const { signalR } = window;
  const connection = new signalR.HubConnectionBuilder()
    // WebSockets without negotiation: any replica may answer, no sticky sessions needed.
    .withUrl('/hubs/tallies', { transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true })
    // For ever, and at random moments, so that a restarted server is not met by everyone at once.
    .withAutomaticReconnect({ nextRetryDelayInMilliseconds: ({ previousRetryCount: tries }) => pause(tries) })
    // Enough for the server to miss who is gone for good, in minutes; a dead server is noticed by its own pings missing, as ever. Each ping wakes a phone's radio and the server.
    .withKeepAliveInterval(60_000)
    .configureLogging(signalR.LogLevel.None)
    .build();
  // Nothing sent while away is kept for us, hence a snapshot on each connect.
  const watch = async () => {
    (await connection.invoke('Watch', tools.slice(0, 50))).forEach(show);
    line.textContent = '';
    live(true);
  };
  const live = on => document.querySelectorAll('[data-live]').forEach(mark => { mark.hidden = !on; });
  const away = () => { live(false); line.textContent = 'Live updates are interrupted. The numbers may be a little old; reconnecting…'; };
  connection.on('TallyChanged', show);
  connection.onreconnecting(away);
  connection.onreconnected(() => watch().catch(() => connection.stop()));
  connection.onclose(() => { away(); start(3); });

  async function start(tries) {
    for (; ; tries++) {
      try {
        await connection.start();
        await watch();
        return;
      } catch {
        if (tries > 1)
          away();
        if (connection.state === 'Connected') {
          await connection.stop();  // connected but refused: onclose starts again
          return;
        }
        await wait(pause(tries));
      }
    }
  }
  await start(0);
  // A page that slept in the background may have lost its socket without a word.
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && connection.state === 'Connected')
      watch().catch(() => {});
  });
}

const pause = tries => (0.5 + Math.random()) * Math.min(30_000, 500 * 2 ** Math.min(tries, 6));

function load(src) {
  return new Promise((done, failed) => {
    const tag = Object.assign(document.createElement('script'), { src, onload: done, onerror: failed });
    document.head.append(tag);
  });
}

// ---- Votes ---------------------------------------------------------------------------------------------------------------

// The cookie itself is out of a script's reach; this only remembers that there is one.
const voter = {
  get known() { return document.body.dataset.voter === 'known' || recall() === 'known'; },
  remember(known) {
    document.body.dataset.voter = known ? 'known' : '';
    try { localStorage.setItem('voter', known ? 'known' : ''); } catch { /* storage may be forbidden; the next page asks again */ }
  },
};

function recall() {
  try { return localStorage.getItem('voter'); } catch { return null; }
}

// The same request again is the same vote, so a lost answer is simply asked for again.
async function send(method, path, body) {
  for (let tries = 0; ; tries++) {
    const answer = await fetch(path, {
      method,
      keepalive: true,  // a reader who votes and leaves at once has voted
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    }).catch(() => null);
    if (answer && answer.status !== 503 && answer.status !== 502)
      return answer;
    if (tries === 3)
      throw new Error('Your vote was not taken: the server does not answer. Please try again.');
    await wait(pause(tries));
  }
}

async function cast(tool, choice) {
  if (!voter.known)
    await becomeVoter();
  const once = () => choice ? send('PUT', `/api/votes/${tool}`, { choice }) : send('DELETE', `/api/votes/${tool}`);
  let answer = await once();
  if (answer.status === 401) {  // the cookie is gone or too old
    await becomeVoter();
    answer = await once();
  }
  if (answer.status === 429)
    throw new Error(await tooMany(answer));
  if (!answer.ok)
    throw new Error('Your vote was not taken. Please reload the page and try again.');
  return (await answer.json()).choice;
}

async function tooMany(answer) {
  const { type } = await answer.json().catch(() => ({}));
  const seconds = Number(answer.headers.get('retry-after') ?? 5);
  const wait = seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  return (type?.endsWith('too-many-new-voters') ? 'Your vote was not counted: many new voters came from where you are.' : 'That was a lot of votes at once.') + ` Please try again in ${wait}.`;
}

async function becomeVoter() {
  const answer = await send('POST', '/api/voters');
  if (answer.status === 429)
    throw new Error(await tooMany(answer));
  if (!answer.ok)
    throw new Error('Your vote was not taken. Please try again in a moment.');
  voter.remember(true);
}

function press(form, choice) {
  form.dataset.own = choice ?? '';
  for (const button of form.querySelectorAll('[aria-pressed]'))
    button.setAttribute('aria-pressed', String(button.value === choice));
  form.querySelector('[value="withdraw"]').hidden = !choice;
}

function say(form, text, problem = false) {
  const where = form.querySelector('[data-own-text]');
  where.textContent = text;
  where.classList.toggle('problem', problem);
}

const own = choice => choice ? `Your vote: ${choice}.` : 'You have not voted on it.';

for (const form of document.querySelectorAll('[data-vote]')) {
  let sending = Promise.resolve();
  let latest = 0;
  form.addEventListener('submit', event => {
    if (!event.submitter)
      return;
    event.preventDefault();
    const before = form.dataset.own || null;
    const asked = event.submitter.value;
    const choice = asked === 'withdraw' || asked === before ? null : asked;  // the own choice again takes it back
    const mine = ++latest;
    form.dataset.busy = 'true';
    press(form, choice);
    if (asked === 'withdraw')
      form.querySelector('.ship').focus();
    // One after the other, so that the last click is the last vote; only the newest may change what is shown.
    sending = sending.then(async () => {
      try {
        const taken = await cast(form.dataset.vote, choice);
        form.dataset.acknowledged = taken ?? '';
        if (mine !== latest)
          return;
        press(form, taken);
        say(form, own(taken));
        announcer.textContent = taken ? `Your vote on ${form.dataset.name} is counted: ${taken}.` : `Your vote on ${form.dataset.name} is withdrawn.`;
      } catch (error) {
        if (mine !== latest)
          return;
        press(form, form.dataset.acknowledged || null);
        say(form, error.message, true);
        announcer.textContent = error.message;
      } finally {
        if (mine === latest)
          delete form.dataset.busy;
      }
    });
  });
  form.dataset.acknowledged = form.dataset.own ?? '';
}

async function showOwnVotes() {
  const forms = [...document.querySelectorAll('[data-vote]')];
  if (forms.length === 0 || !voter.known)
    return;
  const answer = await fetch('/api/votes').catch(() => null);
  if (answer?.status === 401)
    voter.remember(false);
  if (!answer?.ok)
    return;
  const mine = new Map((await answer.json()).votes.map(vote => [vote.tool, vote.choice]));
  for (const form of forms) {
    const choice = mine.get(form.dataset.vote) ?? null;
    if (!form.dataset.busy) {  // the reader may have clicked meanwhile
      form.dataset.acknowledged = choice ?? '';
      press(form, choice);
      say(form, own(choice));
    }
  }
}

showOwnVotes();
if (tools.length > 0)
  goLive().catch(() => { line.textContent = 'Live updates could not be started. Reload the page for newer numbers.'; });
