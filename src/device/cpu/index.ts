// Registers the reference's arithmetic (../reference) as the contract's kernels of tfjs's backend 'cpu', so that a training
// can be run on it in Node. Not for visitors; tfjs's own convolutions stay, and pooling that is not square is refused.
import * as tf from '@tensorflow/tfjs';
import { batchNorm, batchNormGrad } from './batch-norm';
import { fakeQuant, fakeQuantGrad } from './fake-quant';
import { register } from './kernel';
import { maxPool } from './max-pool';
import { observeHistogram, observeMinMax } from './observe';
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
