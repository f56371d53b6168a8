import { describe, expect, it } from 'vitest';
import { PlaneKernel } from '../../src/image/plane-kernel.js';
import { BouncedLight } from '../../src/lighting/bounced-light.js';
import { GroundPlane } from '../../src/lighting/ground-plane.js';
import { PlaneFilters } from '../../src/lighting/plane-filters.js';
import { COLUMNS, ROWS } from '../../src/lighting/samples.js';

const BODY = 40 * COLUMNS + 30;
const FAR_WALL = 40 * COLUMNS + 110;
const SKY = 5 * COLUMNS + 30;

/** Ground below the middle, sky above, a body on the ground, and a wall far to the right; `level` of orange light on the left ground. */
async function bounced(level: number): Promise<(sample: number) => number[]> {
  const filters = new PlaneFilters(await PlaneKernel.open());
  const plane = new GroundPlane(filters);
  const light = filters.createLightPlanes();
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      const i = row * COLUMNS + column;
      const isBody = Math.abs(row - 40) < 4 && (Math.abs(column - 30) < 4 || column > 100);
      plane.sky[i] = row < ROWS / 2 && !isBody ? 1 : 0;
      plane.ground[i] = row >= ROWS / 2 && !isBody ? 1 : 0;
      const lit = level * plane.ground[i] * (column < 64 ? 1 : 0);
      [light.red[i], light.green[i], light.blue[i]] = [lit, 0.5 * lit, 0.1 * lit];
    }
  }
  new BouncedLight(filters).addTo(light, plane);
  return (sample) => [light.red[sample]!, light.green[sample]!, light.blue[sample]!];
}

describe('BouncedLight', () => {
  it('lights a body by the ground around it, in the colour of its lamps and in proportion', async () => {
    const [once, twice] = [await bounced(0.2), await bounced(0.4)];
    const [red, green, blue] = once(BODY);
    expect(red).toBeGreaterThan(0.02);
    expect(red).toBeLessThan(0.2);
    expect(green).toBeCloseTo(0.5 * red!, 5);
    expect(blue).toBeCloseTo(0.1 * red!, 5);
    expect(twice(BODY)[0]).toBeCloseTo(2 * red!, 5);
  });

  it('lights nothing where the ground around is dark, and no sky', async () => {
    const at = await bounced(0.4);
    expect(at(FAR_WALL)).toEqual([0, 0, 0]);
    expect(at(SKY)).toEqual([0, 0, 0]);
    expect((await bounced(0))(BODY)).toEqual([0, 0, 0]);
  });
});
