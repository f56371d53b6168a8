// Attacks `nocturne serve` with what its viewers and API callers may send, and measures what the other viewers notice: control changes at
// the allowed rate, floods over WebSocket and HTTP, wrong tokens, viewers that join and leave. Prints for each attack the other viewers'
// longest silence, the messages they got, the answers to the attacker, the server's log lines, and whether every viewer has the last controls.
// Options: --seconds 8 (each attack) --attackers 20 --observers 20 --only NAME --main FILE (another build's main.js)
import { Agent, request } from 'node:http';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { BenchViewer, quantile } from './bench-viewer.mjs';
import { startServe } from './serve-process.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '8' },
    attackers: { type: 'string', default: '20' },
    observers: { type: 'string', default: '20' },
    only: { type: 'string' },
    main: { type: 'string' },
    attack: { type: 'string' },
    port: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
const attackers = Number(values.attackers);
const TOKEN = 'attack-controls';
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const viewerUrl = (port, token = TOKEN) => `ws://127.0.0.1:${port}/ws/street?token=${token}`;
const change = () => ({ strength: Math.random(), exposure: Math.random() * 2 - 1 });

/** Attacks: each runs one attacker until `untilMs` and counts its answers with `count`. */
const ATTACKS = {
  none: async (untilMs) => sleep(untilMs - performance.now()),
  /** Turns the dials at the highest rate that is allowed. */
  'controls, allowed rate': async (untilMs, count) => {
    const socket = await join(count);
    const timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(JSON.stringify({ type: 'controls', controls: change() }));
      count('sent');
    }, 1000 / 78);
    await sleep(untilMs - performance.now());
    clearInterval(timer);
    socket.terminate();
  },
  /** Sends without end, and connects again when it is cut off. */
  'controls, flood': async (untilMs, count) => {
    const text = JSON.stringify({ type: 'controls', controls: change() });
    while (performance.now() < untilMs) {
      const socket = await join(count);
      while (socket.readyState === WebSocket.OPEN && performance.now() < untilMs) {
        for (let n = 0; n < 200 && socket.bufferedAmount < 1 << 20; n++) socket.send(text, () => undefined);
        await sleep(0);
      }
      socket.terminate();
    }
  },
  'controls over HTTP, flood': async (untilMs, count) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (performance.now() < untilMs) count(await put(agent, TOKEN, change()));
    agent.destroy();
  },
  'wrong tokens over HTTP': async (untilMs, count) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (performance.now() < untilMs) count(await put(agent, `guess-${Math.random()}`, change()));
    agent.destroy();
  },
  'wrong tokens over WebSocket': async (untilMs, count) => {
    while (performance.now() < untilMs) (await join(count, `guess-${Math.random()}`)).terminate();
  },
  'joins and leaves': async (untilMs, count) => {
    while (performance.now() < untilMs) (await join(count)).terminate();
  },
};

if (values.attack) await runAttackers();
else await runBench();

/** Connects a viewer; resolves when it has hello, or has been closed. */
async function join(count, token = TOKEN) {
  const socket = new WebSocket(viewerUrl(values.port, token), 'nocturne.v1', { perMessageDeflate: false });
  socket.on('error', () => undefined);
  socket.on('close', (code) => count(`close ${code}`));
  await new Promise((resolve) => {
    socket.once('message', resolve);
    socket.once('close', resolve);
  });
  return socket;
}

/** Changes the controls over HTTP; resolves with the status. */
function put(agent, token, controls) {
  const body = JSON.stringify(controls);
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const options = {
    port: values.port,
    host: '127.0.0.1',
    path: '/api/streams/street/controls',
    method: 'PUT',
    agent,
    headers,
  };
  return new Promise((resolve) => {
    const sent = request(options, (response) => {
      response.resume();
      response.once('close', () => resolve(response.statusCode));
    });
    sent.once('error', (error) => setTimeout(() => resolve(error.code), 5));
    sent.end(body);
  });
}

/** A child process: the attackers. */
async function runAttackers() {
  const answers = {};
  const count = (answer) => {
    answers[answer] = (answers[answer] ?? 0) + 1;
  };
  const untilMs = performance.now() + seconds * 1000;
  await Promise.all(Array.from({ length: attackers }, () => ATTACKS[values.attack](untilMs, count)));
  process.send(answers, () => process.exit());
}

async function runBench() {
  const flags = ['--max-viewers', '400', '--port', '0', '--token', TOKEN, '--generator', 'grade'];
  const server = await startServe(['street:size=640x360,rate=30', ...flags], { main: values.main });
  values.port = String(server.port);
  const rows = [];
  try {
    const observers = Array.from({ length: Number(values.observers) }, () => new BenchViewer(viewerUrl(server.port)));
    await Promise.all(observers.map(({ opened }) => opened));
    await sleep(3000);
    for (const attack of Object.keys(ATTACKS)) {
      if (values.only && attack !== 'none' && attack !== values.only) continue;
      for (const observer of observers) observer.reset();
      await loopLagMs();
      const lines = server.log.length;
      const args = [
        '--attack',
        attack,
        '--port',
        values.port,
        '--seconds',
        values.seconds,
        '--attackers',
        values.attackers,
      ];
      const child = fork(new URL(import.meta.url).pathname, args);
      const [answers] = await once(child, 'message');
      rows.push(await measure(attack, answers, observers, server.log.length - lines));
      await sleep(2500); // the server's limits recover
    }
  } finally {
    await server.close();
  }
  console.table(
    rows,
    Object.keys(rows[0]).filter((name) => name !== 'answers'),
  );
  for (const { attack, answers } of rows) console.log(attack, answers);
}

/** Longest delay of the server's event loop since the last call, milliseconds. */
async function loopLagMs() {
  for (;;) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await fetch(`http://127.0.0.1:${values.port}/metrics`, { headers });
    const lag = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(await response.text())?.[1];
    if (lag !== undefined) return Number(lag) * 1000;
    await sleep(100); // the address is still limited
  }
}

async function measure(attack, answers, observers, logLines) {
  const lateness = observers.flatMap((observer) => observer.lateness);
  const row = {
    attack,
    'longest silence ms': Math.round(Math.max(...observers.map((observer) => observer.longestSilenceMs))),
    'late p95 ms': Math.round(quantile(lateness, 0.95)),
    missed: observers.reduce((sum, { missed }) => sum + missed, 0),
    'controls/s each': (observers[0].messages.controls / seconds).toFixed(1),
    'server lag max ms': Math.round(await loopLagMs()),
    'log lines': logLines,
  };
  await sleep(1500);
  const last = { strength: 0.25, exposure: Math.round(Math.random() * 100) / 100 };
  const status = await put(undefined, TOKEN, last);
  await sleep(500);
  const hasLast = ({ controls }) => controls.strength === last.strength && controls.exposure === last.exposure;
  return { ...row, 'has last controls': `${observers.filter(hasLast).length} (${status})`, answers };
}
