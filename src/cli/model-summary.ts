import { shapeText } from '../infer/image-network/image-network.js';
import type { ModelInspection, ModelTrial } from '../infer/image-network/inspect-model.js';
import type { TensorPort } from '../infer/network-session.js';

/** Operations that are listed, the most frequent first. */
const MAX_OPERATORS = 12;

/** Formats an inspection for people: what the file holds, what it is taken for, how a run went, the card. */
export function formatInspection(inspection: ModelInspection): string {
  const { path, bytes, graph, parameters, isHalf, operators, unusual, guess, trial, problem } = inspection;
  const weights = `${(parameters / 1e6).toFixed(1)} million weights${isHalf ? ', float16' : ''}`;
  const lines = [
    path,
    row('file', `${graph.facts.join(', ')}; ${sizeText(bytes)}, ${weights}`),
    ...graph.inputs.map((port) => row('input', portText(port))),
    ...graph.outputs.map((port) => row('output', portText(port))),
    row('operators', operatorsText(operators)),
    row('unusual', unusual.length === 0 ? 'none' : unusual.join(', ')),
  ];
  if (guess.kind === 'other')
    return text([...lines, row('is', `${guess.what}: no generator`), row('do', guess.advice)]);
  const { input, output, architecture, doubts } = guess;
  const size =
    input.multiple === undefined
      ? `${input.width}x${input.height}`
      : `any, in multiples of ${input.multiple}; ${input.width}x${input.height} proposed`;
  lines.push(
    row('is', architecture),
    row('size', size),
    row('layout', input.layout === output.layout ? input.layout : `${input.layout} to ${output.layout}`),
    row('range', `[${input.range.join(', ')}] to [${output.range.join(', ')}]`),
    row('colours', 'RGB: no file shows it; correct the card where it is BGR'),
    ...doubts.map((doubt) => row('in doubt', doubt)),
  );
  if (trial)
    lines.push(
      row('trial run', trialText(trial)),
      ...doubtsOf(trial, output.range).map((doubt) => row('in doubt', doubt)),
    );
  if (problem) lines.push(row('problem', `${problem.message} ${problem.remedy}`));
  return text([...lines, ...cardLines(inspection)]);
}

/** The size of a file: `45.5 MB`. */
export function sizeText(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function cardLines({ card, cardPath, hasCard, path, problem }: ModelInspection): string[] {
  if (!card) return [];
  const state = hasCard ? `${cardPath} exists` : `write it with \`nocturne models inspect ${path} --write\``;
  const use = problem ? [] : [row('use', `nocturne render IN OUT --generator ${path}`)];
  return [row('card', state), JSON.stringify(card, null, 2), ...use];
}

function trialText({ inputSize, outputSize, min, max, mean, runMs, device }: ModelTrial): string {
  const numbers = `output from ${min.toFixed(3)} to ${max.toFixed(3)}, mean ${mean.toFixed(3)}`;
  return `${inputSize.join('x')} to ${outputSize.join('x')} in ${runMs} ms on ${device}; ${numbers}`;
}

/** What a trial run shows against a range. */
function doubtsOf({ min, max }: ModelTrial, [black, white]: readonly [number, number]): string[] {
  const slack = 0.02 * Math.abs(white - black);
  const [low, high] = [Math.min(black, white) - slack, Math.max(black, white) + slack];
  if (min < low || max > high) return [`the output leaves its range [${black}, ${white}]`];
  if (max - min < slack) return ['the output is one colour'];
  return [];
}

function portText({ name, type, shape }: TensorPort): string {
  return `${name}: ${type} ${shape.length === 0 ? 'of a shape that the file does not say' : shapeText(shape)}`;
}

function operatorsText(operators: ModelInspection['operators']): string {
  const listed = operators.slice(0, MAX_OPERATORS).map(([name, count]) => `${name} ${count}`);
  const more = operators.length - listed.length;
  return listed.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(10)} ${value}`;
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
