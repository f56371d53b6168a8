import { crownLevel } from './crown-painter.js';
import { FACADE_TEXELS_PER_METRE } from './facade.js';
import { Projector } from './projector.js';
import { levelFor } from './ripmap.js';
import { skyline, type Backdrop } from './skyline.js';
import { surfaceIndex } from './surface-names.js';
import { PolygonScan } from './polygon-scan.js';
import type {
  CrownPosition,
  Front,
  FrontColumns,
  GroundSpan,
  Material,
  ObjectLabel,
  ObjectInfo,
  PolygonOptions,
  Canvas,
  Swing,
} from './canvas.js';
import type { TextureSet } from './texture-set.js';
import type { Crown } from './tree-sprite.js';
import type { Camera } from './camera.js';

const SKY = surfaceIndex('sky');
const ROAD = surfaceIndex('road');
const GROUND = surfaceIndex('ground');
const WINDOW = surfaceIndex('window');

/** Motion of a part since the previous time. */
export interface Movement {
  /** Metres along z. */
  readonly z: number;
  readonly swing: Swing | undefined;
}

/** Paints the ground truth of a frame: each pixel's object, depth, motion and whether it emits light. */
export class TruthCanvas implements Canvas {
  readonly camera: Camera;
  /** `[H, W]`: object ids; 0 is the sky. */
  readonly objectIds: Int32Array;
  /** `[H, W]`: one over the depth in metres; 0 is the sky. */
  readonly inverseDepth: Float32Array;
  /** `[H, W]`: index into {@link movements}. */
  readonly movementIndex: Uint16Array;
  /** `[H, W]`: 0 to 255, 255 where the surface emits light at night. */
  readonly lightMask: Uint8Array;
  /** `[H, W]`: indices of `SURFACE_NAMES`. */
  readonly surfaces: Uint8Array;
  /** Pixels of each object in the frame, visible or not, by id. */
  readonly drawnPixels = new Map<number, number>();
  readonly movements: Movement[] = [{ z: 0, swing: undefined }];
  /** Labels of the objects that have one, by id. */
  readonly labels = new Map<number, ObjectLabel>();
  readonly #textures: TextureSet;
  readonly #projector: Projector;
  readonly #scan: PolygonScan;
  #id = 0;
  #movedZ = 0;
  #movement = 0;
  /** Surface of the object, and of what is drawn. */
  #objectSurface = SKY;
  #shown = SKY;
  #drawn = 0;

  constructor(textures: TextureSet, camera: Camera, backdrop: Backdrop = 'town') {
    const pixels = camera.width * camera.height;
    this.camera = camera;
    this.#textures = textures;
    this.#projector = new Projector(camera);
    this.#scan = new PolygonScan(camera.height);
    this.objectIds = new Int32Array(pixels);
    this.inverseDepth = new Float32Array(pixels);
    this.movementIndex = new Uint16Array(pixels);
    this.lightMask = new Uint8Array(pixels);
    this.surfaces = new Uint8Array(pixels).fill(SKY);
    this.#markSkyline(backdrop);
  }

  beginObject(mark: ObjectInfo): void {
    this.endFrame();
    this.#id = mark.id;
    this.#movedZ = mark.movedZ;
    this.#movement = mark.movedZ === 0 ? 0 : this.movements.push({ z: mark.movedZ, swing: undefined }) - 1;
    if (mark.label) this.labels.set(mark.id, mark.label);
    this.#objectSurface = this.#shown = surfaceIndex(mark.surface);
  }

  drawGroundSpan(span: GroundSpan): void {
    this.#shown = span.kind === 'asphalt' ? ROAD : GROUND;
    const row = span.y * this.camera.width;
    const last = Math.min(this.camera.width, span.to);
    for (let x = Math.max(0, span.from); x < last; x++) this.#put(row + x, 1 / span.depth, this.#movement, 0);
  }

