// Registers our WebGPU kernels into tfjs's backend 'webgpu': stock names override, so tfjs's gradients follow.
import { backend, type TensorInfo } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Kernels } from '../contract';
import type { Convolution } from '../conv-shape';
import { registerKernels } from '../register';
import { adam } from './adam';
import { batchNorm } from './batch-norm';
import { batchNormGrad } from './batch-norm-grad';
import { chooseVariants } from './choose-variants';
import { conv2d } from './conv2d';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput } from './conv2d-backprop-input';
import { fakeQuant, fakeQuantScaled } from './fake-quant';
import { fakeQuantGrad } from './fake-quant-grad';
import { fakeQuantLearnedGrad } from './fake-quant-learned-grad';
import { fakeQuantScaledGrad } from './fake-quant-scaled-grad';
import { fusedConv2d } from './fused-conv2d';
import { runOnBackend } from './kernel';
import { maxPool } from './max-pool';
import { maxPoolGrad } from './max-pool-grad';
import { observeHistogram } from './observe-histogram';
import { observeMinMax, observeScaled } from './observe-minmax';
import { relu } from './relu';
import { sgdMomentum } from './sgd-momentum';
import { runningStatistics, scaleFactor } from './vectors';

const KERNELS: Kernels<WebGPUBackend, TensorInfo> = {
  Conv2D: conv2d,
  FusedConv2D: fusedConv2d,
  Conv2DBackpropInput: conv2dBackpropInput,
  Conv2DBackpropFilter: conv2dBackpropFilter,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
  Relu: relu,
  QatObserveMinMax: observeMinMax,
  QatObserveScaled: observeScaled,
  QatObserveHistogram: observeHistogram,
  QatFakeQuant: fakeQuant,
  QatFakeQuantGrad: fakeQuantGrad,
  QatFakeQuantLearnedGrad: fakeQuantLearnedGrad,
  QatFakeQuantScaled: fakeQuantScaled,
  QatFakeQuantScaledGrad: fakeQuantScaledGrad,
  QatBatchNorm: batchNorm,
  QatBatchNormGrad: batchNormGrad,
  QatSgdMomentum: sgdMomentum,
  QatAdam: adam,
  QatRunningStatistics: runningStatistics,
  QatScaleFactor: scaleFactor,
};

/**
 * Registers every kernel and finds out which of their variants suit the device's convolutions; call after tf.setBackend('webgpu') and
 * tf.ready(), once per backend.
 */
export async function registerWebGpuKernels(convolutions: readonly Convolution[]): Promise<void> {
  registerKernels('webgpu', KERNELS, runOnBackend);
  await chooseVariants(backend() as WebGPUBackend, convolutions);
}
