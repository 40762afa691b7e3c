// Scales and zero points of a weight by the rule of PyTorch's fused observe-and-fake-quant kernel, on the device.
// The formula, and what it is for: src/quant/fused-rule.ts.
import * as tf from '@tensorflow/tfjs';
import { EMPTY_SCALE, SMALL_SCALE } from '../../quant/fused-rule';
import type { QuantRule } from '../../quant/types';

/** @param range [2, C], row 0 minima @returns [2, C], row 0 scales, row 1 zero points; NaN where an end is not finite */
export function fusedQParams(range: tf.Tensor2D, { scheme, qmin, qmax }: QuantRule): tf.Tensor2D {
  return tf.tidy(() => {
    const [min, max] = tf.unstack(range) as tf.Tensor1D[];
    const [low, high] = [tf.minimum(min, 0), tf.maximum(max, 0)];
    const codes = qmax - qmin;
    const half = Math.floor(codes / 2);
    const both = tf.logicalAnd(tf.less(min, 0), tf.greater(max, 0));
    const centred = scheme === 'symmetric' ? both : tf.zerosLike(both);
    const step = tf.maximum(tf.div(tf.neg(low), half + 1), tf.div(high, half));
    // Of codes -half - 1 .. half, however many there are.
    const centredScale = tf.mul(step, (2 * half + 1) / codes);
    const ofRange = tf.where(centred, centredScale, tf.div(tf.sub(high, low), codes));
    const natural = tf.where(tf.equal(ofRange, 0), tf.onesLike(ofRange).mul(EMPTY_SCALE), ofRange);
    const scale = tf.maximum(natural, SMALL_SCALE);
    // From the end whose code is computed with the smaller error; a range that is too small is widened first.
    const [ofLow, ofHigh] = [tf.div(low, natural), tf.div(high, natural)];
    const atLow = tf.less(tf.sub(Math.abs(qmin), tf.abs(ofLow)), tf.sub(Math.abs(qmax), tf.abs(ofHigh)));
    const affine = tf.where(atLow, tf.sub(qmin, ofLow), tf.sub(qmax, ofHigh));
    const zeroPoint = tf.where(centred, tf.onesLike(affine).mul((qmin + qmax) / 2), affine);
    // 0, or NaN of an end that is not finite.
    const spoilt = tf.mul(tf.add(min, max), 0);
    const rounded = tf.clipByValue(tf.round(zeroPoint), qmin, qmax);
    return tf.stack([tf.add(scale, spoilt), tf.add(rounded, spoilt)]) as tf.Tensor2D;
  });
}
