// Registers plain TypeScript versions of the contract's kernels into tfjs's backend 'cpu': the reference that other
// backends' results are tested against, in Node. Not for visitors, and tfjs's own convolutions stay.
import * as tf from '@tensorflow/tfjs';
import { batchNorm, batchNormGrad } from './batch-norm';
import { fakeQuant, fakeQuantGrad } from './fake-quant';
import { register } from './kernel';
import { maxPool } from './max-pool';
import { observeHistogram } from './observe-histogram';
import { observeMinMax } from './observe-minmax';
import { sgdMomentum } from './sgd-momentum';

let registered = false;

/** Starts tfjs's backend 'cpu' with our kernels; may be called again. */
export async function startCpu(): Promise<void> {
  await tf.setBackend('cpu');
  await tf.ready();
  if (registered) return;
  registered = true;
  register(maxPool);
  register(observeMinMax);
  register(observeHistogram);
  register(fakeQuant);
  register(fakeQuantGrad);
  register(batchNorm);
  register(batchNormGrad);
  register(sgdMomentum);
}