  drawFront(front: Front, columns: FrontColumns): void {
    const { width, height, focal, horizonY, y } = this.camera;
    const perMetre = FACADE_TEXELS_PER_METRE;
    const texture = this.#textures.wall(front.facade, 'light').y;
    const windows = this.#textures.wall(front.facade, 'window').y;
    for (let i = 0; i < columns.count; i++) {
      const depth = columns.depth[i] ?? 1;
      const levelA = levelFor((columns.alongStep[i] ?? 0) * perMetre);
      const levelB = levelFor((depth / focal) * perMetre);
      const texels = texture.texels(levelA, levelB);
      const panes = windows.texels(levelA, levelB);
      const minor = texture.minorAt(levelB);
      const a = Math.floor(((columns.along[i] ?? 0) * perMetre) / 2 ** levelA);
      const base = Math.min(texture.majorAt(levelA) - 1, Math.max(0, a)) * minor;
      const from = Math.max(0, Math.round(columns.top[i] ?? 0));
      const to = Math.min(height, Math.round(columns.bottom[i] ?? 0));
      for (let p = from; p < to; p++) {
        const above = y + ((horizonY - p - 0.5) * depth) / focal; // metres
        const b = Math.min(minor - 1, Math.max(0, Math.floor((above * perMetre) / 2 ** levelB)));
        this.#shown = (panes[base + b] ?? 0) >= 128 ? WINDOW : this.#objectSurface;
        this.#put(p * width + columns.firstX + i, 1 / depth, this.#movement, texels[base + b] ?? 0);
      }
    }
  }

  drawPolygon(corners: Float64Array, count: number, material: Material, options: PolygonOptions = {}): void {
    if (options.isDecal) return;
    const projector = this.#projector;
    if (!projector.project(corners, count, options.isOneSided ?? false)) return;
    const { width, height } = this.camera;
    const scan = this.#scan;
    if (!scan.scanPolygon(projector, 1, width, height)) return;
    const movement = options.swing
      ? this.movements.push({ z: this.#movedZ, swing: options.swing }) - 1
      : this.#movement;
    const light = material.nightColor ? 255 : 0;
    this.#shown = material.surface ? surfaceIndex(material.surface) : this.#objectSurface;
    const { ax, ay, a0 } = projector;
    for (let r = scan.top; r < scan.bottom; r++) {
      if ((scan.rowCoverage[r] ?? 0) < 0.5) continue;
      const left = ((scan.leftMin[r] ?? 0) + (scan.leftMax[r] ?? 0)) / 2;
      const right = ((scan.rightMin[r] ?? 0) + (scan.rightMax[r] ?? 0)) / 2;
      const to = Math.min(width, Math.ceil(right - 0.5));
      for (let x = Math.max(0, Math.ceil(left - 0.5)); x < to; x++) {
        this.#put(r * width + x, ax * (x + 0.5) + ay * (r + 0.5) + a0, movement, light);
      }
    }
  }

  drawCrown(crown: Crown, { x, y, z, size }: CrownPosition): void {
    const { width, height, focal, centerX, horizonY } = this.camera;
    const depth = z - this.camera.z;
    if (depth < 0.5) return;
    const pixels = (size * focal) / depth;
    const left = centerX + ((x - this.camera.x) * focal) / depth - pixels / 2;
    const top = horizonY - ((y - this.camera.y) * focal) / depth - pixels / 2;
    const { texels, opacity } = crownLevel(crown, pixels);
    const step = texels / pixels;
    this.#shown = this.#objectSurface;
    for (let row = Math.max(0, Math.ceil(top - 0.5)); row < Math.min(height, top + pixels - 0.5); row++) {
      const line = Math.min(texels - 1, Math.floor((row + 0.5 - top) * step)) * texels;
      for (let c = Math.max(0, Math.ceil(left - 0.5)); c < Math.min(width, left + pixels - 0.5); c++) {
        const a = opacity[line + Math.min(texels - 1, Math.floor((c + 0.5 - left) * step))] ?? 0;
        if (a >= 128) this.#put(row * width + c, 1 / depth, this.#movement, 0);
      }
    }
  }

  drawHalo(): void {
    // A halo is no surface: it covers nothing and does not move.
  }

  /** Finishes the frame: counts the pixels of the object that was drawn last. */
  endFrame(): void {
    if (this.#drawn > 0) this.drawnPixels.set(this.#id, (this.drawnPixels.get(this.#id) ?? 0) + this.#drawn);
    this.#drawn = 0;
  }

  /** Notes the houses and trees that are painted into the sky. They are no objects. */
  #markSkyline(backdrop: Backdrop): void {
    for (const part of skyline(this.#textures.seed, this.camera, backdrop)) {
      const shown = surfaceIndex(part.surface);
      for (let y = part.top; y < part.bottom; y++)
        this.surfaces.fill(shown, y * this.camera.width + part.from, y * this.camera.width + part.to);
    }
  }

  #put(index: number, inverseDepth: number, movement: number, light: number): void {
    if (this.objectIds[index] !== this.#id) this.#drawn++;
    this.surfaces[index] = this.#shown;
    this.objectIds[index] = this.#id;
    this.inverseDepth[index] = inverseDepth;
    this.movementIndex[index] = movement;
    this.lightMask[index] = light;
  }
}
