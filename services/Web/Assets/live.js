// Keeps tallies coming: from the hub over a WebSocket, or from the event stream where WebSockets don't get through.

const { signalr } = document.querySelector('script[data-signalr]').dataset;
const openWithin = 6_000, answerWithin = 4_000;
const silentFor = 25_000;  // the server gives a sign of life every 20 s
const most = 50;  // tools on one connection

/**
 * Follows the tools until the page is left. Calls on.snapshot(tallies) with how they stand after each connect, on.change(tally) with what follows on the same
 * connection, and on.live(true or false) when it begins and when it is interrupted.
 */
export function follow(tools, on) {
  tools = tools.slice(0, most);
  let link = null, wake = () => {}, here = true, running = false, socketsBlocked = false, failures = 0;

  async function connect() {
    if (!socketsBlocked) {
      try { return await openHub(tools, on); } catch { /* refused, blocked or too slow; the stream tells whether the server is there at all */ }
    }
    const stream = await openStream(tools, on);
    socketsBlocked = true;
    return stream;
  }

  async function run() {
    if (running)
      return;
    running = true;
    while (here && !(socketsBlocked && document.hidden)) {
      try {
        link = await connect();
        failures = 0;
        if (!here)
          link.cut();
        on.live(here);
        await link.ended;
      } catch {
        failures++;
      }
      link = null;
      on.live(false);
      await Promise.race([wait(pause(failures)), new Promise(done => { wake = done; })]);
    }
    running = false;
  }

  // Something has happened that may have cost the connection, or may have brought the network back.
  async function look() {
    here = true;
    failures = 0;
    wake();
    run();
    const looked = link;
    await looked?.check().catch(looked.cut);
  }

  addEventListener('online', look);
  addEventListener('offline', () => link?.cut());
  addEventListener('pageshow', event => event.persisted && look());
  // With an open connection a page is not restored as it is when the reader comes back.
  addEventListener('pagehide', () => {
    here = false;
    link?.cut();
    wake();
  });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) {
      socketsBlocked &&= link !== null;  // the network may be another one now
      look();
    } else if (socketsBlocked) {
      link?.cut();  // a stream takes one of the few connections that all tabs share under HTTP/1.1
    }
  });
  run();
}

async function openHub(tools, on) {
  await load(signalr);
  const { signalR } = window;
  const link = newLink();
  // A socket that does not open would keep the client waiting for as long as the browser likes, minutes often; closing it from outside is the only way to end that.
  class Socket extends WebSocket {
    constructor(...where) {
      super(...where);
      link.onCut = () => this.close();
    }
  }
  const connection = new signalR.HubConnectionBuilder()
    // Without negotiation any replica may answer, no sticky sessions needed.
    .withUrl('/hubs/tallies', { transport: signalR.HttpTransportType.WebSockets, skipNegotiation: true, WebSocket: Socket })
    .withServerTimeout(silentFor)
    // Often enough for the server to notice within minutes that a reader is gone. Each ping wakes a phone's radio and the server.
    .withKeepAliveInterval(60_000)
    .configureLogging(signalR.LogLevel.None)
    .build();
  connection.onclose(link.cut);
  connection.on('TallyChanged', tally => link.open && on.change(tally));
  link.check = async () => {
    const tallies = await within(answerWithin, connection.invoke('Watch', tools));
    if (link.open)
      on.snapshot(tallies);
  };
  try {
    await within(openWithin, connection.start());
    await link.check();
    return link;
  } catch (error) {
    link.cut();
    throw error;
  }
}

async function openStream(tools, on) {
  const stop = new AbortController(), link = newLink();
  link.onCut = () => stop.abort();
  try {
    const answer = await within(openWithin, fetch(`/api/tallies/stream?${tools.map(tool => `tool=${tool}`).join('&')}`, { signal: stop.signal, cache: 'no-store' }));
    if (!answer.ok)
      throw new Error(`The stream answered ${answer.status}.`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const seen = new Set();
    let rest = '', heard = 0;
    const next = async limit => {
      const { value, done } = await within(limit, reader.read());
      if (done)
        throw new Error('The stream ended.');
      heard = Date.now();
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const data of events.map(event => event.match(/^data: ?(.*)$/m)?.[1]).filter(Boolean)) {
        const tally = JSON.parse(data);
        if (seen.has(tally.tool))
          on.change(tally);
        else
          on.snapshot([tally]);  // the first of each tool says how it stands
        seen.add(tally.tool);
      }
    };
    // A proxy that holds the stream back is as good as none.
    while (seen.size === 0)
      await next(answerWithin);
    link.check = async () => {
      if (Date.now() - heard > silentFor)
        throw new Error('The stream is silent.');
    };
    (async () => { while (link.open) await next(silentFor); })().catch(link.cut);
    return link;
  } catch (error) {
    link.cut();
    throw error;
  }
}

/** A connection: ended is fulfilled once it is over, cut ends it at once, check finds out whether it still works. */
function newLink() {
  const link = { open: true, onCut() {}, check: async () => {} };
  link.ended = new Promise(done => {
    link.cut = () => {
      if (!link.open)
        return;
      link.open = false;
      done();
      link.onCut();
    };
  });
  return link;
}

const wait = ms => new Promise(done => setTimeout(done, ms));

const within = (ms, promise) => Promise.race([promise, wait(ms).then(() => { throw new Error(`No answer within ${ms} ms.`); })]);

// At random moments, so that a restarted server is not met by everyone at once.
const pause = failures => (0.5 + Math.random()) * Math.min(document.hidden ? 30_000 : 8_000, 500 * 2 ** failures);

let loading = null;

const load = src => loading ??= new Promise((done, failed) => {
  const tag = Object.assign(document.createElement('script'), { src, onload: done });
  tag.onerror = () => {
    tag.remove();
    loading = null;
    failed(new Error('The live connection’s client could not be loaded.'));
  };
  document.head.append(tag);
});
