// What the unit tests of this room share: backends to run on, reproducible numbers, finite differences, a small network.
// Node only (what browser tests need as well: small-network.ts, not-finite-cases.ts); not for the product.
import * as tf from '@tensorflow/tfjs';
import { startCpu } from '../device/cpu';
import { distance, noise } from '../device/testing';
import { setUpWasm } from '../device/wasm/testing';

import { freeze } from '../quant/freeze';
import { initialQParams } from '../quant/learned';
import { observeWeights } from '../quant/observe-weights';
import { prepareQat } from '../quant/prepare';
import { qconfigById } from '../quant/qconfigs';
import { smallGraph, smallParams } from './small-network';

export { smallBatch, smallGraph, smallParams } from './small-network';
export { distance, noise };

/** Every backend that Node has: our plain kernels on tfjs's 'cpu', our SIMD kernels on 'wasm'. */
export const BACKENDS = [
  ['cpu', startCpu],
  ['wasm', setUpWasm],
] as const;

/** Central differences of a function of float32 values, whose steps are exact in float32. */
export function differences(at: Float32Array, value: (moved: Float32Array) => number, step: number): Float64Array {
  return Float64Array.from(at, (original, i) => {
    const moved = at.slice();
    moved[i] = original + step;
    const [above, high] = [value(moved), moved[i]];
    moved[i] = original - step;
    return (above - value(moved)) / (high - moved[i]);
  });
}

/** Gradient of sum(f(x) * dy) by tfjs's automatic differentiation. */
export function gradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy: tf.Tensor): Float32Array {
  return tf.tidy(() => tf.grad(f)(x, dy).dataSync<'float32'>().slice());
}

/**
 * The small network prepared twice at these bits, observing and learning its scales, and the parameters that the latter begins with.
 * @param wider the ranges of weights are so many times what the weights reach; above 1 no weight lies on a tie
 */
export function smallPrepared(bits: { readonly weightBits: number; readonly activationBits: number }, wider = 1) {
  const fused = smallGraph();
  const params = smallParams(fused, 3);
  const observing = prepareQat(fused, qconfigById('fbgemm_qat', bits), { fuseAddRelu: true });
  const lsq = prepareQat(fused, qconfigById('lsq', bits), { fuseAddRelu: true });
  const unit = new Map(observing.nodes.map(({ id }) => [id, { min: Float32Array.of(-1), max: Float32Array.of(1) }]));
  const widened = (end: Float32Array) => end.map((v) => wider * v);
  const ranges = new Map(
    [...observeWeights(observing, params, unit)].map(([key, { min, max }]) => [
      key,
      { min: widened(min), max: widened(max) },
    ]),
  );
  const learned = new Map([...params, ...initialQParams(lsq, freeze(observing, ranges, params))]);
  return { fused, params, observing, lsq, ranges, learned };
}
