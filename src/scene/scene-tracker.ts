import type { Motion } from '../temporal/motion.js';
import { shiftAt } from '../temporal/shift-at.js';
import { CameraMotionReader } from './camera-motion.js';
import { DrivingEstimate } from './driving-estimate.js';
import type { FoundScene } from './found-scene.js';
import { LampHeadTracker } from './lamp-head-tracker.js';
import { newShare } from './moving-average.js';
import { PaneTracker } from './pane-tracker.js';
import { SURFACES, SURFACE_SIZE, type Box, type Scene } from './scene.js';
import { sampleAt } from './scene-maps.js';
import { SignalTracker } from './signal-tracker.js';
import { SurfaceMean } from './surface-mean.js';
import type { Shift } from './thing-tracker.js';
import { VehicleTracker } from './vehicle-tracker.js';

/** How surely a camera drives, below which it surely stands, and how long it must have been shown for that to count, seconds. */
const SURELY_FIXED = 0.2;
const SETTLE_SECONDS = 1.5;
/** Seconds in which horizon, bonnet and whether there is a street are averaged. */
const HORIZON_SECONDS = 1;
const STREET_SECONDS = 1;
const BONNET_SECONDS = 1;
/** What hides things behind it when it passes, what may also grow before them, and the probability from which it hides them. */
const MOVERS = (['vehicle', 'person'] as const).map((name) => SURFACES.indexOf(name) * SURFACE_SIZE);
const COVERS = [...MOVERS, SURFACES.indexOf('vegetation') * SURFACE_SIZE];
const MIN_COVER = 0.6;

/** Decides what a scene shows over time, from what single frames show and the motion between them. */
export class SceneTracker {
  readonly #vehicles: VehicleTracker;
  readonly #signals: SignalTracker;
  readonly #lampHeads: LampHeadTracker;
  readonly #panes: PaneTracker;
  readonly #camera = new CameraMotionReader();
  readonly #driving = new DrivingEstimate();
  readonly #mean = new SurfaceMean();
  readonly #bonnet = new Float32Array(SURFACE_SIZE);
  readonly #shownBonnet = new Float32Array(SURFACE_SIZE);
  #horizon: number | undefined;
  #street = 0;
  #secondsSinceRead = 0;
  /** Seconds since the start or the last cut. */
  #shownSeconds = 0;
  #nextId = 1;
  #scene: Scene | undefined;

  /** @param seed of the draws. */
  constructor(seed: number) {
    const nextId = (): number => this.#nextId++;
    this.#vehicles = new VehicleTracker(seed, nextId);
    this.#signals = new SignalTracker(seed, nextId);
    this.#lampHeads = new LampHeadTracker(seed, nextId);
    this.#panes = new PaneTracker(seed, nextId);
  }

  /** The scene now. Lent until the next call. Throws TypeError before the first update. */
  get scene(): Scene {
    if (this.#horizon === undefined) throw new TypeError('scene needs an update first, got none');
    this.#scene ??= {
      surfaces: this.#mean.surfaces,
      bonnet: this.#shownBonnet,
      horizon: this.#horizon,
      street: this.#street,
      driving: this.#driving.value,
      vehicles: this.#vehicles.vehicles,
      signals: this.#signals.signals,
      lampHeads: this.#lampHeads.lampHeads,
      panes: this.#panes.panes,
    };
    return this.#scene;
  }

  /**
   * Moves all things to the next frame. Call it for every frame, before its {@link update} if it has one.
   * @param motion to that frame, borrowed; undefined where it is not known. @param seconds since the frame before.
   */
  advance(motion: Motion | undefined, seconds: number): void {
    const passed = Math.max(0, seconds);
    const backward = motion?.backward;
    const shift: Shift | undefined = backward && ((x, y) => shiftAt(backward, x, y));
    this.#secondsSinceRead += passed;
    this.#driving.advance(motion && this.#camera.read(motion), passed);
    this.#mean.advance(motion);
    this.#vehicles.advance(passed, shift);
    this.#signals.advance(passed, shift);
    this.#lampHeads.advance(passed, shift);
    this.#panes.advance(passed, shift);
    this.#writeBonnet();
    this.#scene = undefined;
  }

