// Exported parameters, read by the readers that a visitor's own files have. By PyTorch: tests/golden/exported-files.test.ts.
import { describe, expect, it } from 'vitest';
import type { ParamStore } from '../core/params';
import { readPyTorch } from '../import/pytorch';
import { readSafetensors } from '../import/safetensors';
import type { FileTensor } from '../import/tensor';
import { FORMATS } from './formats';

const GRAPH = { name: 'none', nodes: [] };
const PARAMS: ParamStore = new Map([
  // A view into a larger array, and values that any rounding would change.
  [
    'layer1.0.conv1.weight',
    { shape: [2, 3, 1, 1], data: Float32Array.of(9, 0.1, -2, 3e38, 1e-45, -0, 7, 9).subarray(1, 7) },
  ],
  ['bn.running_var', { shape: [300], data: Float32Array.from({ length: 300 }, (_, i) => i / 7) }],
  ['fc.bias', { shape: [1], data: Float32Array.of(Math.PI) }],
]);

const plain = (tensors: ReadonlyMap<string, FileTensor>) =>
  [...tensors].map(([name, tensor]) => [name, tensor.type, [...tensor.shape], tensor.values()]);
const WANTED = [...PARAMS].map(([name, { shape, data }]) => [name, 'float32', shape, data.slice()]);

describe('exported parameters', () => {
  it('as safetensors are the same, in the same order', async () => {
    const file = await FORMATS.safetensors.write({ graph: GRAPH, params: PARAMS });
    expect(plain(readSafetensors(file))).toEqual(WANTED);
    // Readers map arrays into memory as they are.
    expect((8 + Number(new DataView(file.buffer).getBigUint64(0, true))) % 8).toBe(0);
  });

  it('as a PyTorch state dict are the same, in the same order; the same bytes at any time', async () => {
    const file = await FORMATS.pytorch.write({ graph: GRAPH, params: PARAMS });
    expect(plain(readPyTorch(file))).toEqual(WANTED);
    expect(await FORMATS.pytorch.write({ graph: GRAPH, params: PARAMS })).toEqual(file);
  });
});
