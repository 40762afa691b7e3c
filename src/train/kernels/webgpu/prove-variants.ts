// Which of a device's variants can be relied on: a browser or driver may reject one, or take it and compute something else
// (the language leaves open, for one, which threads are neighbours in a quad). Each must give what plain tiles in
// registers give. Not for finding out which is faster: choose-variants.ts.
import { util, type TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { ConvShape } from './conv-shape';
import { filterGrad, forward, inputGrad } from './convolve';
import { submit } from './run';
import { trial } from './scopes';
import { setVariants, variantsOf, type Variant } from './variants';

/**
 * What variants are proven on: neighbouring threads at pixels and taps of unlike loops, sides that end in a tile, and more
 * terms of the filter's gradient than fit in one slice.
 */
const PROOF: ConvShape = {
  ...{ n: 13, h: 5, w: 5, ci: 12, xChannels: 12, oh: 5, ow: 5, co: 12 },
  ...{ kh: 3, kw: 3, sh: 1, sw: 1, padTop: 1, padLeft: 1 },
};
/**
 * Of the integers that are convolved. The longest sum, of 13 * 5 * 5 = 325 products of at most 64, stays below 2^24: in
 * float32 it is exact in whatever order it is added, and the proof needs no tolerance.
 */
const LARGEST = 8;

interface Operands {
  readonly x: TensorInfo;
  readonly filter: TensorInfo;
  readonly dy: TensorInfo;
}

/** The variants that give what registers do, those first; of theirs a rejection is heard as any other kernel's. */
export async function provenVariants(backend: WebGPUBackend): Promise<Variant[]> {
  const { n, h, w, ci, co, oh, ow, kh, kw } = PROOF;
  const operands: Operands = {
    x: integers(backend, [n, h, w, ci]),
    filter: integers(backend, [kh, kw, ci, co]),
    dy: integers(backend, [n, oh, ow, co]),
  };
  // The first submits the operands as well: what a rejected variant takes with it is its own.
  const plain = convolutions(backend, operands, 'registers');
  const trials = variantsOf(backend.device)
    .filter((variant) => variant !== 'registers')
    .map((variant) => ({
      variant,
      outcome: trial(backend.device, () => convolutions(backend, operands, variant)),
    }));
  const expected = await read(backend, plain);
  const proven: Variant[] = ['registers'];
  for (const { variant, outcome } of trials) {
    const [outputs, error] = outcome;
    const values = await read(backend, outputs);
    const equal = values.every((output, i) => output.every((value, at) => value === expected[i][at]));
    if ((await error) === null && equal) proven.push(variant);
  }
  Object.values(operands).forEach(({ dataId }) => backend.disposeData(dataId));
  return proven;
}

/** Submits PROOF's convolution and both gradients. */
function convolutions(backend: WebGPUBackend, { x, filter, dy }: Operands, variant: Variant): TensorInfo[] {
  setVariants(backend.device, variant);
  const outputs = [
    forward(backend, PROOF, { x, filter }, false),
    inputGrad(backend, PROOF, dy, filter),
    filterGrad(backend, PROOF, x, dy),
  ];
  submit(backend);
  return outputs;
}

/** Values of tensors, which are then disposed of. */
async function read(backend: WebGPUBackend, tensors: readonly TensorInfo[]): Promise<Float32Array[]> {
  const values = await Promise.all(tensors.map(({ dataId }) => backend.read(dataId)));
  tensors.forEach(({ dataId }) => backend.disposeData(dataId));
  return values as Float32Array[];
}

/** A tensor of irregular integers, none larger than LARGEST. */
function integers(backend: WebGPUBackend, shape: number[]): TensorInfo {
  const size = util.sizeFromShape(shape);
  const values = Float32Array.from({ length: size }, (_, i) => Math.round(LARGEST * Math.sin(i * i + size)));
  return backend.makeTensorInfo(shape, 'float32', values);
}
