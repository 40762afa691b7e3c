// Registers the reference's arithmetic (../reference) as the contract's kernels of tfjs's backend 'cpu', so that a training
// can be run on it in Node. Not for visitors; tfjs's own convolutions stay, and pooling that is not square is refused.
import * as tf from '@tensorflow/tfjs';
import type { Kernels } from '../contract';
import { registerKernels } from '../register';
import { batchNorm, batchNormGrad } from './batch-norm';
import { fakeQuant, fakeQuantGrad, fakeQuantLearnedGrad } from './fake-quant';
import { runOnValues, type Output, type Values } from './kernel';
import { maxPool } from './max-pool';
import { observeHistogram, observeMinMax } from './observe';
import { sgdMomentum } from './sgd-momentum';

const KERNELS: Kernels<void, Values, Output> = {
  MaxPool: maxPool,
  QatObserveMinMax: observeMinMax,
  QatObserveHistogram: observeHistogram,
  QatFakeQuant: fakeQuant,
  QatFakeQuantGrad: fakeQuantGrad,
  QatFakeQuantLearnedGrad: fakeQuantLearnedGrad,
  QatBatchNorm: batchNorm,
  QatBatchNormGrad: batchNormGrad,
  QatSgdMomentum: sgdMomentum,
};

/** Starts tfjs's backend 'cpu' with our kernels; may be called again. */
export async function startCpu(): Promise<void> {
  await tf.setBackend('cpu');
  await tf.ready();
  registerKernels('cpu', KERNELS, runOnValues);
}
