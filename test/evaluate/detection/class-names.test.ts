import { describe, expect, it } from 'vitest';
import { matchClasses } from '../../../src/evaluate/detection/class-names.js';
import { COCO_NAMES, COCO_NAMES_BY_ID } from '../../../src/evaluate/detection/coco-names.js';
import { namesFor, namesInMetadata } from '../../../src/evaluate/detection/detector-names.js';

/** The classes of labels and detector that are one, by name. */
function pairs(labels: readonly string[], detector: readonly string[]): Record<string, string[]> {
  const matched = matchClasses(labels, detector);
  return Object.fromEntries(
    matched.names.map((name, index) => [
      name,
      [
        ...labels.filter((label) => matched.ofLabel(label) === index && label !== name),
        ...detector.filter((_, i) => matched.ofDetector(i) === index).map((one) => `-> ${one}`),
      ],
    ]),
  );
}

describe('classes of labels and detector', () => {
  it('are the same by name or synonym, and the others are listed', () => {
    const matched = matchClasses(['bus', 'Motor-Bike', 'pedestrian', 'plate'], COCO_NAMES);
    expect(matched.names).toEqual(['bus', 'Motor-Bike', 'pedestrian']);
    expect(matched.unmatchedLabels).toEqual(['plate']);
    expect(matched.unmatchedDetector).toHaveLength(77);
    expect(matched.ofDetector(COCO_NAMES.indexOf('motorcycle'))).toBe(1);
    expect(matched.ofDetector(COCO_NAMES.indexOf('person'))).toBe(2);
  });

  it('join where one side splits them, and stay apart where both do', () => {
    expect(pairs(['Car', 'Van', 'Pedestrian', 'Cyclist'], ['person', 'car'])).toEqual({
      Car: ['Van', '-> car'],
      Pedestrian: ['-> person'],
    });
    expect(pairs(['car', 'van', 'rider', 'person'], ['car', 'van', 'person'])).toEqual({
      car: ['-> car'],
      van: ['-> van'],
      rider: ['person', '-> person'],
    });
    expect(pairs(['car', 'person'], ['car', 'van', 'rider'])).toEqual({
      car: ['-> car', '-> van'],
      person: ['-> rider'],
    });
  });

  it('are vehicles where one side knows no kinds of them', () => {
    expect(pairs(['vehicle', 'person'], ['person', 'car', 'truck', 'bus', 'dog'])).toEqual({
      vehicle: ['-> car', '-> truck', '-> bus'],
      person: ['-> person'],
    });
    expect(pairs(['car', 'truck'], ['vehicle'])).toEqual({ car: ['truck', '-> vehicle'] });
    expect(pairs(['vehicle', 'car'], ['car', 'truck'])).toEqual({ car: ['-> car'] });
  });
});

describe('names of a detector', () => {
  it('are read from a Python dictionary, a list and JSON', () => {
    const names = (text: string): readonly string[] | undefined => namesInMetadata(new Map([['names', text]]));
    expect(names(`{0: 'person', 1: "driver's seat", 3: 'it\\'s'}`)).toEqual(['person', "driver's seat", '', "it's"]);
    expect(names(`['car', 'stop sign']`)).toEqual(['car', 'stop sign']);
    expect(names('{"0": "car", "1": "bus"}')).toEqual(['car', 'bus']);
    expect(names('none')).toBeUndefined();
    expect(namesInMetadata(new Map())).toBeUndefined();
  });

  it('fit the number of classes, with or without the background', () => {
    expect(COCO_NAMES).toHaveLength(80);
    expect(COCO_NAMES_BY_ID.filter((name) => name !== '')).toEqual(COCO_NAMES);
    expect(COCO_NAMES_BY_ID[90]).toBe('toothbrush');
    expect(COCO_NAMES_BY_ID[13]).toBe('stop sign');
    expect(namesFor(undefined, 90)?.[0]).toBe('person');
    expect(namesFor(undefined, 91)?.[1]).toBe('person');
    expect(namesFor(['a', 'b'], 3)).toEqual(['', 'a', 'b']);
    expect(namesFor(['', 'a', 'b'], 2)).toEqual(['a', 'b']);
    expect(namesFor(undefined, 7)).toBeUndefined();
    expect(() => namesFor(['a'], 7)).toThrow('it has 7 classes, and 1 names were given');
  });
});
