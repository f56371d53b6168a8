import type { OnnxAttribute, OnnxInitializer, OnnxNode } from './onnx-model.js';

/** Builds a graph of operations; equal constants are stored once. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxInitializer>();
  readonly #counts = new Map<string, number>();

  /** Adds an operation and returns the name of its output. Its inputs must have been added before. */
  node(type: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    const output = this.#newName(type);
    this.#nodes.push({ type, inputs, output, attributes });
    return output;
  }

  /** Adds a float32 constant, once per name; returns the name. */
  floats(name: string, dims: readonly number[], values: () => Float32Array): string {
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, dims, values: values() });
    return name;
  }

  /** Adds a scalar float32 constant. */
  scalar(value: number): string {
    return this.floats(`scalar ${value}`, [], () => Float32Array.of(value));
  }

  /** Adds a one-dimensional int64 constant. */
  integers(values: readonly number[]): string {
    const name = `integers ${values.join(' ')}`;
    const data = (): BigInt64Array => BigInt64Array.from(values, BigInt);
    if (!this.#initializers.has(name)) this.#initializers.set(name, { name, dims: [values.length], values: data() });
    return name;
  }

  /** The nodes and constants that some outputs need; the outputs are renamed. @param outputs old name by new name. */
  finish(outputs: ReadonlyMap<string, string>): { nodes: OnnxNode[]; initializers: OnnxInitializer[] } {
    const renamed = new Map<string, string>();
    const copies: OnnxNode[] = [];
    for (const [name, value] of outputs) {
      const isRenamable = !renamed.has(value) && this.#nodes.some((node) => node.output === value);
      if (isRenamable) renamed.set(value, name);
      else copies.push({ type: 'Identity', inputs: [value], output: name, attributes: {} });
    }
    const needed = new Set(outputs.values());
    const kept: OnnxNode[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!needed.has(node.output)) continue;
      for (const input of node.inputs) needed.add(input);
      kept.push(node);
    }
    const nameOf = (name: string): string => renamed.get(name) ?? name;
    const nodes = [...kept.reverse(), ...copies].map((node) => ({
      ...node,
      inputs: node.inputs.map(nameOf),
      output: nameOf(node.output),
    }));
    return { nodes, initializers: [...this.#initializers.values()].filter(({ name }) => needed.has(name)) };
  }

  #newName(type: string): string {
    const count = this.#counts.get(type) ?? 0;
    this.#counts.set(type, count + 1);
    return `${type} ${count}`;
  }
}
