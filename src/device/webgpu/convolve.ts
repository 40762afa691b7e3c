// Runs convolutions: chooses between the image and its patches, and the device's variant. Not for deciding which calls
// are ours: see the kernel files.
import type { TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { ConvShape } from '../conv-shape';
import { addSlices } from './add-slices';
import { convFilterGrad } from './conv-filter-grad';
import { convFilterGradWorkgroup, filterGradSlices } from './conv-filter-grad-workgroup';
import { convForward, type Epilogue } from './conv-forward';
import { convForwardWorkgroup } from './conv-forward-workgroup';
import { convInputGrad } from './conv-input-grad';
import { convInputGradWorkgroup } from './conv-input-grad-workgroup';
import { patches, patchShape, wantsPatches } from './patches';
import { run, type Shader } from './run';
import { variantFor, type Variant } from './variants';

/** x [n,h,w,ci], filter [kh,kw,ci,co], bias [co] if any -> [n,oh,ow,co], through ReLU if asked. */
export function forward(
  backend: WebGPUBackend,
  s: ConvShape,
  { x, filter, bias }: { x: TensorInfo; filter: TensorInfo; bias?: TensorInfo },
  relu: boolean,
): TensorInfo {
  const variant = variantFor(backend.device, s);
  const epilogue = { bias: bias !== undefined, relu };
  return overInput(backend, s, x, (shape, input) => {
    const shader = forwardShader(shape, epilogue, variant);
    return run(backend, shader, bias ? [input, filter, bias] : [input, filter], [[s.n, s.oh, s.ow, s.co]])[0];
  });
}

/** dy [n,oh,ow,co], filter [kh,kw,ci,co] -> dx [n,h,w,ci]. */
export function inputGrad(backend: WebGPUBackend, s: ConvShape, dy: TensorInfo, filter: TensorInfo): TensorInfo {
  const shader = inputGradShader(s, variantFor(backend.device, s));
  return run(backend, shader, [dy, filter], [[s.n, s.h, s.w, s.ci]])[0];
}

/** x [n,h,w,ci], dy [n,oh,ow,co] -> gradient of the filter [kh,kw,ci,co]. */
export function filterGrad(backend: WebGPUBackend, s: ConvShape, x: TensorInfo, dy: TensorInfo): TensorInfo {
  const filterShape = [s.kh, s.kw, s.ci, s.co];
  const variant = variantFor(backend.device, s);
  return overInput(backend, s, x, (shape, input) => {
    const shader = filterGradShader(shape, variant);
    const slices = variant === 'workgroup' ? filterGradSlices(shape) : 1;
    if (slices === 1) return run(backend, shader, [input, dy], [filterShape])[0];
    const [parts] = run(backend, shader, [input, dy], [[slices, ...filterShape]]);
    const [total] = run(
      backend,
      addSlices('Conv2DBackpropFilter', slices, s.kh * s.kw * s.ci * s.co),
      [parts],
      [filterShape],
    );
    backend.disposeData(parts.dataId);
    return total;
  });
}

const forwardShader = (s: ConvShape, epilogue: Epilogue, variant: Variant): Shader =>
  variant === 'workgroup' ? convForwardWorkgroup(s, epilogue) : convForward(s, epilogue, variant === 'subgroups');
const inputGradShader = (s: ConvShape, variant: Variant): Shader =>
  variant === 'workgroup' ? convInputGradWorkgroup(s) : convInputGrad(s, variant === 'subgroups');
const filterGradShader = (s: ConvShape, variant: Variant): Shader =>
  variant === 'workgroup' ? convFilterGradWorkgroup(s) : convFilterGrad(s, variant === 'subgroups');

/** What a variant runs for a convolution and its gradients, but for patches and sums of slices, which all share. */
export function shadersOf(s: ConvShape, variant: Variant): Shader[] {
  const unrolled = wantsPatches(s) ? patchShape(s) : s;
  return [
    forwardShader(unrolled, { bias: false, relu: false }, variant),
    forwardShader(unrolled, { bias: true, relu: true }, variant),
    inputGradShader(s, variant),
    filterGradShader(unrolled, variant),
  ];
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
