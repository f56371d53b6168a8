import type { Command } from 'commander';
import { augment as augmentSet, planAugment, replayAugment, type AugmentOptions } from '../augment/augment.js';
import { formatPlan } from '../augment/run/describe-plan.js';
import type { AugmentReport } from '../augment/run/run-augment.js';
import type { AugmentProgress } from '../augment/run/run-meter.js';
import { createLogger } from './create-logger.js';
import { formatShare, formatSeconds, ProgressBar, type ProgressStyle } from './progress-bar.js';
import { readSettings } from './read-settings.js';
import { printJson } from './standard-streams.js';
import { stopSignal } from './stop-signal.js';

/** Flags of `nocturne augment` that are not settings. */
interface AugmentFlags {
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly replay?: string;
}

/** Time between two progress lines on anything but a terminal, milliseconds. */
const LINE_INTERVAL_MS = 10_000;
/** Time between two redraws of a terminal's progress line, milliseconds. */
const REDRAW_INTERVAL_MS = 200;

const AUGMENT_STYLE: ProgressStyle<AugmentProgress> = {
  format: formatAugmentProgress,
  lineIntervalMs: LINE_INTERVAL_MS,
};

/** Runs `nocturne augment IN OUT`. */
export async function augment(input: string, output: string, command: Command): Promise<void> {
  const settings = readSettings(command);
  const { json: isJson = false, dryRun: isDryRun = false, replay } = command.opts<AugmentFlags>();
  const options: AugmentOptions = { ...settings, logger: createLogger(settings), signal: stopSignal() };
  if (replay !== undefined) await replayOne(input, output, { ...options, row: replay, isJson });
  else if (isDryRun) {
    const plan = await planAugment(input, output, options);
    if (isJson) printJson(plan);
    else process.stdout.write(formatPlan(plan));
  } else await run(input, output, { ...options, isJson });
}

async function run(input: string, output: string, { isJson, ...options }: AugmentOptions & { isJson: boolean }) {
  const bar = new ProgressBar(process.stderr, AUGMENT_STYLE);
  let drawnMs = 0;
  try {
    const report = await augmentSet(input, output, {
      ...options,
      onPlan: (plan) => process.stderr.write(formatPlan(plan)),
      onProgress: (progress) => {
        const now = performance.now();
        if (now - drawnMs < REDRAW_INTERVAL_MS && progress.done < progress.expected) return;
        drawnMs = now;
        bar.draw(progress);
      },
    });
    bar.end();
    if (isJson) printJson(report);
    else process.stdout.write(formatReport(report, options.queue !== undefined));
  } finally {
    bar.end();
  }
}

async function replayOne(
  input: string,
  output: string,
  { isJson, row, ...options }: AugmentOptions & { row: string; isJson: boolean },
): Promise<void> {
  const replayed = await replayAugment(input, output, row, options);
  if (isJson) printJson(replayed);
  else {
    const { item, variant, isSame } = replayed;
    const verdict = isSame
      ? 'the same bytes'
      : `other bytes: ${replayed.sha256}, in the manifest ${replayed.expectedSha256}`;
    process.stdout.write(`${replayed.output}: ${item}, variant ${variant}: ${verdict}\n`);
    for (const notice of replayed.notices) process.stdout.write(`note: ${notice}\n`);
  }
  if (!replayed.isSame) process.exitCode = 1;
}

/** One line: share, nights, rates, time left. */
function formatAugmentProgress(progress: AugmentProgress, hasBar: boolean): string {
  const { done, expected, failed, rejected, rate, bytesPerSecond, secondsLeft } = progress;
  const share = formatShare(done, expected, hasBar);
  const speed = `${rate.toFixed(1)} nights/s  ${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
  const verdicts = [rejected > 0 ? `${rejected} rejected` : '', failed > 0 ? `${failed} failed` : ''].filter(Boolean);
  return [share, `${done}/${expected}`, speed, ...verdicts, `${formatSeconds(secondsLeft)} left`].join('  ');
}

const QUEUED = 'are in the queue: the same command without --detach waits for them and writes the manifest';

/** What a run gave, a line each. */
function formatReport(report: AugmentReport, isQueued: boolean): string {
  const { output, made, found, skipped, missing, seconds, summary } = report;
  const rate = made > 0 ? ` in ${seconds.toFixed(1)} s, ${(made / seconds).toFixed(1)} nights/s` : '';
  const before = found > 0 ? `, ${found} were there` : '';
  const kept = skipped > 0 ? `, ${skipped} left as they were` : '';
  const lines = [`${output}: ${made} nights made${rate}${before}${kept}`];
  if (missing > 0)
    lines.push(
      `${missing} nights ${isQueued ? QUEUED : 'are of other parts: the part that ends last writes the manifest'}`,
    );
  if (summary) {
    const { accepted, rejected, alreadyNight, failed } = summary.verdicts;
    lines.push(`accepted ${accepted}, rejected ${rejected}, already night ${alreadyNight}, failed ${failed}`);
    for (const notice of summary.notices) lines.push(`note: ${notice}`);
    for (const [loss, count] of Object.entries(summary.losses)) lines.push(`note: ${count} x ${loss}`);
    lines.push(...named('failed', failed, summary.failures), ...named('rejected', rejected, summary.rejections));
  }
  return `${lines.join('\n')}\n`;
}

/** The lines that a summary has, and how many more there are. */
function named(what: string, total: number, lines: readonly string[]): string[] {
  const more = total - lines.length;
  return [
    ...lines.map((line) => `${what}: ${line}`),
    ...(more > 0 ? [`${what}: ${more} more, see nocturne/manifest.jsonl`] : []),
  ];
}
