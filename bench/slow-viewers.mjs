// Slow viewers beside fast ones, all of one `nocturne serve`: some read 100 kB/s, some sit behind a link of 800 kbit/s, some stop
// reading and go on again later. Prints each group's lateness (capture to receipt), what it missed, and how many were cut.
// The narrow links are network namespaces with `tc tbf`, each with one viewer: that needs root and Linux. `--shared-link` puts all
// viewers of the group behind one link.
// Options: --seconds 40 --delay 1.5 (serve's --viewer-delay) --fast 150 --slow 40 --narrow 4 --stopped 10 --shared-link --input INPUT --main FILE (another build's main.js)
import { execFileSync, fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { BenchViewer, quantile } from './bench-viewer.mjs';
import { startServe } from './serve-process.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '40' },
    fast: { type: 'string', default: '150' },
    slow: { type: 'string', default: '40' },
    narrow: { type: 'string', default: '4' },
    stopped: { type: 'string', default: '10' },
    delay: { type: 'string', default: '1.5' },
    'shared-link': { type: 'boolean', default: false },
    input: { type: 'string', default: 'street:size=1280x720,rate=30' },
    main: { type: 'string' },
    group: { type: 'string' },
    url: { type: 'string' },
    count: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
/** Rate of the slow viewers. */
const SLOW_BYTES_PER_SECOND = 100_000;
const LINK = ['rate', '800kbit', 'burst', '16kb', 'latency', '400ms'];
const TOKEN = 'slow-viewers';
/** When the stopped viewers stop, and how long before the end they go on, seconds. */
const STOP = { atS: 5, backBeforeEndS: 10 };

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

if (values.group) await runGroup();
else await runBench();

/** A child process: the viewers of one group. */
async function runGroup() {
  const options = values.group === 'slow' ? { bytesPerSecond: SLOW_BYTES_PER_SECOND } : {};
  const viewers = [];
  for (let n = 0; n < Number(values.count); n++) {
    viewers.push(new BenchViewer(values.url, options));
    await sleep(10);
  }
  await Promise.all(viewers.map(({ opened }) => opened));
  if (values.group === 'stopped') {
    await sleep(STOP.atS * 1000);
    for (const viewer of viewers) viewer.pause();
    await sleep((seconds - STOP.atS - STOP.backBeforeEndS) * 1000);
    for (const viewer of viewers) viewer.resume();
    await sleep(STOP.backBeforeEndS * 1000);
  } else await sleep(seconds * 1000);
  for (const viewer of viewers) viewer.close();
  process.send(
    viewers.map((viewer) => viewer.result()),
    () => process.disconnect(),
  );
}

/** Runs a group in a process of its own; `namespace` is the network namespace it runs in. */
function startGroup(group, url, count, namespace) {
  const args = ['--group', group, '--url', url, '--count', String(count), '--seconds', values.seconds];
  const script = new URL(import.meta.url).pathname;
  const child = namespace
    ? fork(script, args, {
        execPath: 'ip',
        execArgv: ['netns', 'exec', namespace, process.execPath],
      })
    : fork(script, args);
  return new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`the ${group} viewers exited with code ${code}`)));
  });
}

/** Creates narrow links, each a namespace with one end of a virtual cable whose other end sends at 800 kbit/s. */
function createLinks(count) {
  const run = (command) => execFileSync('ip', command.split(' '), { stdio: ['ignore', 'ignore', 'pipe'] });
  const links = Array.from({ length: count }, (_, n) => ({
    namespace: `nocturne-${process.pid}-${n}`,
    cable: `nt${process.pid % 100_000}-${n}`,
    server: `10.213.${n}.1`,
    viewer: `10.213.${n}.2`,
  }));
  for (const { namespace, cable, server, viewer } of links) {
    run(`netns add ${namespace}`);
    run(`link add ${cable} type veth peer name eth0 netns ${namespace}`);
    run(`addr add ${server}/24 dev ${cable}`);
    run(`link set ${cable} up`);
    run(`-n ${namespace} addr add ${viewer}/24 dev eth0`);
    run(`-n ${namespace} link set eth0 up`);
    execFileSync('tc', ['qdisc', 'add', 'dev', cable, 'root', 'tbf', ...LINK]);
  }
  const remove = () => {
    for (const { namespace } of links) run(`netns del ${namespace}`); // its end of the cable takes the other one along
  };
  return { links, remove };
}

