// Which of a device's variants can be relied on: a browser or driver may reject one, or take it and compute something else
// (the language leaves open, for one, which threads are neighbours in a quad). Not for finding out which is faster:
// choose-variants.ts.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { elements } from '../../core/params';
import type { ConvShape } from '../conv-shape';
import { filterGrad, forward, inputGrad } from './convolve';
import { submit } from './run';
import { trial } from './scopes';
import { setVariants, type Variant } from './variants';

/**
 * What variants are proven on: neighbouring threads at pixels and taps of unlike loops, tiles that reach past the last row and column, and more
 * terms of the filter's gradient than fit in one slice.
 */
const PROOF: ConvShape = {
  ...{ n: 13, h: 5, w: 5, ci: 12, xChannels: 12, oh: 5, ow: 5, co: 12 },
  ...{ kh: 3, kw: 3, sh: 1, sw: 1, padTop: 1, padLeft: 1 },
};
const { n, h, w, ci, co, oh, ow, kh, kw, sh, sw, padTop, padLeft } = PROOF;
/**
 * Of the integers that are convolved. The longest sum, of 13 * 5 * 5 = 325 products of at most 64, stays below 2^24: in
 * float32 it is exact in whatever order it is added, and the proof needs no tolerance.
 */
const LARGEST = 8;

type Convolved = 'x' | 'filter' | 'dy';

/**
 * Those of the variants that give what the host does; registers, which all devices must have, are not asked.
 * A rejection is no trouble here.
 */
export async function provenVariants(backend: WebGPUBackend, variants: readonly Variant[]): Promise<Variant[]> {
  const candidates: readonly Variant[] = variants.filter((variant) => variant !== 'registers');
  const proven = new Set(variants.filter((variant) => !candidates.includes(variant)));
  if (candidates.length === 0) return [...proven];
  const values = { x: integers([n, h, w, ci]), filter: integers([kh, kw, ci, co]), dy: integers([n, oh, ow, co]) };
  const operands = {
    x: backend.makeTensorInfo([n, h, w, ci], 'float32', values.x),
    filter: backend.makeTensorInfo([kh, kw, ci, co], 'float32', values.filter),
    dy: backend.makeTensorInfo([n, oh, ow, co], 'float32', values.dy),
  };
  // Apart from the trials: what a rejected variant takes with it is its own.
  Object.values(operands).forEach(({ dataId }) => backend.uploadToGPU(dataId));
  submit(backend);
  const trials = candidates.map((variant) => trial(backend.device, () => convolutions(backend, operands, variant)));
  const expected = convolved(values);
  for (const [i, [outputs, error]] of trials.entries()) {
    const results = await read(backend, outputs);
    const equal = results.every((output, k) => output.every((value, at) => value === expected[k][at]));
    if ((await error) === null && equal) proven.add(candidates[i]);
  }
  Object.values(operands).forEach(({ dataId }) => backend.disposeData(dataId));
  return [...proven];
}

/** Submits PROOF's convolution and both gradients. */
function convolutions(
  backend: WebGPUBackend,
  { x, filter, dy }: Readonly<Record<Convolved, TensorInfo>>,
  variant: Variant,
): TensorInfo[] {
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

/** Irregular integers, none larger than LARGEST. */
function integers(shape: readonly number[]): Float32Array {
  const size = elements(shape);
  return Float32Array.from({ length: size }, (_, i) => Math.round(LARGEST * Math.sin(i * i + size)));
}

/** The same as convolutions, on the host. */
function convolved({ x, filter, dy }: Readonly<Record<Convolved, Float32Array>>): Float32Array[] {
  const [y, dx, df] = [dy, x, filter].map(({ length }) => new Float32Array(length));
  for (let pixel = 0; pixel < n * oh * ow; pixel++) {
    for (let tap = 0; tap < kh * kw; tap++) {
      const row = (Math.floor(pixel / ow) % oh) * sh + Math.floor(tap / kw) - padTop;
      const column = (pixel % ow) * sw + (tap % kw) - padLeft;
      if (row < 0 || row >= h || column < 0 || column >= w) continue;
      const first = ((Math.floor(pixel / (oh * ow)) * h + row) * w + column) * ci;
      for (let i = 0; i < ci; i++) {
        for (let o = 0; o < co; o++) {
          const [from, weight, to] = [first + i, (tap * ci + i) * co + o, pixel * co + o];
          y[to] += x[from] * filter[weight];
          dx[from] += dy[to] * filter[weight];
          df[weight] += x[from] * dy[to];
        }
      }
    }
  }
  return [y, dx, df];
}
