// Whether a device's subgroups can be relied on: the convolutions that share loads in quads against those that do not.
// Not for finding out which is faster: choose-variants.ts.
import { util, type TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { ConvShape } from './conv-shape';
import { filterGrad, forward, inputGrad } from './convolve';
import { setVariants } from './variants';

/** What subgroups are proven on: neighbouring threads at pixels and taps of unlike loops, and sides that end in a tile. */
const PROOF: ConvShape = {
  ...{ n: 13, h: 5, w: 5, ci: 12, xChannels: 12, oh: 5, ow: 5, co: 12 },
  ...{ kh: 3, kw: 3, sh: 1, sw: 1, padTop: 1, padLeft: 1 },
};
/** Two ways of rounding PROOF's sums, of at most 325 products, are not further apart. */
const ROUNDING = 1e-4;

/** Whether subgroups give what registers do: the language leaves open which threads are neighbours in a quad. */
export async function proveSubgroups(backend: WebGPUBackend): Promise<boolean> {
  const { n, h, w, ci, co, oh, ow, kh, kw } = PROOF;
  const [x, filter, dy] = [
    [n, h, w, ci],
    [kh, kw, ci, co],
    [n, oh, ow, co],
  ].map((shape) => noise(backend, shape));
  const results: Float32Array[] = [];
  for (const variant of ['registers', 'subgroups'] as const) {
    setVariants(backend.device, variant);
    for (const y of [
      forward(backend, PROOF, { x, filter }, false),
      inputGrad(backend, PROOF, dy, filter),
      filterGrad(backend, PROOF, x, dy),
    ]) {
      results.push((await backend.read(y.dataId)) as Float32Array);
      backend.disposeData(y.dataId);
    }
  }
  [x, filter, dy].forEach(({ dataId }) => backend.disposeData(dataId));
  const [sums, shared] = [results.slice(0, 3), results.slice(3)];
  return sums.every((values, i) => values.every((value, at) => Math.abs(value - shared[i][at]) <= ROUNDING));
}

/** A tensor of irregular values from -1 to 1. */
function noise(backend: WebGPUBackend, shape: number[]): TensorInfo {
  const values = Float32Array.from({ length: util.sizeFromShape(shape) }, (_, i) => Math.sin(i * i));
  return backend.makeTensorInfo(shape, 'float32', values);
}
