// Attacks on the connections of `nocturne serve --token`, by a client without the token. While each attack runs, /healthz is asked and a
// viewer with the token joins: the benchmark prints how long the answer and the viewer's first packet take, and the server's memory.
// Options: --connections 400 (of the attacker) --seconds 8 (of each attack) --attack NAME (repeatable; all by default) --main FILE (another
// build's dist/cli/main.js) --from 127.0.0.1 (the attacker's address; 127.0.0.2 is another client's on Linux).
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';

const HOST = 'Host: 127.0.0.1\r\n';
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
/** A probe that takes longer has failed, milliseconds. */
const PROBE_TIMEOUT_MS = 5000;
const PROBE_INTERVAL_MS = 250;
/** Interval of the drops of an attack that sends or reads by drops, milliseconds. */
const DROP_MS = 500;

/** What each attacking connection does once it is open. The attacker opens another for each that the server closes. */
const ATTACKS = {
  'sends nothing': () => undefined,
  'headers by drops': (socket) => {
    socket.write(`GET / HTTP/1.1\r\n${HOST}`);
    return drip(socket, 'X-Drop: 1\r\n');
  },
  'body by drops': (socket) => {
    socket.write(
      `PUT /api/streams/street/controls HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n`,
    );
    return drip(socket, ' ');
  },
  'pipelines, reads nothing': (socket) => {
    socket.pause();
    socket.write(`GET /viewer.js HTTP/1.1\r\n${HOST}\r\n`.repeat(2000));
  },
  'pipelines health checks': (socket) => {
    socket.pause();
    socket.write(`GET /healthz HTTP/1.1\r\n${HOST}\r\n`.repeat(2000));
  },
  'reads by drops': (socket) => {
    socket.pause();
    socket.write(`GET /viewer.js HTTP/1.1\r\n${HOST}\r\n`.repeat(20));
    const timer = setInterval(() => socket.read(100), DROP_MS);
    socket.on('close', () => clearInterval(timer));
  },
  'upgrades without a token': (socket) => {
    socket.write(`GET /ws/street HTTP/1.1\r\n${HOST}${UPGRADE}${KEY}\r\n`); // never answers the close frame
  },
  'half an upgrade': (socket) => {
    socket.write(`GET /ws/street HTTP/1.1\r\n${HOST}${UPGRADE}`);
  },
  'offers HTTP/2, reads nothing': (socket) => {
    socket.pause();
    socket.write(`GET /viewer.js HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
  },
  'closes its half, reads nothing': (socket) => {
    socket.pause();
    socket.end(`GET /viewer.js HTTP/1.1\r\n${HOST}\r\n`.repeat(20));
  },
  'opens and closes': (socket) => {
    socket.destroy();
  },
};

function drip(socket, text) {
  const timer = setInterval(() => socket.write(text), DROP_MS);
  socket.on('close', () => clearInterval(timer));
}

/** The attacker's thread: keeps `connections` open, each as the attack wants. Reports when so many have been opened, and how many on request. */
function attack({ port, name, connections, from }) {
  let opened = 0;
  const open = () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true }, () => {
      ATTACKS[name](socket);
      if (++opened === connections) parentPort.postMessage('ready');
    });
    socket.on('error', () => undefined); // the server cut the connection
    socket.on('end', () => socket.destroy());
    socket.on('close', () => setImmediate(open));
  };
  for (let i = 0; i < connections; i++) open();
  parentPort.on('message', () => parentPort.postMessage(opened));
}

/** Milliseconds until the answer of /healthz, over a new connection; undefined when it fails. */
async function probeHealth(port) {
  const started = performance.now();
  return new Promise((resolve) => {
    const request = get(
      { port, host: '127.0.0.1', path: '/healthz', agent: false, timeout: PROBE_TIMEOUT_MS },
      (answer) => {
        answer.resume();
        answer.on('end', () => resolve(performance.now() - started));
        answer.on('error', () => resolve(undefined));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(undefined));
  });
}

/** Milliseconds until the first packet of a viewer with the token; undefined when it fails. */
async function probeViewer(port, token) {
  const started = performance.now();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/street?token=${token}`, 'nocturne.v1');
  const packet = new Promise((resolve) => {
    socket.on('message', (_, isBinary) => isBinary && resolve(performance.now() - started));
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
  });
  const ms = await Promise.race([packet, sleep(PROBE_TIMEOUT_MS, undefined, { ref: false })]);
  socket.terminate();
  return ms;
}

/** Starts the server; resolves when its stream has frames. */
async function startServer(main, token) {
  const input = ['street=street:size=320x180,rate=10', '--generator', 'grade'];
  const flags = ['--port', '0', '--token', token, '--log-level', 'error'];
  const child = spawn(process.execPath, [main, 'serve', ...input, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      const found = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(chunk.toString());
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`nocturne serve exited with code ${code}`)));
  });
  while ((await probeViewer(port, token)) === undefined) await sleep(200);
  return { child, port };
}

/** Resident memory of a process in MB, from /proc; NaN where there is none. */
function memoryOf(pid) {
  try {
    return (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096) / 2 ** 20;
  } catch {
    return Number.NaN;
  }
}

/** Runs a probe again and again for `forMs`; its results. */
async function repeat(probe, forMs) {
  const results = [];
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    results.push(await probe());
    await sleep(PROBE_INTERVAL_MS);
  }
  return results;
}

function summary(results) {
  const times = results.filter((ms) => ms !== undefined).sort((a, b) => a - b);
  if (times.length === 0) return `none of ${results.length} in ${PROBE_TIMEOUT_MS / 1000} s`;
  const failed = results.length - times.length;
  const numbers = `median ${times[times.length >> 1].toFixed(0)} ms, longest ${times.at(-1).toFixed(0)} ms`;
  return failed === 0 ? numbers : `${numbers}, ${failed} of ${results.length} failed`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      connections: { type: 'string', default: '400' },
      seconds: { type: 'string', default: '8' },
      attack: { type: 'string', multiple: true, default: ['no attack', ...Object.keys(ATTACKS)] },
      main: { type: 'string', default: new URL('../dist/cli/main.js', import.meta.url).pathname },
      from: { type: 'string', default: '127.0.0.1' },
    },
  });
  const token = 'bench-token';
  for (const name of values.attack) {
    const { child, port } = await startServer(values.main, token);
    const before = memoryOf(child.pid);
    const data = { port, name, connections: Number(values.connections), from: values.from };
    const attacker = name === 'no attack' ? undefined : new Worker(new URL(import.meta.url), { workerData: data });
    if (attacker) await new Promise((resolve) => attacker.once('message', resolve));
    const forMs = Number(values.seconds) * 1000;
    const [health, viewer] = await Promise.all([
      repeat(() => probeHealth(port), forMs),
      repeat(() => probeViewer(port, token), forMs),
    ]);
    const after = memoryOf(child.pid);
    let opened = 0;
    if (attacker) {
      attacker.postMessage('report');
      opened = await new Promise((resolve) => attacker.once('message', resolve));
      await attacker.terminate();
    }
    process.stdout.write(
      `${name}: health ${summary(health)}; viewer ${summary(viewer)}; ${opened} connections opened; ${before.toFixed(0)} to ${after.toFixed(0)} MB\n`,
    );
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}

if (isMainThread) await main();
else attack(workerData);
