import { workerData } from 'node:worker_threads';
import type { ParentWatchData } from './parent-watch.js';

/** Interval of the checks, milliseconds. */
const CHECK_INTERVAL_MS = 1000;
/** Checks that find no parent before the process is killed: it may still flush and close. */
const CHECKS_TO_CLOSE = 5;

// The entry of a parent watch: kills its process when the parent is gone.
const { parentId } = workerData as ParentWatchData; // what watchParent passes
let missed = 0;
setInterval(() => {
  missed = hasParent() ? 0 : missed + 1;
  if (missed > CHECKS_TO_CLOSE) process.kill(process.pid, 'SIGKILL');
}, CHECK_INTERVAL_MS);

/** Linux and macOS give an orphan another parent; Windows keeps the id of the dead one. */
function hasParent(): boolean {
  if (process.ppid !== parentId) return false;
  try {
    return process.kill(parentId, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
