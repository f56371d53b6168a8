// Loads image networks that scripts/foreign-models.py built, as a user would without cards, compares each with PyTorch's own output on the same
// image, and prints the table of docs/foreign-models.md. Needs `npm run build`. `node scripts/foreign-models.mjs FOLDER > table`
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rgbToYuv } from '../dist/image/color-matrix.js';
import { openImageNetwork } from '../dist/infer/image-network/image-network.js';
import { readGraph, readUncardedModel } from '../dist/infer/image-network/uncarded-model.js';
import { silentLogger } from '../dist/core/logger.js';

const folder = process.argv[2];
const floats = (path) => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
};

/** `[3, height, width]` RGB in [0, 1] as planes. */
function toPlanes(rgb, width, height) {
  const n = width * height;
  const m = rgbToYuv('bt709');
  const data = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) {
    const [r, g, b] = [rgb[i], rgb[n + i], rgb[2 * n + i]];
    for (let k = 0; k < 3; k++) data[k * n + i] = m[3 * k] * r + m[3 * k + 1] * g + m[3 * k + 2] * b;
  }
  return { width, height, data };
}

async function happens({ name, width, height, tolerance, expect }) {
  const path = join(folder, `${name}.onnx`);
  try {
    const file = await readUncardedModel(path, silentLogger);
    const { input, output } = file.card;
    const size = input.multiple === undefined ? { width: input.width, height: input.height } : { width, height };
    const card = { ...file.card, input: { ...input, ...(width === undefined ? {} : size) } };
    const network = await openImageNetwork({ ...file, card });
    if (expect !== 'runs') {
      await network.close();
      return 'runs';
    }
    const { data } = await network.run(toPlanes(floats(join(folder, `${name}.in`)), width, height));
    await network.close();
    const expected = floats(join(folder, `${name}.out`));
    let worst = expected.length === data.length ? 0 : Infinity;
    for (const [i, value] of expected.entries()) worst = Math.max(worst, Math.abs(value - data[i]));
    const range = `${input.layout}, [${input.range.join(', ')}] to [${output.range.join(', ')}]`;
    return `${worst <= tolerance ? 'runs' : '**differs**'}: ${range}; differs by ${worst.toExponential(1)} at most`;
  } catch (error) {
    return `refused: ${error.message.replaceAll(`${folder}/`, '')} *${error.remedy ?? ''}*`.replaceAll(
      `${folder}/`,
      '',
    );
  }
}

console.log('| model | exporter | operator set | what happens |\n| --- | --- | --- | --- |');
for (const test of JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))) {
  const path = join(folder, `${test.name}.onnx`);
  const isBuilt = test.failed === undefined && existsSync(path);
  let set = test.asked;
  try {
    set = /operator set (\d+)/.exec(readGraph(path, readFileSync(path)).facts[0])?.[1] ?? set;
  } catch {
    // a damaged file has none
  }
  const result = isBuilt ? await happens(test) : `PyTorch does not export it: ${test.failed}`;
  console.log(`| ${test.what} | ${test.exporter} | ${set} | ${result.replaceAll('|', '\\|').replaceAll('\n', ' ')} |`);
}
