// Runs convolutions: chooses between the image and its patches. Not for deciding which calls are ours: the kernel files.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { convFilterGrad } from './conv-filter-grad';
import { convForward } from './conv-forward';
import { convInputGrad } from './conv-input-grad';
import type { ConvShape } from './conv-shape';
import { patches, patchShape, wantsPatches } from './patches';
import { run } from './run';

/** x [n,h,w,ci], filter [kh,kw,ci,co], bias [co] if any -> [n,oh,ow,co], through ReLU if asked. */
export function forward(
  backend: WebGPUBackend,
  s: ConvShape,
  { x, filter, bias }: { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo },
  relu: boolean,
): TensorInfo {
  return overInput(backend, s, x, (shape, input) => {
    const inputs = bias ? [input, filter, bias] : [input, filter];
    return run(backend, convForward(shape, { bias: bias !== undefined, relu }), inputs, [[s.n, s.oh, s.ow, s.co]])[0];
  });
}

/** dy [n,oh,ow,co], filter [kh,kw,ci,co] -> dx [n,h,w,ci]. */
export function inputGrad(backend: WebGPUBackend, s: ConvShape, dy: TensorInfo, filter: TensorInfo): TensorInfo {
  return run(backend, convInputGrad(s), [dy, filter], [[s.n, s.h, s.w, s.ci]])[0];
}

/** x [n,h,w,ci], dy [n,oh,ow,co] -> gradient of the filter [kh,kw,ci,co]. */
export function filterGrad(backend: WebGPUBackend, s: ConvShape, x: TensorInfo, dy: TensorInfo): TensorInfo {
  return overInput(
    backend,
    s,
    x,
    (shape, input) => run(backend, convFilterGrad(shape), [input, dy], [[s.kh, s.kw, s.ci, s.co]])[0],
  );
}

/** Calls with the image, or with its patches and their 1x1 shape where that is better. */
function overInput(
  backend: WebGPUBackend,
  s: ConvShape,
  x: TensorInfo,
  call: (shape: ConvShape, input: TensorInfo) => TensorInfo,
): TensorInfo {
  if (!wantsPatches(s)) return call(s, x);
  const unrolled = patches(backend, x, s);
  const result = call(patchShape(s), unrolled);
  backend.disposeData(unrolled.dataId);
  return result;
}
