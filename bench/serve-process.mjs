// `nocturne serve` as a child process of a benchmark.
import { spawn } from 'node:child_process';

/** The command line of this checkout's build. */
export const MAIN = new URL('../dist/cli/main.js', import.meta.url).pathname;

/**
 * Starts `nocturne serve` and resolves once it listens. `log` collects its lines; `close` stops it.
 * Rejects when it exits first. `nodeArgs`: options of Node.
 */
export async function startServe(args, { main = MAIN, nodeArgs = [] } = {}) {
  const child = spawn(process.execPath, [...nodeArgs, main, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  child.stderr.on('data', (data) => log.push(...data.toString().split('\n').filter(Boolean)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const port = await new Promise((resolve, reject) => {
    child.stdout.on('data', (data) => {
      const found = /listening on http:\/\/[^:]+:(\d+)/.exec(data.toString());
      if (found) resolve(Number(found[1]));
    });
    void exited.then((code) => reject(new Error(`nocturne serve exited with code ${code}:\n${log.join('\n')}`)));
  });
  const close = async () => {
    child.kill('SIGINT');
    await exited;
  };
  return { port, pid: child.pid, log, close };
}