async function runBench() {
  const narrow = Number(values.narrow);
  const linkCount = values['shared-link'] ? Math.min(1, narrow) : narrow;
  const { links, remove } = createLinks(linkCount);
  const flags = ['--max-viewers', '400', '--port', '0', '--host', '0.0.0.0', '--token', TOKEN];
  if (!values.main) flags.push('--viewer-delay', values.delay); // another build may not know it
  const server = await startServe([values.input, '--loop', '--generator', 'grade', ...flags], { main: values.main });
  try {
    const http = `http://127.0.0.1:${server.port}`;
    const streamOf = async () => {
      const response = await fetch(`${http}/api/streams`, { headers: { authorization: `Bearer ${TOKEN}` } });
      return (await response.json()).streams[0];
    };
    let stream = await streamOf();
    for (; stream.state !== 'live'; stream = await streamOf()) await sleep(200);
    const url = (host) => `ws://${host}:${server.port}/ws/${stream.name}?token=${TOKEN}`;
    const before = stream.stats;
    const [fast, slow, stopped, atEnd, ...behindLinks] = await Promise.all([
      startGroup('fast', url('127.0.0.1'), Number(values.fast)),
      startGroup('slow', url('127.0.0.1'), Number(values.slow)),
      startGroup('stopped', url('127.0.0.1'), Number(values.stopped)),
      sleep(seconds * 1000).then(streamOf),
      ...links.map(({ namespace, server: host }) => startGroup('narrow', url(host), narrow / linkCount, namespace)),
    ]);
    print({ fast, slow, narrow: behindLinks.flat(), stopped }, atEnd.stats, before);
  } finally {
    await server.close();
    remove();
  }
}

function print(results, stats, before) {
  const rows = Object.entries(results).map(([group, viewers]) => {
    const lateness = viewers.flatMap((viewer) => viewer.lateness);
    const sum = (name) => viewers.reduce((total, viewer) => total + viewer[name], 0);
    return {
      group,
      viewers: viewers.length,
      packets: sum('packets'),
      'late p50 ms': Math.round(quantile(lateness, 0.5)),
      'late p95 ms': Math.round(quantile(lateness, 0.95)),
      'late max ms': Math.round(quantile(lateness, 1)),
      missed: sum('missed'),
      skips: sum('skips'),
      'packets/s': (sum('packets') / viewers.length / seconds).toFixed(1),
      cut: viewers.filter(({ closeCode }) => closeCode !== undefined).length,
      ...(group === 'stopped' && {
        'back to live ms': Math.round(Math.max(...viewers.map(({ backToLiveMs = Infinity }) => backToLiveMs))),
        'old packets first': (sum('stale') / viewers.length).toFixed(1),
      }),
    };
  });
  console.table(rows);
  for (const [group, viewers] of Object.entries(results)) {
    const cuts = viewers.filter(({ closeCode }) => closeCode !== undefined);
    if (cuts.length > 0)
      console.log(
        `${group} cut:`,
        cuts.map(({ closeCode, error }) => `${closeCode} ${error}`),
      );
  }
  const fast = results.fast[0];
  if (fast) {
    const rate = (fast.bytes / seconds / 1000).toFixed(0);
    const size = Math.round(fast.keyframeBytes / fast.keyframes / 1000);
    const perSecond = (fast.keyframes / seconds).toFixed(2);
    console.log(`a fast viewer: ${rate} kB/s, ${perSecond} keyframes/s of ${size} kB`);
  }
  const { viewers, viewerDrops, viewerSkips, slowViewers, frameRate, latencyMs } = stats;
  const counted = { viewers, viewerDrops: viewerDrops - before.viewerDrops, viewerSkips, slowViewers };
  console.log('the server counted', { ...counted, frameRate, latencyMs: Math.round(latencyMs) });
}
