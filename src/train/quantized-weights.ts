// The weights of a training that are fake-quantized, and the step between two codes of each. Not for quantizing them:
// train-forward.ts.
import * as tf from '@tensorflow/tfjs';
import type { Graph } from '../graph/types';
import { weightKey } from '../quant/prepare';
import { qparamsName } from '../quant/learned';
import type { QatGraph } from '../quant/types';
import { scaleFactor } from './ops/scale-factor';
import type { DeviceState } from './state';
import type { ForwardUpdates } from './train-forward';

export interface QuantizedWeight {
  /** Of its node. */
  readonly id: string;
  /** Of the parameter. */
  readonly name: string;
  /** [..., channels] */
  readonly variable: tf.Variable;
  readonly channels: number;
  readonly qmin: number;
  readonly qmax: number;
  /**
   * To be called in a scope: [channels] each, with the code of w being RNE(w * factor / scale), clamped.
   * @param updates of the pass that saw the weights, where they are not applied yet
   */
  steps(updates?: ForwardUpdates): { readonly scale: tf.Tensor1D; readonly factor: tf.Tensor1D };
}

/**
 * Those whose codes are w * factor / scale alone, by the observers' rule: symmetric ones, and no powers of two, which are found
 * by a scale's bits.
 */
export function quantizedWeights(graph: Graph | QatGraph, state: DeviceState): QuantizedWeight[] {
  if (!('quant' in graph)) return [];
  return graph.nodes.flatMap((node): QuantizedWeight[] => {
    if (node.op !== 'conv' && node.op !== 'linear') return [];
    const spec = graph.quant[node.id]?.weight;
    if (!spec?.simulate || spec.scheme !== 'symmetric' || spec.powerOfTwo) return [];
    if (spec.observer !== 'learned' && spec.fusedRule) return [];
    const { id, weight: name, out } = node;
    const { qmin, qmax, eps } = spec;
    const bn = node.op === 'conv' ? node.bn : undefined;
    const scale = (updates?: ForwardUpdates) => {
      if (spec.observer === 'learned') return rows(state.learned.get(qparamsName(weightKey(id)))!)[0];
      const known = state.ranges.get(weightKey(id))!;
      const [, seen = known] = updates?.variables.find(([variable]) => variable === known) ?? [];
      const [low, high] = rows(seen as tf.Tensor2D);
      const largest = tf.maximum(tf.maximum(tf.neg(low), high), 0);
      return tf.maximum(tf.div(largest, (qmax - qmin) / 2), eps) as tf.Tensor1D;
    };
    const factor = () => {
      if (!bn) return tf.ones([out.c]) as tf.Tensor1D;
      const gain = state.trainable.get(`${bn.prefix}.weight`) as tf.Variable<tf.Rank.R1>;
      return scaleFactor(gain, state.running.get(`${bn.prefix}.running_var`)!, bn.eps);
    };
    const steps = (updates?: ForwardUpdates) => ({
      scale: tf.broadcastTo(scale(updates), [out.c]) as tf.Tensor1D,
      factor: factor(),
    });
    return [{ id, name, variable: state.trainable.get(name)!, channels: out.c, qmin, qmax, steps }];
  });
}

const rows = (pairs: tf.Tensor2D): tf.Tensor1D[] => tf.unstack(pairs) as tf.Tensor1D[];
