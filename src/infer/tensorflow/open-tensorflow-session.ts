import { NocturneError } from '../../core/errors.js';
import { firstLine } from '../../core/first-line.js';
import { invalid } from '../model-file.js';
import type { Device, NetworkSession } from '../network-session.js';
import type { NetworkFile } from '../open-ort-session.js';
import { OnnxExecutor } from './onnx-executor.js';
import { readOnnxGraph } from './onnx-graph.js';
import { openTensorflowEngine } from './tensorflow-engine.js';
import { TensorflowSession, type TensorflowNetwork } from './tensorflow-session.js';
import { isTfjsModel } from '../tfjs-model-name.js';
import { openTfjsModel } from './tfjs-model.js';

/**
 * Opens a network on TensorFlow: an ONNX network whose operators it knows, or a model of TensorFlow.js. Throws NocturneError
 * MODEL_INVALID, or DEVICE_UNAVAILABLE where it does not run on the device.
 */
export async function openTensorflowSession(file: NetworkFile, device: Device): Promise<NetworkSession> {
  const placement = await openTensorflowEngine(device);
  try {
    const network = isTfjsModel(file.path) ? await openTfjsModel(file) : openOnnx(file);
    return new TensorflowSession(network, placement);
  } catch (error) {
    if (error instanceof NocturneError) throw error;
    throw invalid(
      `TensorFlow cannot run ${file.path}: ${firstLine(error)}.`,
      error,
      'Leave --engine at auto; see docs/devices.md.',
    );
  }
}

function openOnnx({ bytes, externalData }: NetworkFile): TensorflowNetwork {
  const graph = readOnnxGraph(bytes, externalData);
  const executor = new OnnxExecutor(graph);
  return {
    inputs: graph.inputs,
    outputs: graph.outputs,
    run: (inputs, outputs) => executor.run(inputs, outputs),
    close: () => executor.close(),
  };
}
