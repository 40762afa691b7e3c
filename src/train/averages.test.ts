// Averages beside an optimizer that changes parameters in place, against plain arithmetic on the parameters as they were read.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Averages } from './averages';
import { Adam } from './optimizers/adam';
import { Sgd } from './optimizers/sgd';
import { BACKENDS } from './testing';

const [DECAY, STEPS] = [0.5, 4];
const RATES = { lr: 0.25, momentum: 0.9, weightDecay: 0 };

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  it.each([
    ['SGD', Sgd],
    ['Adam', Adam],
  ] as const)('keep what %s has left behind', async (_, Optimizer) => {
    const w = tf.variable(tf.tensor1d([1, -2, 3, 0.5]));
    const group = { variables: new Map([['w', w]]), decays: false };
    const optimizer = new Optimizer([group], { momentum: new Map(), squares: new Map() });
    const averages = new Averages(DECAY, new Map());
    let expected: number[] = [];
    for (let step = 0; step < STEPS; step++) {
      const gradient = tf.tensor1d([1, 1, -1, step]);
      optimizer.update(new Map([['w', gradient]]), RATES, step);
      averages.update(group.variables);
      const now = [...(await w.data())];
      expected = step === 0 ? now : expected.map((a, i) => DECAY * a + (1 - DECAY) * now[i]);
      gradient.dispose();
    }
    const { data } = (await averages.read()).get('w')!;
    // Three roundings a step of numbers below 8.
    data.forEach((value, i) => expect(Math.abs(value - expected[i])).toBeLessThan(3 * STEPS * 2 ** -22));
    tf.dispose(w);
    averages.dispose();
    optimizer.dispose();
  });
});
