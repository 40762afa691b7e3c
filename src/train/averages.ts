// A running average of the parameters, which stands for the trained network in their place: steps jitter about a minimum, and
// what they have in common is nearer to it. torch.optim.swa_utils.AveragedModel with get_ema_multi_avg_fn.
// Not for running statistics of batch norm, which are averages already.
import * as tf from '@tensorflow/tfjs';
import type { ParamStore } from '../core/params';
import { toTfjs } from './layout';
import { readVariables, variableOf } from './variables';

export class Averages {
  private readonly averages = new Map<string, tf.Variable>();

  /**
   * @param decay 0..1 (excluded) that the average keeps of itself at each step
   * @param state averages to go on from, in PyTorch's layouts; empty before the first step
   */
  constructor(
    private readonly decay: number,
    state: ParamStore,
  ) {
    try {
      for (const [name, param] of state) {
        const { shape, data } = toTfjs(param);
        this.averages.set(name, variableOf(tf.tensor(data, [...shape])));
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** After a step: the first one is copied. */
  update(parameters: Iterable<readonly [name: string, parameter: tf.Variable]>): void {
    for (const [name, parameter] of parameters) {
      const average = this.averages.get(name);
      // A clone would share the memory that optimizers change in place.
      if (!average) this.averages.set(name, variableOf(tf.tidy(() => tf.mul(parameter, 1))));
      else
        tf.tidy(() =>
          average.assign(tf.add(average, tf.mul(tf.sub(parameter, average), 1 - this.decay)) as typeof average),
        );
    }
  }

  /** In PyTorch's layouts; empty before the first step. */
  read(): Promise<ParamStore> {
    return readVariables(this.averages);
  }

  dispose(): void {
    tf.dispose([...this.averages.values()]);
    this.averages.clear();
  }
}
