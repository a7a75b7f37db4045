// Live verdicts on any site's page: <live-verdict tool="…"> and <live-comparison tools="a b">. What stands between the tags, best a link, is shown until there
// are numbers. Nothing is stored and no cookie is sent. The markup is that of Embeds/EmbedVerdict.razor; change both together.

import style from './embed.css' with { type: 'css' };
import words from './embed.words.json' with { type: 'json' };

const site = new URL(import.meta.url).origin;
const most = 50;  // tools on one stream
const openWithin = 10_000, silentFor = 25_000;  // the server gives a sign of life every 20 s
const slug = /^[a-z0-9]+(-[a-z0-9]+)*$/;

// ---- What is shown -------------------------------------------------------------------------------------------------------

const elements = new Set();
const tallies = new Map();  // tool -> its newest tally

class LiveTools extends HTMLElement {
  static observedAttributes = ['tool', 'tools', 'lang'];
  #about = [];

  constructor() {
    super();
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    if (!root.firstChild)
      root.append(create('slot'));
    root.adoptedStyleSheets = [style];
  }

  /** The tools it follows: those that there are. */
  get known() { return this.#about.map(tool => tool.slug); }

  connectedCallback() {
    elements.add(this);
    this.#find();
  }

  disconnectedCallback() {
    elements.delete(this);
    followAll();
  }

  attributeChangedCallback() {
    if (this.isConnected)
      this.#find();
  }

  async #find() {
    const asked = this.names, about = await Promise.all(asked.map(tool => describe(tool, this)));
    if (String(asked) !== String(this.names))
      return;  // the attribute changed meanwhile
    this.#about = about.every(Boolean) ? about : [];  // the link stays where there is no such tool
    followAll();
    this.show();
  }

  show() {
    const shown = this.#about.map(tool => tallies.get(tool.slug));
    if (shown.length === 0 || !shown.every(Boolean))
      return;
    const say = wordsFor(this);
    const [before, after] = say.source.split('{0}');
    this.shadowRoot.replaceChildren(
      create('div', { class: 'verdicts', part: 'verdicts' }, ...this.#about.map((tool, place) => verdict(tool, shown[place], this.page(tool), say))),
      create('p', { class: 'source', part: 'source' }, before, link(site + '/', { part: 'site' }, new URL(site).host), after, create('span', { class: 'off', part: 'stale' }, ` · ${say.stale}`)));
  }
}

class LiveVerdict extends LiveTools {
  get names() { return [this.getAttribute('tool') ?? '']; }

  page(tool) { return `${site}/tools/${tool.slug}`; }
}

class LiveComparison extends LiveTools {
  get names() { return (this.getAttribute('tools') ?? '').split(/[\s,]+/).filter(Boolean).slice(0, 2); }

  page() { return `${site}/compare/${this.known.toSorted().join('-vs-')}`; }
}

function verdict(tool, tally, page, say) {
  const share = tally.shipPercent ?? 0, voted = tally.total > 0;
  const percent = value => say.percent.replace('{0}', number(value, say, 1));
  const caption = voted
    ? `${tally.total === 1 ? say.vote1 : say.votes.replace('{0}', number(tally.total, say, 0))}, ${say.likely.replace('{0}', percent(tally.interval.low)).replace('{1}', percent(tally.interval.high))}`
    : tool.retired ? say.noneCast : say.none;
  return create('section', { class: 'verdict', part: 'verdict' },
    create('p', { class: 'name' }, link(page, { part: 'name' }, tool.name), tool.retired && create('span', { class: 'tag', part: 'retired' }, say.retired)),
    create('p', { class: 'number' },
      tally.version > 0
        ? link(`${site}/log/tally/${tool.slug}`, { class: 'percent', part: 'percent', title: say.proof }, voted ? percent(share) : '—')
        : create('span', { class: 'percent', part: 'percent' }, '—'),
      create('span', { part: 'ship' }, say.ship),
      voted && tally.total < 10 && create('span', { class: 'tag', part: 'early' }, say.early)),
    bar(share, voted),
    create('p', { class: 'caption', part: 'caption' }, caption),
    link(page, { class: 'vote', part: 'vote' }, tool.retired ? say.read : say.vote));
}

// Ship is high and skip is low, so that telling them apart needs no color.
function bar(share, voted) {
  const rect = (name, x, y, width, height) => create('rect', { class: name, x: x + '%', y, width: width + '%', height });
  return create('svg', { class: 'bar', part: 'bar', width: '100%', height: 10, 'aria-hidden': 'true' },
    rect('ground', 0, 0, 100, 10), rect('skip', share, 5, voted ? 100 - share : 0, 5), rect('ship', 0, 0, voted ? share : 0, 10));
}

const link = (href, attributes, text) => create('a', { href, target: '_blank', rel: 'noopener', ...attributes }, text);

// Elements one by one: a page with Trusted Types takes no markup as text.
function create(name, attributes = {}, ...children) {
  const element = name === 'svg' || name === 'rect' ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes))
    element.setAttribute(attribute, value);
  element.append(...children.filter(Boolean));
  return element;
}

// As the server writes them, which browsers' own formats don't in every language.
function number(value, { point, group }, digits) {
  const [whole, rest] = value.toFixed(digits).split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, group) + (rest ? point + rest : '');
}

