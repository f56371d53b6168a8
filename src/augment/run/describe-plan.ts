import type { DatasetPlan, LayoutName, Unit } from '../dataset.js';
import { counted } from '../layouts/counted.js';
import type { PlannedRun } from './plan-run.js';
import type { ManifestOrigin } from './manifest.js';

/** Notices that a text shows; JSON has all. */
const MAX_NOTICES = 20;

/** What a run is going to do. Plain data. */
export interface PlanSummary {
  readonly input: string;
  readonly output: string;
  readonly layout: LayoutName;
  readonly evidence: string;
  /** Images that become night; frames of sequences and of shards included. */
  readonly images: number;
  readonly videos: number;
  /** Jobs that are done whole, by kind. */
  readonly units: Readonly<Record<Unit['kind'], number>>;
  readonly labels: number;
  readonly labelImages: number;
  readonly otherFiles: number;
  /** Of the copies, those that are rewritten. */
  readonly rewritten: number;
  readonly notices: readonly string[];
  readonly variants: number;
  /** Nights of all variants. */
  readonly nights: number;
  /** Nights of this part, where the run is divided. */
  readonly part?: { readonly index: number; readonly count: number; readonly nights: number };
  readonly isResumed: boolean;
  readonly seed: number;
  readonly origin: ManifestOrigin;
  /** What lies in the output's own folder, `nocturne/`, at the end. */
  readonly added: readonly string[];
}

/** Counts what a planned run does. */
export function describePlan(run: PlannedRun, hasReport: boolean): PlanSummary {
  const { plan, record, shard, order, request } = run;
  const { settings } = record;
  const items = plan.units.flatMap((unit) => unit.items);
  const videos = items.filter(({ kind }) => kind === 'video').length;
  const nights = run.units.reduce((sum, unit) => sum + unit.items.length, 0) * settings.variants;
  return {
    input: run.input.label,
    output: run.output.label,
    layout: plan.layout,
    evidence: plan.evidence,
    images: items.length - videos,
    videos,
    units: unitsByKind(plan),
    ...copiesByRole(plan),
    notices: plan.notices,
    variants: settings.variants,
    nights: order.size,
    ...(shard.count > 1 && { part: { ...shard, nights } }),
    isResumed: run.isResumed,
    seed: settings.seed,
    origin: record.origin,
    added: [
      ...['manifest.jsonl', 'manifest.parquet', 'run.json', 'journal/'],
      ...(hasReport ? ['report.html', 'contact-sheet.jpg'] : []),
      ...(settings.hasLamps ? ['lamps/'] : []),
      ...(request.lampLabels === 'coco' ? ['lamps.coco.json'] : []),
      ...(settings.hasLightMasks ? ['light-masks/'] : []),
      ...(settings.hasSceneMasks ? ['scenes/'] : []),
      ...(settings.rejects === 'bin' ? ['rejected/'] : []),
    ],
  };
}

/** The same for people, with a line end. */
export function formatPlan(plan: PlanSummary): string {
  const { units, origin, variants, part, notices } = plan;
  const lines = [
    `${plan.input}: ${plan.layout} (${plan.evidence})`,
    `  become night: ${listOf([count(plan.images, 'image'), count(plan.videos, 'video')])}, in ${listOf([
      count(units.images, 'batch', 'batches'),
      count(units.sequence, 'sequence'),
      count(units.video, 'video'),
      count(units.shard, 'shard'),
    ])}`,
    `  copied: ${listOf([
      count(plan.labels, 'label file'),
      count(plan.labelImages, 'label image'),
      count(plan.otherFiles, 'other file'),
    ])}${plan.rewritten > 0 ? `; ${plan.rewritten} of them rewritten for the night` : ''}`,
    ...notices.slice(0, MAX_NOTICES).map((notice) => `  note: ${notice}`),
    ...(notices.length > MAX_NOTICES ? [`  and ${notices.length - MAX_NOTICES} more notes, see --dry-run --json`] : []),
    `${plan.output}: ${count(plan.nights, 'night')}${variants > 1 ? ` in ${variants} sets, variant-0 to variant-${variants - 1}` : ''}`,
    `  recipe ${origin.recipe}, generator ${origin.generator} ${origin.generatorVersion}, seed ${plan.seed}`,
    ...(part ? [`  this is part ${part.index} of ${part.count}: ${count(part.nights, 'night')}`] : []),
    `  nocturne/: ${plan.added.join(', ')}`,
    ...(plan.isResumed ? ['  continues the run that is there'] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function unitsByKind(plan: DatasetPlan): Record<Unit['kind'], number> {
  const counts = { images: 0, sequence: 0, video: 0, shard: 0 };
  for (const { kind } of plan.units) counts[kind]++;
  return counts;
}

function copiesByRole({
  copies,
}: DatasetPlan): Pick<PlanSummary, 'labels' | 'labelImages' | 'otherFiles' | 'rewritten'> {
  const counts = { label: 0, labelImage: 0, other: 0 };
  for (const { role } of copies) counts[role]++;
  const rewritten = copies.filter(({ isRewritten }) => isRewritten).length;
  return { labels: counts.label, labelImages: counts.labelImage, otherFiles: counts.other, rewritten };
}

/** A count with its noun; empty for none, which a list leaves out. */
function count(number: number, one: string, many?: string): string {
  return number === 0 ? '' : counted(number, one, many);
}

/** Joins what is not empty; `nothing` where all is. */
function listOf(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(', ') || 'nothing';
}
