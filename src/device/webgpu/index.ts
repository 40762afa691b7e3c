// Registers our WebGPU kernels into tfjs's backend 'webgpu': stock names override, so tfjs's gradients follow.
import { backend, getKernel, registerKernel, unregisterKernel } from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Convolution } from '../conv-shape';
import { batchNorm } from './batch-norm';
import { batchNormGrad } from './batch-norm-grad';
import { chooseVariants } from './choose-variants';
import { conv2d } from './conv2d';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput } from './conv2d-backprop-input';
import { fakeQuant, fakeQuantScaled } from './fake-quant';
import { fakeQuantGrad } from './fake-quant-grad';
import { fakeQuantScaledGrad } from './fake-quant-scaled-grad';
import { fusedConv2d } from './fused-conv2d';
import { keepStock, kernelFunc, type Kernel } from './kernel';
import { maxPool } from './max-pool';
import { maxPoolGrad } from './max-pool-grad';
import { observeHistogram } from './observe-histogram';
import { observeMinMax, observeScaled } from './observe-minmax';
import { relu } from './relu';
import { sgdMomentum } from './sgd-momentum';
import { runningStatistics, scaleFactor } from './vectors';

/**
 * Registers every kernel and finds out which of their variants suit the device's convolutions; call after tf.setBackend('webgpu') and
 * tf.ready(), once per backend.
 */
export async function registerWebGpuKernels(convolutions: readonly Convolution[]): Promise<void> {
  register(conv2d);
  register(fusedConv2d);
  register(conv2dBackpropInput);
  register(conv2dBackpropFilter);
  register(maxPool);
  register(maxPoolGrad);
  register(relu);
  register(observeMinMax);
  register(observeScaled);
  register(observeHistogram);
  register(fakeQuant);
  register(fakeQuantGrad);
  register(fakeQuantScaled);
  register(fakeQuantScaledGrad);
  register(batchNorm);
  register(batchNormGrad);
  register(sgdMomentum);
  register(runningStatistics);
  register(scaleFactor);
  await chooseVariants(backend() as WebGPUBackend, convolutions);
}

function register<Inputs, Attrs>(kernel: Kernel<Inputs, Attrs>): void {
  if (getKernel(kernel.name, 'webgpu')) {
    keepStock(kernel.name);
    unregisterKernel(kernel.name, 'webgpu');
  }
  registerKernel({ kernelName: kernel.name, backendName: 'webgpu', kernelFunc: kernelFunc(kernel) });
}
