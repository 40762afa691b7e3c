// SGD with momentum, torch.optim.SGD: g += wd * w; v = momentum * v + g; w -= lr * v, in one kernel for a whole group.
import * as tf from '@tensorflow/tfjs';
import type { Param, ParamStore } from '../../core/params';
import { velocityLayout, type SgdAttrs } from '../../device/contract';
import { runKernel } from '../../device/run-kernel';
import { toTfjs, toTorch } from '../layout';
import { variableOf } from '../variables';
import type { Memory, Optimizer, ParameterGroup } from './optimizer';

export class Sgd implements Optimizer {
  /** Of each group, by velocityLayout in the order of its variables. */
  private readonly velocities: tf.Variable<tf.Rank.R1>[] = [];

  constructor(
    private readonly groups: readonly ParameterGroup[],
    { momentum }: Memory,
  ) {
    try {
      for (const group of groups) this.velocities.push(velocitiesOf(group, momentum));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  update(gradients: ReadonlyMap<string, tf.Tensor>, rates: SgdAttrs): void {
    this.groups.forEach(({ variables, decays }, i) => {
      const parameters = [...variables].flatMap(([name, w]) => [w, gradients.get(name)!]);
      runKernel('QatSgdMomentum', [this.velocities[i], ...parameters], decays ? rates : { ...rates, weightDecay: 0 });
    });
  }

  async read(): Promise<Memory> {
    const momentum = new Map<string, Param>();
    for (const [i, group] of this.groups.entries()) {
      const { offsets } = layoutOf(group);
      const values = (await this.velocities[i].data()) as Float32Array;
      [...group.variables].forEach(([name, { shape, size }], p) => {
        momentum.set(name, toTorch({ shape, data: values.subarray(offsets[p], offsets[p] + size) }));
      });
    }
    return { momentum, squares: new Map() };
  }

  dispose(): void {
    tf.dispose(this.velocities);
  }
}

const layoutOf = ({ variables }: ParameterGroup) => velocityLayout([...variables.values()].map(({ size }) => size));

function velocitiesOf(group: ParameterGroup, momenta: ParamStore): tf.Variable<tf.Rank.R1> {
  const { offsets, size } = layoutOf(group);
  const velocities = new Float32Array(size);
  [...group.variables.keys()].forEach((name, p) => {
    const momentum = momenta.get(name);
    if (momentum) velocities.set(toTfjs(momentum).data, offsets[p]);
  });
  return variableOf(tf.tensor1d(velocities));
}
