// What the WebGPU kernel specs run in the page: sets tfjs up with our kernels and runs cases of the table that every backend
// must pass (src/device/cases), also with one variant of the convolutions.
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { convolutionsOf as casesOf } from '../../src/device/cases/convolution';
import { histograms } from '../../src/device/cases/histogram';
import { runCases, runGroup, type Outcome } from '../../src/device/cases/run';
import type { ConvolutionShape } from '../../src/device/reference/convolution';
import { registerWebGpuKernels } from '../../src/device/webgpu';
import { startWebGpuBackend } from '../../src/device/webgpu/start';
import { setVariants, type Variant } from '../../src/device/webgpu/variants';
import { resnet18 } from '../../src/graph/resnet18';
import { convolutionsOf } from '../../src/train/convolutions';

export { qparamTable } from './qparam-rules';
export { histograms, runGroup };

let ready: Promise<void> | undefined;

/** tfjs on webgpu with our kernels, once per page. */
export function setUp(): Promise<void> {
  ready ??= (async () => {
    await startWebGpuBackend();
    await registerWebGpuKernels(convolutionsOf(resnet18()));
  })();
  return ready;
}

const take = (variant: Variant) => setVariants((tf.backend() as WebGPUBackend).device, variant);

/** Convolutions and their gradients by one variant. */
export function convolutionsBy(variant: Variant, shapes: readonly ConvolutionShape[]): Promise<Outcome[]> {
  take(variant);
  return runCases(casesOf(shapes));
}

/** What a ReLU does to NaN and infinity, by one variant. */
export function rectifiedBy(variant: Variant): Promise<Outcome[]> {
  take(variant);
  return runGroup('ReLU of a convolution');
}
