// Adam, torch.optim.Adam with its defaults: g += wd * w; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w -= lr * (m / (1 -
// b1^t)) / (sqrt(v / (1 - b2^t)) + eps), at step t. Momentum of SGD is not read.
import * as tf from '@tensorflow/tfjs';
import type { Param } from '../../core/params';
import type { AdamAttrs, AdamRates, SgdAttrs } from '../../device/contract';
import { hasKernel, runKernel } from '../../device/run-kernel';
import { toTfjs } from '../layout';
import { readVariables, variableOf } from '../variables';
import type { Memory, Optimizer, ParameterGroup } from './optimizer';

const [BETA_1, BETA_2, EPS] = [0.9, 0.999, 1e-8];

/** By parameter. */
type Means = Map<string, tf.Variable>;

/** A parameter and the running means of its gradients and of their squares. */
interface Moved {
  readonly w: tf.Variable;
  readonly mean: tf.Variable;
  readonly square: tf.Variable;
}

/** What makes up for means that began at 0. @param step how many were taken before */
export function adamRates(lr: number, step: number): AdamRates {
  const t = step + 1;
  return { rate: lr / (1 - BETA_1 ** t), correction: Math.sqrt(1 - BETA_2 ** t) };
}

/** To be called in a scope: changes all three. */
export function adamStep({ w, mean, square }: Moved, g: tf.Tensor, attrs: AdamAttrs): void {
  if (hasKernel('QatAdam')) {
    runKernel('QatAdam', { w, mean, square, g }, attrs);
    return;
  }
  const { rate, correction, weightDecay } = attrs;
  const gradient = weightDecay > 0 ? tf.add(g, tf.mul(w, weightDecay)) : g;
  mean.assign(tf.add(tf.mul(mean, BETA_1), tf.mul(gradient, 1 - BETA_1)));
  square.assign(tf.add(tf.mul(square, BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2)));
  const size = tf.add(tf.div(tf.sqrt(square), correction), EPS);
  w.assign(tf.sub(w, tf.mul(tf.div(mean, size), rate)));
}

export class Adam implements Optimizer {
  /** Of the gradients, and of their squares. */
  private readonly means: Means = new Map();
  private readonly squares: Means = new Map();

  constructor(
    private readonly groups: readonly ParameterGroup[],
    { momentum, squares }: Memory,
  ) {
    try {
      for (const { variables } of groups)
        for (const [name, parameter] of variables) {
          this.means.set(name, meanOf(momentum.get(name), parameter));
          this.squares.set(name, meanOf(squares.get(name), parameter));
        }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  update(gradients: ReadonlyMap<string, tf.Tensor>, { lr, weightDecay }: SgdAttrs, step: number): void {
    const rates = adamRates(lr, step);
    for (const { variables, decays } of this.groups)
      for (const [name, w] of variables)
        tf.tidy(() => {
          const [mean, square] = [this.means.get(name)!, this.squares.get(name)!];
          adamStep({ w, mean, square }, gradients.get(name)!, { ...rates, weightDecay: decays ? weightDecay : 0 });
        });
  }

  async read(): Promise<Memory> {
    return { momentum: await readVariables(this.means), squares: await readVariables(this.squares) };
  }

  dispose(): void {
    tf.dispose([...this.means.values(), ...this.squares.values()]);
  }
}

/** @param like shape of what begins at 0 */
function meanOf(param: Param | undefined, like: tf.Variable): tf.Variable {
  const { shape, data } = param ? toTfjs(param) : { shape: like.shape, data: new Float32Array(like.size) };
  return variableOf(tf.tensor(data, [...shape]));
}
