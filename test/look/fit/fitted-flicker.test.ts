import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { fromSeconds } from '../../../src/core/time.js';
import { createLookFitter } from '../../../src/look/fit/create-look-fitter.js';
import type { YuvPlanes } from '../../../src/look/fit/look-fitter.js';
import { lampsOf, type Lamp } from '../../../src/look/lamp-list.js';
import { copyLookInto, emptyLook, type Look } from '../../../src/look/look.js';
import { Flicker } from '../../../src/temporal/flicker.js';
import { createSteadier } from '../../../src/temporal/motion-steadier.js';
import { asThumbnail } from '../../infer/synthetic-thumbnails.js';
import { streetThumbnail } from '../../infer/grade/street-thumbnail.js';
import { applied, setLamps, smoothLook } from './smooth-looks.js';

const street: YuvPlanes = { width: 256, height: 144, data: streetThumbnail() };
const FRAMES = 40;
const SAMPLES = 256 * 144;

/** A generator whose gain changes by 10 % from frame to frame, whose lamp blinks as much, and whose samples are noisy. */
function* flickeringNights(): Generator<YuvPlanes> {
  const random = new Random(11);
  const look = smoothLook(3);
  for (let frame = 0; frame < FRAMES; frame++) {
    setLamps(look, [[0.44, 0.72, 0.012, 0.9 * (1 + 0.1 * random.normal()), 0, 0, 1]]);
    const night = applied(look, street);
    const gain = 0.5 * (1 + 0.1 * random.normal());
    for (let i = 0; i < night.data.length; i++) night.data[i] = gain * night.data[i]! + 0.01 * random.normal();
    yield night;
  }
}

function meanLuma(look: Look): number {
  return (
    applied(look, street)
      .data.subarray(0, SAMPLES)
      .reduce((sum, value) => sum + value, 0) / SAMPLES
  );
}

function theLamp(look: Look): Lamp | undefined {
  return lampsOf(look).find(({ x, y }) => Math.hypot(x - 0.44, y - 0.72) < 0.02);
}

describe('the looks fitted to a flickering generator', () => {
  it('are calmed by the steadier, and their lamp shines on', async () => {
    const fitter = await createLookFitter();
    using steadier = await createSteadier();
    const [raw, steadied] = [new Flicker(), new Flicker()];
    const rawLook = emptyLook();
    const ids = new Set<number | undefined>();
    let frame = 0;
    for (const night of flickeringNights()) {
      copyLookInto(fitter.fit(street, night, { continuing: frame > 0 }), rawLook);
      steadier.propagate(asThumbnail(street.data, fromSeconds(frame / 25)));
      steadier.blend(rawLook, 0.8);
      raw.add(0.5, meanLuma(rawLook));
      steadied.add(0.5, meanLuma(steadier.look));
      ids.add(theLamp(rawLook)?.id);
      if (frame > 3) expect(theLamp(steadier.look)?.luma).toBeGreaterThan(0.2);
      frame++;
    }
    expect([...ids].filter((id) => id !== 0)).toHaveLength(1); // the first frame is a still
    expect(raw.night).toBeGreaterThan(0.08);
    expect(steadied.night).toBeLessThan(0.15 * raw.night);
  });
});
