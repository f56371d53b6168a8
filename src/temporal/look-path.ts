import { sampleBilinear } from '../image/sample-bilinear.js';
import { LAMP_FIELDS, LAMPS_SIZE, type Look } from '../look/look.js';
import { FLOW_HEIGHT, FLOW_WIDTH, type Motion, type MotionEstimator } from './motion.js';
import { shiftAt } from './shift-at.js';

const VECTORS = FLOW_WIDTH * FLOW_HEIGHT;
const SIZE = { width: FLOW_WIDTH, height: FLOW_HEIGHT };
/** Pixels of the thumbnail along one side of a vector's block. */
const BLOCK = 4;
/** Indices of a lamp's fields; see `Look.lamps`. */
const [X, Y, LUMA] = [0, 1, 4] as const;

/** The motion from one frame over all later ones, along which a look that was made for that frame is moved to the newest. */
export class LookPath {
  /** `[2, 36, 64]` as `Motion.backward`, from the newest frame to the first. */
  #flow = new Float32Array(2 * VECTORS);
  /** `[36, 64]`: the least confidence along the way. */
  #confidence = new Float32Array(VECTORS).fill(1);
  #nextFlow = new Float32Array(2 * VECTORS);
  #nextConfidence = new Float32Array(VECTORS);
  #frames = 0;

  /** Frames since the first. */
  get frames(): number {
    return this.#frames;
  }

  /** Lent. */
  get confidence(): Float32Array {
    return this.#confidence;
  }

  /** Starts again at the newest frame. */
  start(): void {
    this.#frames = 0;
    this.#flow.fill(0);
    this.#confidence.fill(1);
  }

  /** Adds the motion to the next frame: where its content was in the frame before leads to where that was in the first. Borrows it. */
  add({ backward, confidence }: Motion): void {
    const [flow, known] = [this.#flow, this.#confidence];
    for (let y = 0, i = 0; y < FLOW_HEIGHT; y++) {
      for (let x = 0; x < FLOW_WIDTH; x++, i++) {
        const [u, v] = [backward[i] ?? 0, backward[VECTORS + i] ?? 0];
        const [fromX, fromY] = [x + u / BLOCK, y + v / BLOCK];
        this.#nextFlow[i] = u + sampleBilinear(flow, fromX, fromY, SIZE);
        this.#nextFlow[VECTORS + i] = v + sampleBilinear(flow, fromX, fromY, SIZE, VECTORS);
        this.#nextConfidence[i] = Math.min(confidence[i] ?? 0, sampleBilinear(known, fromX, fromY, SIZE));
      }
    }
    [this.#flow, this.#nextFlow] = [this.#nextFlow, flow];
    [this.#confidence, this.#nextConfidence] = [this.#nextConfidence, known];
    this.#frames++;
  }

  /** Writes a look of the first frame as it is in the newest. @param estimator warps. `out` may be `look`. */
  moveInto(look: Look, estimator: MotionEstimator, out: Look): void {
    estimator.warpGridInto(look.grid, out.grid, this.#flow);
    estimator.warpLightsInto(look.lights, out.lights, this.#flow);
    out.lamps.set(look.lamps);
    for (let at = 0; at < LAMPS_SIZE && out.lamps[at + LUMA] !== 0; at += LAMP_FIELDS) {
      const [x, y] = [out.lamps[at + X] ?? 0, out.lamps[at + Y] ?? 0];
      const [dx, dy] = shiftAt(this.#flow, x, y);
      out.lamps[at + X] = x + dx;
      out.lamps[at + Y] = y + dy;
    }
  }
}
