import { imageToYuv, type RgbImage } from '../image/rgb-image.js';
import { THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from '../image/thumbnail.js';
import { takeComponents } from '../scene/components.js';
import { MAX_PANES } from '../scene/find-panes.js';
import { SURFACES, SURFACE_SIZE, SURFACE_WIDTH, type Box, type Place, type Scene, type Thing } from '../scene/scene.js';
import { drawAt, type ThingKind } from '../scene/thing-draw.js';
import { NO_SURFACE, ScenePainter, type PaintedScene } from '../synth/scene-painter.js';
import { SURFACE_NAMES } from '../synth/surface-names.js';

/** A day and what stands where in it. */
export interface DayScene {
  /** `[3, 144, 256]`: as `Thumbnail.data`. */
  readonly day: Float32Array;
  readonly scene: Scene;
}

/** A painted day: also at its own size. */
export interface PaintedDay extends DayScene {
  /** 512 x 288. */
  readonly image: RgbImage;
}

/** Size of the painted scenes: both the thumbnail and the surface map divide it. */
const WIDTH = 2 * THUMBNAIL_WIDTH;
const HEIGHT = 2 * THUMBNAIL_HEIGHT;
/** Pixels along each side of a sample of the surface map. */
const CELL = WIDTH / SURFACE_WIDTH;
/** Sizes of a pane: pixels, and shares of the image. Larger ones are shop windows. */
const MIN_PANE = 4;
const MAX_PANE_WIDTH = 1 / 16;
const MAX_PANE_HEIGHT = 1 / 8;
/** Share of a vehicle that must be visible for its facing to be sure. */
const MIN_VISIBLE = 0.35;

/** For each surface of a painted scene its index in `SURFACES`. */
const INDICES = SURFACE_NAMES.map((name) => SURFACES.indexOf(name));
const WINDOW = SURFACE_NAMES.indexOf('window');
/** What a network sees where the own bonnet is. */
const BONNET_SURFACE = SURFACES.indexOf('vehicle');

/** Paints streets by day, with their exact scenes: as many different ones as asked for, the same for the same seed. */
export function* paintedDays(count: number, seed: number): Generator<PaintedDay> {
  const painter = new ScenePainter({ width: WIDTH, height: HEIGHT });
  for (let i = 0; i < count; i++) {
    const painted = painter.paint(seed * 1_000_003 + i);
    const image = { width: WIDTH, height: HEIGHT, data: painted.rgb };
    yield { day: imageToYuv(halved(painted)), scene: sceneOf(painted, seed), image };
  }
}

/** The scene of a painted street: what a perfect network would see. @param seed of the draws. */
function sceneOf(painted: PaintedScene, seed: number): Scene {
  const surfaces = new Float32Array(SURFACES.length * SURFACE_SIZE);
  const bonnet = new Float32Array(SURFACE_SIZE);
  const share = 1 / (CELL * CELL);
  for (let y = 0, i = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++, i++) {
      const sample = Math.floor(y / CELL) * SURFACE_WIDTH + Math.floor(x / CELL);
      const surface = painted.surface[i] ?? NO_SURFACE;
      const plane = surface === NO_SURFACE ? BONNET_SURFACE : (INDICES[surface] ?? 0);
      surfaces[plane * SURFACE_SIZE + sample] = (surfaces[plane * SURFACE_SIZE + sample] ?? 0) + share;
      bonnet[sample] = (bonnet[sample] ?? 0) + share * (painted.bonnet[i] ?? 0);
    }
  }
  const thing = (kind: ThingKind, box: Box): Thing => ({ id: 0, draw: drawAt(seed, kind, box), fade: 1 });
  const { vehicles, lampHeads, signals } = painted.objects;
  return {
    surfaces,
    bonnet,
    horizon: painted.horizon,
    street: 1,
    driving: painted.isDriving ? 1 : 0,
    vehicles: vehicles.map(({ box, facing, lamps, isParked, visibleShare }) => ({
      ...thing('vehicle', box),
      box,
      score: 1,
      facing,
      facingScore: visibleShare < MIN_VISIBLE ? 0 : 1,
      lamps: lamps ?? sideLamps(box),
      isParked,
    })),
    signals: signals.map((signal) => ({ ...thing('signal', pointBox(signal.place)), ...signal })),
    lampHeads: lampHeads.map((head) => ({ ...thing('lampHead', pointBox(head.place)), ...head })),
    panes: panesOf(painted).map((box) => ({ ...thing('pane', box), box, facade: 1, dayBelow: 0 })),
  };
}

/** A vehicle's side shows no lamps; its places are within its box all the same. */
function sideLamps({ x, y, width, height }: Box): readonly [Place, Place] {
  const middle = y + 0.6 * height;
  return [
    { x: x + 0.2 * width, y: middle },
    { x: x + 0.8 * width, y: middle },
  ];
}

function pointBox({ x, y }: Place): Box {
  return { x, y, width: 0, height: 0 };
}

/** Boxes of the window panes, largest first, as many as a network's finder gives. */
function panesOf({ surface, width, height }: PaintedScene): Box[] {
  const areas = takeComponents(
    surface.map((index) => (index === WINDOW ? 1 : 0)),
    width,
  ).filter(({ left, right, top, bottom, count }) => {
    const isSmall = right - left <= MAX_PANE_WIDTH * width && bottom - top <= MAX_PANE_HEIGHT * height;
    return isSmall && count >= MIN_PANE;
  });
  areas.sort((a, b) => b.count - a.count);
  return areas.slice(0, MAX_PANES).map(({ left, right, top, bottom }) => ({
    x: left / width,
    y: top / height,
    width: (right - left) / width,
    height: (bottom - top) / height,
  }));
}

/** The image at half its size: means of four pixels. */
function halved({ rgb, width, height }: PaintedScene): RgbImage {
  const data = new Uint8Array((3 * width * height) / 4);
  const row = 3 * width;
  for (let y = 0, i = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      const at = y * row + 3 * x;
      for (let channel = at; channel < at + 3; channel++, i++) {
        const upper = (rgb[channel] ?? 0) + (rgb[channel + 3] ?? 0);
        data[i] = (upper + (rgb[channel + row] ?? 0) + (rgb[channel + row + 3] ?? 0) + 2) >> 2;
      }
    }
  }
  return { width: width / 2, height: height / 2, data };
}
