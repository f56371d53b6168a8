import type { Controls } from '../core/controls.js';
import type { Frame } from '../core/frame.js';
import { NEUTRAL_CHROMA, rangeCodes } from '../image/color-matrix.js';
import type { GrainSigma } from '../look/grain-sigma.js';
import type { Look } from '../look/look.js';
import { GRID_SIZE, LAMPS_SIZE, LIGHTS_SIZE } from '../look/look.js';
import type { ApplyOptions, FrameGrain } from './apply-kernel.js';
import { GRAIN_SIGMA, grainGain, grainSeed, type GrainOptions } from './grain.js';
import { lookTransform } from './look-transform.js';

/** Options of every renderer. */
export interface RendererOptions {
  /** Seed of the grain, 32 bits; default 1. */
  readonly seed?: number;
  /** Whether `headlights` above 1 lights a fixed beam; default true. False for a generator that lights the own headlights itself. */
  readonly hasBeam?: boolean;
  /** Grain at dial 1; default {@link GRAIN_SIGMA}. */
  readonly grain?: GrainSigma | undefined;
}

/** What a frame's controls ask of a kernel. */
export interface RenderPlan {
  /** What the kernel renders; undefined: nothing. */
  readonly options: ApplyOptions | undefined;
  /** Column of the split view's line; 0: no line. */
  readonly lineAt: number;
}

/** Width of the split view's line as a share of the frame width; 2 columns at least. */
const SPLIT_LINE_SHARE = 1 / 480;

/** Plans one frame; undefined when it stays as it is. Throws RangeError for a look of another shape. */
export function planRender(
  { look, controls, frame, grain }: { look: Look; controls: Controls; frame: Frame; grain: GrainOptions },
  { seed = 1, hasBeam = true, grain: sigma = GRAIN_SIGMA }: RendererOptions,
): RenderPlan | undefined {
  checkLook(look);
  if (controls.view === 'day' || (controls.strength === 0 && controls.view === 'night')) return undefined;
  const fromColumn = controls.view === 'split' ? 2 * Math.round((controls.split * frame.width) / 2) : 0;
  if (fromColumn >= frame.width) return undefined;
  if (controls.strength === 0 && controls.view !== 'lights') return { options: undefined, lineAt: fromColumn };
  const transform = lookTransform(frame.color, hasBeam ? controls : { ...controls, headlights: 0 });
  const noise = grainOf(controls, frame, { seed: grain.seed ?? seed, sigma: grain.sigma ?? sigma });
  return { options: { look, transform, grain: noise, fromColumn }, lineAt: fromColumn };
}

/** Grain of a frame. It fades with strength, like the rest of the night; the `lights` view has none. */
function grainOf(
  controls: Controls,
  frame: Frame,
  { seed, sigma }: { readonly seed: number; readonly sigma: GrainSigma },
): FrameGrain {
  const dial = controls.view === 'lights' ? 0 : controls.grain * controls.strength;
  const codes = rangeCodes(frame.color.range);
  return {
    seed: grainSeed(seed, frame.pts),
    luma: grainGain(sigma.luma * dial * codes.luma),
    chroma: grainGain(sigma.chroma * dial * codes.chroma),
  };
}

/** Throws RangeError for a look of another shape. */
function checkLook({ grid, lights, lamps }: Look): void {
  if (grid.length === GRID_SIZE && lights.length === LIGHTS_SIZE && lamps.length === LAMPS_SIZE) return;
  const expected = `${GRID_SIZE} grid, ${LIGHTS_SIZE} lights and ${LAMPS_SIZE} lamps numbers`;
  throw new RangeError(`look must have ${expected}, got ${grid.length}, ${lights.length} and ${lamps.length}`);
}

/** Draws a white line, inside the night half. @param from its leftmost column; even. 0: no line. */
export function drawSplitLine(frame: Frame, from: number): void {
  if (from === 0) return;
  const { black, luma } = rangeCodes(frame.color.range);
  const lineWidth = 2 * Math.max(1, Math.round((frame.width * SPLIT_LINE_SHARE) / 2));
  const to = Math.min(frame.width, from + lineWidth);
  const [strideY, strideU, strideV] = frame.strides;
  for (let row = 0; row < frame.height; row++) frame.y.fill(black + luma, row * strideY + from, row * strideY + to);
  for (let row = 0; row < frame.height / 2; row++) {
    frame.u.fill(NEUTRAL_CHROMA, row * strideU + from / 2, row * strideU + to / 2);
    frame.v.fill(NEUTRAL_CHROMA, row * strideV + from / 2, row * strideV + to / 2);
  }
}
