// Sets tfjs's WASM backend up with our plain kernels in Node, for the unit tests beside the kernels, and calls kernels by
// name. Threads and relaxed SIMD are tested in the browser: tests/browser/wasm-kernels.spec.ts.
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installKernels, wasmBackend } from './index';

export { noise } from '../testing';

/** The folder of the built kernels: `npx tsx scripts/build-kernels.ts` fills it. */
export const WASM_FOLDER = join(import.meta.dirname, '../../../public/wasm');

/** tfjs on 'wasm' with our kernels. */
export async function setUpWasm(): Promise<void> {
  await tf.setBackend('wasm');
  await tf.ready();
  await installKernels(wasmBackend(), await WebAssembly.compile(readFileSync(join(WASM_FOLDER, 'kernels.wasm'))), 1);
}

/** Runs a kernel by its name on tensors of the given values; all memory is freed again. @returns each output's values */
export function runKernel(
  name: string,
  inputs: Record<string, readonly [values: ArrayLike<number>, shape: readonly number[]]>,
  attrs: object,
): Float32Array[] {
  const tensors = Object.entries(inputs).map(([key, [values, shape]]) => [
    key,
    tf.tensor(Float32Array.from(values), [...shape]),
  ]);
  const named = Object.fromEntries(tensors) as Record<string, tf.Tensor>;
  const result = tf.engine().runKernel(name, named, attrs as Record<string, number>);
  const outputs = (Array.isArray(result) ? result : [result]) as tf.Tensor[];
  const values = outputs.map((tensor) => tensor.dataSync<'float32'>().slice());
  tf.dispose([outputs, named]);
  return values;
}
