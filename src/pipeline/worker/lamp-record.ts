import { yuvToRgb } from '../../image/color-matrix.js';
import { lampsOf, type Lamp } from '../../look/lamp-list.js';
import type { LampKind, Look } from '../../look/look.js';
import type { FrameArea } from '../../output/frame-fit.js';

/** Decimals of positions and radii, and of luma. */
const PIXEL_DECIMALS = 2;
const LUMA_DECIMALS = 3;

/** Why a lamp of a kind is lit. */
const REASONS: Readonly<Record<LampKind, string>> = {
  headLamp: 'head lamp of a vehicle seen from the front',
  tailLamp: 'tail lamp of a vehicle seen from behind',
  plate: 'number plate of a vehicle seen from behind',
  streetLamp: 'street lamp whose head the day shows',
  window: 'window of a facade, lit from inside',
  signal: 'traffic signal, in the colour that the day shows',
  sign: 'sign that is lit or sends light back',
  shop: 'shop window or its sign',
  farLamp: 'small far light that the day shows as a bright or vivid spot',
};

/** Why a lamp of a look that is fitted to an image is lit: the image shows that it shines, not what it is. */
const FITTED_REASON = 'light fitted to the image of the generator';

interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** A lamp as `--lamps` writes it; docs/lamps.md explains each field. */
export interface LampRecord {
  readonly kind: LampKind;
  /** Centre, pixels from the left and upper edge of the output. */
  readonly x: number;
  readonly y: number;
  /** Pixels. */
  readonly radiusX: number;
  readonly radiusY: number;
  /** sRGB of the rim: `#rrggbb`, as bright as its hue allows. */
  readonly color: string;
  /** At the centre, above 1 where it clips. */
  readonly luma: number;
  readonly reason: string;
  /** Of the thing it belongs to; 0 in a still. */
  readonly id: number;
}

/** How {@link lampRecords} describes lamps. */
export interface LampRecordOptions {
  /** Where the output shows the frame; default: it is the whole output. */
  readonly area?: FrameArea;
  /** Whether the look is fitted to an image, so that its lamps have no kind of their own. Default false. */
  readonly isFitted?: boolean;
}

/**
 * Describes the lamps of a look in pixels of the output.
 * @param frame size of the look's frame.
 */
export function lampRecords(
  look: Pick<Look, 'lamps'>,
  frame: FrameSize,
  { area = whole(frame), isFitted = false }: LampRecordOptions = {},
): LampRecord[] {
  const { x, y, width, height } = area;
  const shareOfHeight = (height * frame.width) / frame.height; // a radius is a share of the width in both directions
  const pixels = (value: number): number => rounded(value, PIXEL_DECIMALS);
  return lampsOf(look).map((lamp) => ({
    kind: lamp.kind,
    x: pixels(x + lamp.x * width),
    y: pixels(y + lamp.y * height),
    radiusX: pixels(lamp.radiusX * width),
    radiusY: pixels(lamp.radiusY * shareOfHeight),
    color: rimColor(lamp),
    luma: rounded(lamp.luma, LUMA_DECIMALS),
    reason: isFitted ? FITTED_REASON : REASONS[lamp.kind],
    id: lamp.id,
  }));
}

function whole({ width, height }: FrameSize): FrameArea {
  return { x: 0, y: 0, width, height };
}

/** The colour of a lamp's chroma: its largest channel is 255, none is below 0. */
function rimColor({ u, v }: Lamp): string {
  const [, , redV, , greenU, greenV, , blueU] = yuvToRgb('bt709');
  const channels = [1 + redV * v, 1 + greenU * u + greenV * v, 1 + blueU * u].map((value) => Math.max(0, value));
  const largest = Math.max(...channels); // at least 1, because the luma is 1
  const codes = channels.map((value) => Math.round((255 * value) / largest));
  return `#${codes.map((code) => code.toString(16).padStart(2, '0')).join('')}`;
}

function rounded(value: number, decimals: number): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
