// Sends random messages to `nocturne serve` over WebSocket: changed and damaged messages of the protocol, and frames that break RFC 6455.
// Prints how connections ended, and the server's memory and files as it goes: all are to stay flat.
// Options: --messages 100000 --connections 64 --seed 1 --main FILE (another build's main.js)
import { readdirSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { Random } from '../dist/core/random.js';
import { brokenFrame, randomMessage } from './random-messages.mjs';
import { startServe } from './serve-process.mjs';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '64' },
    seed: { type: 'string', default: '1' },
    main: { type: 'string' },
  },
});
const total = Number(values.messages);
/** A connection sends this many messages at most, so that joining is tried too. */
const MESSAGES_PER_CONNECTION = 150;
const SAMPLES = 10;

const random = new Random(Number(values.seed));
const flags = ['--max-viewers', '400', '--port', '0', '--generator', 'grade'];
/** Lets SIGUSR2 collect garbage in the server, so that its heap is what is in use. */
const nodeArgs = ['--expose-gc', '--import', 'data:text/javascript,process.on("SIGUSR2", () => globalThis.gc())'];
const server = await startServe(['street:size=320x180,rate=30', ...flags], { main: values.main, nodeArgs });
const ends = {};
const samples = [];
let sent = 0;

/** Resident bytes and open files of the server's main process, and its heap in use. */
async function sample() {
  process.kill(server.pid, 'SIGUSR2');
  await new Promise((resolve) => setTimeout(resolve, 300));
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  const metric = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  const pages = Number(readFileSync(`/proc/${server.pid}/statm`, 'utf8').split(' ')[1]);
  const row = {
    messages: sent,
    'RSS MiB': ((pages * 4096) / 2 ** 20).toFixed(1),
    'heap MiB': (metric('nodejs_heap_size_used_bytes') / 2 ** 20).toFixed(1),
    files: readdirSync(`/proc/${server.pid}/fd`).length,
    'lag max ms': Math.round(metric('nodejs_eventloop_lag_max_seconds') * 1000),
  };
  samples.push(row);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** One connection after the other, until all messages are sent. */
async function attack() {
  while (sent < total) {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/ws/street`, 'nocturne.v1', {
      perMessageDeflate: false,
    });
    let raw;
    socket.once('upgrade', (response) => {
      raw = response.socket;
    });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve)).then((code) => {
      ends[code] = (ends[code] ?? 0) + 1;
    });
    await Promise.race([new Promise((resolve) => socket.once('open', resolve)), closed]);
    for (let n = 0; n < MESSAGES_PER_CONNECTION && socket.readyState === WebSocket.OPEN && sent < total; n++) {
      sent++;
      if (random.next() < 0.02) raw.write(brokenFrame(random));
      else socket.send(randomMessage(random), () => undefined);
      await new Promise((resolve) => setTimeout(resolve, 12)); // the server's limit is 80 a second
    }
    if (socket.readyState === WebSocket.OPEN && random.next() < 0.5) socket.close();
    else socket.terminate();
    await closed;
  }
}

try {
  await sample();
  const attacks = Promise.all(Array.from({ length: Number(values.connections) }, attack));
  for (let n = 1; n <= SAMPLES; n++) {
    while (sent < (total * n) / SAMPLES) await new Promise((resolve) => setTimeout(resolve, 50));
    await sample();
  }
  await attacks;
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await sample();
  const { streams } = await (await fetch(`http://127.0.0.1:${server.port}/api/streams`)).json();
  console.log('how connections ended, by close code', ends);
  console.log(`afterwards: ${streams[0].state}, ${streams[0].stats.viewers} viewers, ${server.log.length} log lines`);
} finally {
  await server.close();
}