// In its own language, or in that of the page around it.
function wordsFor(element) {
  const lang = (element.closest('[lang]')?.getAttribute('lang') ?? '').toLowerCase().split('-')[0];
  return Object.hasOwn(words, lang) ? words[lang] : words.en;
}

// ---- What the tools are called -------------------------------------------------------------------------------------------

const descriptions = new Map();

/** Resolves to { slug, name, retired }, or to null when there is no such tool. The site's own frame says it in the page. */
function describe(tool, element) {
  if (!slug.test(tool))
    return null;
  const described = element.querySelector(`data[value="${tool}"]`);
  if (described)
    return { slug: tool, name: described.textContent, retired: described.hasAttribute('data-retired') };
  if (!descriptions.has(tool))
    descriptions.set(tool, ask(tool));
  return descriptions.get(tool);
}

async function ask(tool) {
  for (let failures = 0; ; failures++) {
    try {
      const answer = await fetch(`${site}/api/tools/${tool}`, { credentials: 'omit' });
      if (answer.ok)
        return await answer.json();
      if (answer.status === 404)
        return null;
    } catch { /* asked again below */ }
    await pause(failures);
  }
}

// ---- How it moves: one stream for all elements of the page ---------------------------------------------------------------

let followed = '', stop = new AbortController(), scheduled = false;
const waiting = new Set();

function followAll() {
  if (scheduled)
    return;
  scheduled = true;
  queueMicrotask(() => {
    scheduled = false;
    const tools = document.hidden ? [] : [...new Set([...elements].flatMap(element => element.known))].sort();
    if (String(tools) === followed)
      return;
    followed = String(tools);
    stop.abort();
    stop = new AbortController();
    for (let from = 0; from < tools.length; from += most)
      follow(tools.slice(from, from + most), stop.signal);
  });
}

async function follow(tools, stopped) {
  for (let failures = 0; !stopped.aborted; failures++) {
    const connection = new AbortController(), cut = () => connection.abort();
    stopped.addEventListener('abort', cut);
    addEventListener('offline', cut);
    try {
      await read(tools, connection, () => { failures = 0; });
    } catch { /* refused, broken off or silent; tried again below */ }
    stopped.removeEventListener('abort', cut);
    removeEventListener('offline', cut);
    connection.abort();
    if (stopped.aborted)
      return;
    mark(tools, false);
    await pause(failures);
  }
}

async function read(tools, connection, onLive) {
  let timer = setTimeout(() => connection.abort(), openWithin);
  try {
    const answer = await fetch(`${site}/api/tallies/stream?${tools.map(tool => `tool=${tool}`).join('&')}`, { signal: connection.signal, credentials: 'omit', cache: 'no-store' });
    if (!answer.ok)
      return;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader(), seen = new Set();
    for (let rest = ''; ;) {
      const { value, done } = await reader.read();
      if (done)
        return;
      clearTimeout(timer);
      timer = setTimeout(() => connection.abort(), silentFor);
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        const data = event.match(/^data: ?(.*)$/m)?.[1];
        if (data)
          take(JSON.parse(data), seen);
      }
      onLive();
      mark(tools, true);
    }
  } finally {
    clearTimeout(timer);
  }
}

// What a connection says first counts, even when it is less than before: the ledger may have been restored. After that it only goes forward.
function take(tally, seen) {
  const before = tallies.get(tally.tool);
  if (seen.has(tally.tool) && (tally.epoch === before.epoch ? tally.version <= before.version : tally.epoch < before.epoch))
    return;
  seen.add(tally.tool);
  tallies.set(tally.tool, tally);
  for (const element of elements)
    if (element.known.includes(tally.tool))
      element.show();
}

function mark(tools, live) {
  for (const element of elements)
    if (element.known.some(tool => tools.includes(tool)))
      element.toggleAttribute('stale', !live);
}

// At random moments, so that a restarted server is not met by everyone at once; at once when the browser is online again.
function pause(failures) {
  return new Promise(done => {
    waiting.add(done);
    setTimeout(() => { waiting.delete(done); done(); }, (0.5 + Math.random()) * Math.min(30_000, 500 * 2 ** failures));
  });
}

addEventListener('online', () => { for (const done of waiting) done(); });
// A hidden page holds no stream: all tabs share a few connections under HTTP/1.1.
document.addEventListener('visibilitychange', followAll);

customElements.get('live-verdict') ?? customElements.define('live-verdict', LiveVerdict);
customElements.get('live-comparison') ?? customElements.define('live-comparison', LiveComparison);

// ---- How high the site's frames are --------------------------------------------------------------------------------------

const frames = () => [...document.querySelectorAll('iframe')].filter(frame => frame.src.startsWith(site + '/embed/'));
const greet = frame => frame.contentWindow?.postMessage({ type: 'live-verdict:hello' }, '*');  // says nothing that others may not hear

addEventListener('message', ({ origin, source, data }) => {
  if (origin !== site || data?.type !== 'live-verdict:height' || !(data.height > 0 && data.height < 4000))
    return;
  const frame = frames().find(frame => frame.contentWindow === source);
  if (frame)
    frame.height = data.height;
});
document.addEventListener('load', ({ target }) => frames().includes(target) && greet(target), true);
frames().forEach(greet);
