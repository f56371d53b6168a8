import type { Draw } from '../recipe/draw.js';
import type { ItemScores } from '../unit/item-row.js';

/** One number of a draw. */
export interface DrawNumber {
  /** Name and unit: `motion blur, 1/1000 s`. */
  readonly label: string;
  readonly value: number;
}

/** The numbers that a draw sets, by name and unit. */
export function drawNumbers({ dials, noise, motionBlur, glare, whiteBalance, jpegQuality, crf }: Draw): DrawNumber[] {
  const numbers: [label: string, value: number | undefined][] = [
    ...Object.entries(dials).map(([name, value]): [string, number] => [name, value]),
    ['noise, ISO', noise?.iso],
    ['exposure time, ms', motionBlur && 1000 * motionBlur.exposureS],
    ['speed, widths a second', motionBlur?.speed],
    ['glare', glare],
    ['white balance, mireds', whiteBalance?.mireds],
    ['tint', whiteBalance?.tint],
    ['JPEG quality', jpegQuality],
    ['rate factor', crf],
  ];
  return numbers.flatMap(([label, value]) => (value === undefined ? [] : [{ label, value }]));
}

/** A draw as one line: `city-led, exposure 0.4, ISO 1600, 12 ms at 0.3 widths a second`. */
export function describeDraw(draw: Draw): string {
  const { style, dials, darkKinds, noise, motionBlur, glare, whiteBalance, background, jpegQuality, crf } = draw;
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${short(value)}`;
  return [
    style,
    ...Object.entries(dials).map(([name, value]) => `${name} ${short(value)}`),
    ...(darkKinds.length > 0 ? [`dark: ${darkKinds.join(' ')}`] : []),
    ...(noise ? [`ISO ${short(noise.iso)}`] : []),
    ...(motionBlur
      ? [`blur ${short(1000 * motionBlur.exposureS)} ms at ${short(motionBlur.speed)} widths a second`]
      : []),
    ...(glare === undefined ? [] : [`glare ${short(glare)}`]),
    ...(whiteBalance ? [`white balance ${signed(whiteBalance.mireds)} mireds, tint ${signed(whiteBalance.tint)}`] : []),
    ...(background ? ['synthetic background'] : []),
    ...(jpegQuality === undefined ? [] : [`JPEG ${short(jpegQuality)}`]),
    ...(crf === undefined ? [] : [`rate factor ${short(crf)}`]),
  ].join(', ');
}

/** Scores as one line: `night 0.98, structure 0.61, layout 0, texture 0.02, lights 0`. */
export function describeScores(scores: ItemScores): string {
  const { night, structure, layout, texture, lights, alreadyNight, signals, signalsChanged, unfoundedLamps } = scores;
  const named = { night, structure, layout, texture, lights, 'source at night': alreadyNight };
  const counted = { signals, 'signals changed': signalsChanged, 'lamps without evidence': unfoundedLamps };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value.toFixed(2)}`])),
    ...Object.entries(counted).flatMap(([name, value]) => (value ? [`${name} ${value}`] : [])),
  ].join(', ');
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
