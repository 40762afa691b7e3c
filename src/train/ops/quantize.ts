// Observing and fake-quantizing as differentiable tfjs ops over the contract's kernels.
// Not for qparams on the host: src/quant. The kernels: ../kernels.
import * as tf from '@tensorflow/tfjs';
import type { FakeQuantSpec } from '../../quant/types';
import {
  FAKE_QUANT,
  FAKE_QUANT_GRAD,
  OBSERVE_MINMAX,
  type FakeQuantAttrs,
  type ObserveMinMaxAttrs,
} from '../kernels/contract';
import { runKernel, type GradSaver } from './run-kernel';

/**
 * The running range after x was seen; carries no gradient.
 * @param x [..., C]; @param range [2, 1] or [2, C], row 0 minima; (+Infinity, -Infinity) has seen nothing
 */
export function observe(x: tf.Tensor, range: tf.Tensor2D, spec: FakeQuantSpec): tf.Tensor2D {
  const mode = spec.observer === 'minmax' ? 'extreme' : 'average';
  const attrs: ObserveMinMaxAttrs = { mode, c: spec.averagingConstant };
  return runKernel(OBSERVE_MINMAX, { x, range }, attrs)[0] as tf.Tensor2D;
}

/**
 * Fake quantization over a range, with the straight-through gradient: dy where the code lies in [qmin, qmax], else 0.
 * @param x [..., C]; @param range [2, 1] or [2, C]
 */
export function fakeQuant<T extends tf.Tensor>(x: T, range: tf.Tensor2D, spec: FakeQuantSpec): T {
  const { qmin, qmax, eps } = spec;
  const attrs: FakeQuantAttrs = { symmetric: spec.scheme === 'symmetric', qmin, qmax, eps };
  const op = tf.customGrad((...args) => {
    const [input, save] = args as [tf.Tensor, GradSaver];
    save([input, range]);
    return {
      value: runKernel(FAKE_QUANT, { x: input, range }, attrs)[0],
      gradFunc: (dy: tf.Tensor, [saved, savedRange]: tf.Tensor[]) =>
        runKernel(FAKE_QUANT_GRAD, { x: saved, dy, range: savedRange }, attrs)[0],
    };
  });
  return op(x) as T;
}
