import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/core/random.js';
import { fromSeconds } from '../../../src/core/time.js';
import { createLookFitter } from '../../../src/look/fit/create-look-fitter.js';
import type { YuvPlanes } from '../../../src/look/fit/look-fitter.js';
import { lampsOf } from '../../../src/look/lamp-list.js';
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
    setLamps(look, [[0.3, 0.65, 0.012, 0.6 * (1 + 0.1 * random.normal()), 0, 0, 1]]);
    const night = applied(look, street);
    const gain = 0.5 * (1 + 0.1 * random.normal());
    for (let i = 0; i < night.data.length; i++) night.data[i] = gain * night.data[i]! + 0.02 * random.normal();
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

describe('the looks fitted to a flickering generator', () => {
  it('are calmed by the steadier, and their lamp shines on', async () => {
    const fitter = await createLookFitter();
    using steadier = await createSteadier();
    const [raw, steadied] = [new Flicker(), new Flicker()];
    const rawLook = emptyLook();
    let frame = 0;
    for (const night of flickeringNights()) {
      copyLookInto(fitter.fit(street, night, { continuing: frame > 0 }), rawLook);
      steadier.propagate(asThumbnail(street.data, fromSeconds(frame / 25)));
      steadier.blend(rawLook, 0.8);
      raw.add(0.5, meanLuma(rawLook));
      steadied.add(0.5, meanLuma(steadier.look));
      expect(lampsOf(rawLook)).toHaveLength(1);
      if (frame > 2) expect(lampsOf(steadier.look).filter(({ luma }) => luma > 0.15)).toHaveLength(1);
      frame++;
    }
    expect(raw.night).toBeGreaterThan(0.08);
    expect(steadied.night).toBeLessThan(0.15 * raw.night);
  });
});
