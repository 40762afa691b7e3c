// The scales by which a training's activations are fake-quantized, as a step leaves them. Not for how they are found:
// train-forward.ts; nor for those of weights: code-watch.ts.
import * as tf from '@tensorflow/tfjs';
import { isUnseen } from '../core/qparams';
import { tidy } from '../device/tidy';
import type { Graph } from '../graph/types';
import { qparamsName } from '../quant/learned';
import { roundedUp, scaleAndZeroPoint } from '../quant/qparams';
import type { QatGraph } from '../quant/types';
import type { DeviceState } from './state';

/** Of one output. */
export interface OutputScale {
  /** Id of its node. */
  readonly id: string;
  readonly scale: number;
}

export class ActivationScales {
  private readonly quantized: readonly {
    readonly id: string;
    /** Two values: a range, or a learned scale and its zero point. */
    readonly variable: tf.Variable;
    scale(first: number, second: number): number;
  }[];

  constructor(graph: Graph | QatGraph, state: DeviceState) {
    this.quantized = graph.nodes.flatMap(({ id }) => {
      const spec = 'quant' in graph ? graph.quant[id]?.activation : undefined;
      if (!spec?.simulate) return [];
      if (spec.observer === 'learned')
        return {
          ...{ id, variable: state.learned.get(qparamsName(id))! },
          scale: (scale: number) => (spec.powerOfTwo ? roundedUp(scale) : scale),
        };
      return {
        ...{ id, variable: state.ranges.get(id)! },
        scale: (min: number, max: number) => (isUnseen(min, max) ? NaN : scaleAndZeroPoint(min, max, spec).scale),
      };
    });
  }

  /** Reads a step's logits and the scales that it leaves, so that the device is asked once. @returns scales that quantize */
  async readWith(logits: tf.Tensor): Promise<{ logits: Float32Array; activations?: readonly OutputScale[] }> {
    const variables = this.quantized.map(({ variable }) => variable);
    const all = tidy(() => tf.concat1d([logits, ...variables].map((part) => tf.reshape<tf.Rank.R1>(part, [-1]))));
    try {
      const values = await all.data<'float32'>();
      const pairs = values.subarray(logits.size);
      const scales = this.quantized.map(({ id, scale }, i) => ({ id, scale: scale(pairs[2 * i], pairs[2 * i + 1]) }));
      const activations = scales.filter(({ scale }) => scale > 0);
      return { logits: values.subarray(0, logits.size), ...(activations.length > 0 && { activations }) };
    } finally {
      all.dispose();
    }
  }
}