  /** Takes what the network found in the frame that was advanced to last. Borrows it. */
  update(found: FoundScene): void {
    const seconds = this.#secondsSinceRead;
    this.#secondsSinceRead = 0;
    this.#shownSeconds += seconds;
    this.#averageBonnet(found, seconds);
    const streetShare = this.#horizon === undefined ? 1 : newShare(seconds, STREET_SECONDS);
    this.#street += streetShare * (found.street - this.#street);
    const before = this.#horizon ?? found.horizon;
    this.#horizon = before + newShare(seconds, HORIZON_SECONDS) * (found.horizon - before);
    this.#driving.update(found, seconds);
    this.#mean.update(found.surfaces);
    this.#vehicles.update(found.vehicles, {
      surfaces: this.#mean.surfaces,
      horizon: this.#horizon,
      driving: this.#driving.value,
      isMovingAhead: this.#driving.isMovingAhead,
      isSettled: this.#driving.value < SURELY_FIXED && this.#shownSeconds > SETTLE_SECONDS,
    });
    const isHidden = (box: Box): boolean => coverAt(found.surfaces, COVERS, box) > MIN_COVER;
    const isPassed = (box: Box): boolean => coverAt(found.surfaces, MOVERS, box) > MIN_COVER;
    this.#signals.update(found.signals, isHidden);
    this.#lampHeads.update(found.lampHeads, isHidden);
    this.#panes.update(found.panes, this.#mean.surfaces, seconds, isPassed);
    this.#writeBonnet();
    this.#scene = undefined;
  }

  /** Forgets everything: at a cut. */
  reset(): void {
    this.#vehicles.reset();
    this.#signals.reset();
    this.#lampHeads.reset();
    this.#panes.reset();
    this.#driving.reset();
    this.#mean.reset();
    this.#horizon = undefined;
    this.#secondsSinceRead = this.#shownSeconds = 0;
    this.#scene = undefined;
  }

  #averageBonnet({ bonnet, hasBonnet }: FoundScene, seconds: number): void {
    const mean = this.#bonnet;
    if (this.#horizon === undefined) {
      mean.set(bonnet);
      return;
    }
    if (!hasBonnet && this.#driving.bonnet < 0.01) return;
    const share = newShare(seconds, BONNET_SECONDS);
    for (let i = 0; i < SURFACE_SIZE; i++) mean[i] = (mean[i] ?? 0) + share * ((bonnet[i] ?? 0) - (mean[i] ?? 0));
  }

  /** Shows the bonnet where the camera drives and the bonnet is seen persistently; both begin softly. */
  #writeBonnet(): void {
    const { value, bonnet } = this.#driving;
    const shown = Math.min(1, Math.max(0, 10 * (value - 0.5))) * Math.min(1, Math.max(0, 5 * (bonnet - 0.5)));
    if (shown <= 0) this.#shownBonnet.fill(0);
    else for (let i = 0; i < SURFACE_SIZE; i++) this.#shownBonnet[i] = shown * (this.#bonnet[i] ?? 0);
  }
}

/** The scene of a still: ids are 0, everything is there at once. The caller owns it. */
export function stillScene(found: FoundScene, seed: number): Scene {
  const tracker = new SceneTracker(seed);
  tracker.update(found);
  const { scene } = tracker;
  const asStill = <T extends object>(thing: T): T & { readonly id: 0 } => ({ ...thing, id: 0 });
  return {
    ...scene,
    vehicles: scene.vehicles.map(asStill),
    signals: scene.signals.map(asStill),
    lampHeads: scene.lampHeads.map(asStill),
    panes: scene.panes.map(asStill),
  };
}

/** Probability of some surfaces, by the starts of their planes, at the middle of a box. */
function coverAt(surfaces: Float32Array, planes: readonly number[], { x, y, width, height }: Box): number {
  const middle = sampleAt({ x: x + width / 2, y: y + height / 2 });
  let sum = 0;
  for (const plane of planes) sum += surfaces[plane + middle] ?? 0;
  return sum;
}
