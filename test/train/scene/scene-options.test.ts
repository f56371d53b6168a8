import { describe, expect, it } from 'vitest';
import { describeSceneOptions, sceneOptions } from '../../../src/train/scene/scene-options.js';

describe('the options of the recipe scene', () => {
  it('have defaults, and take numbers given as text', () => {
    expect(sceneOptions()).toMatchObject({ seed: 1, width: 448, height: 256, batch: 8 });
    expect(sceneOptions({ steps: '20', lambdaLamps: 0 })).toMatchObject({ steps: 20, lambdaLamps: 0, batch: 8 });
  });

  it('refuse what is unknown, out of range or no multiple of 32', () => {
    const invalid = (message: string): object => expect.objectContaining({ code: 'CONFIG_INVALID', message }) as object;
    const refusal = (given: Record<string, unknown>): unknown => {
      try {
        return sceneOptions(given);
      } catch (error) {
        return error;
      }
    };
    expect(refusal({ dataset: 'aligned' })).toEqual(invalid('unknown training option dataset.'));
    expect(refusal({ batch: 0 })).toEqual(invalid('batch must be an integer from 1 to 64, got 0.'));
    expect(refusal({ classPower: 1 })).toEqual(invalid('classPower must be a number from -1 to 0, got 1.'));
    expect(refusal({ cropWidth: 330 })).toEqual(invalid('cropWidth must be a multiple of 32, got 330.'));
  });

  it('are described with their units, marked where they differ from the default', () => {
    const lines = describeSceneOptions(sceneOptions({ synthShare: 0.5 }));
    expect(lines).toHaveLength(Object.keys(sceneOptions()).length);
    expect(lines.filter((line) => line.startsWith('*'))).toEqual([
      expect.stringMatching(/^\* synthShare +0.5 +share /),
    ]);
  });
});
