// Steps of Adam against torch.optim.Adam: parameters and both means, to what float32 leaves of PyTorch's own.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Adam } from '../../src/train/optimizers/adam';
import { BACKENDS } from '../../src/train/testing';
import { loadFixture } from './fixture';

const fixture = loadFixture<{ readonly steps: number; readonly rates: readonly number[]; readonly weight_decay: number }>(
  'adam',
);
const { steps, rates, weight_decay: weightDecay } = fixture.values;
const NAMES = ['weight', 'scale'];

/** How far PyTorch's float32 is from its float64, over all that a topic holds, relative to the largest. */
const PYTORCH = Math.max(
  ...fixture.names
    .filter((name) => name.startsWith('exact.'))
    .map((name) => {
      const exact = fixture.array(name, 'float64');
      const largest = Math.max(...exact.map(Math.abs));
      return Math.max(...fixture.f32(name.slice(6)).map((value, i) => Math.abs(value - exact[i]))) / largest;
    }),
);

function expectClose(found: Float32Array, name: string): void {
  const exact = fixture.array(`exact.${name}`, 'float64');
  const largest = Math.max(...exact.map(Math.abs));
  found.forEach((value, i) => expect(Math.abs(value - exact[i]) / largest, name).toBeLessThanOrEqual(4 * PYTORCH));
}

/** In tfjs's layout, which is PyTorch's transposed. */
const tensor = (name: string) =>
  tf.tidy(() => tf.tensor(fixture.f32(name), [...fixture.shape(name)]).transpose());

function variable(name: string): tf.Variable {
  const values = tensor(name);
  const made = tf.variable(values);
  values.dispose();
  return made;
}

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  it('moves as PyTorch does, going on in the middle from what was read', async () => {
    const before = tf.memory().numTensors;
    const variables = new Map(NAMES.map((name) => [name, variable(`start.${name}`)]));
    const groups = [
      { variables: new Map([['weight', variables.get('weight')!]]), decays: true },
      { variables: new Map([['scale', variables.get('scale')!]]), decays: false },
    ];
    let adam = new Adam(groups, { momentum: new Map(), squares: new Map() });
    for (let step = 0; step < steps; step++) {
      if (step === 2) {
        const memory = await adam.read();
        adam.dispose();
        adam = new Adam(groups, memory);
      }
      tf.tidy(() => {
        const gradients = new Map(NAMES.map((name) => [name, tensor(`gradient.${name}.${step}`)]));
        adam.update(gradients, { lr: rates[step], momentum: 0, weightDecay }, step);
      });
      const memory = await adam.read();
      for (const name of NAMES) {
        expectClose(tf.tidy(() => variables.get(name)!.transpose().dataSync<'float32'>()), `${name}.${step}`);
        expectClose(memory.momentum.get(name)!.data, `mean.${name}.${step}`);
        expectClose(memory.squares.get(name)!.data, `square.${name}.${step}`);
      }
    }
    adam.dispose();
    tf.dispose([...variables.values()]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
