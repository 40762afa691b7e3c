// Running averages of parameters against torch.optim.swa_utils.AveragedModel: each step's to float32's rounding.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { Averages } from '../../src/train/averages';
import { BACKENDS } from '../../src/train/testing';
import { toTfjs } from '../../src/train/layout';
import { loadFixture } from './fixture';

const fixture = loadFixture<{ readonly decays: readonly number[]; readonly steps: number }>('averages');
const { decays, steps } = fixture.values;
const NAME = 'fc.weight';
/** Each step rounds three times, to at most half a unit in the last place of numbers below 8, and keeps what was before. */
const TOLERANCE = 3 * steps * 2 ** -22;

const load = (name: string) => ({ shape: fixture.shape(name), data: fixture.f32(name) });

describe.each(BACKENDS)('on %s', (_, start) => {
  beforeAll(start);

  it.each(decays)('with a decay of %f, going on in the middle from what was read', async (decay) => {
    let averages = new Averages(decay, new Map());
    expect((await averages.read()).size).toBe(0);
    const { shape, data } = toTfjs(load('parameter.0'));
    const parameter = tf.variable(tf.tensor(data, [...shape]));
    for (let step = 0; step < steps; step++) {
      if (step === steps / 2) {
        const state = await averages.read();
        averages.dispose();
        averages = new Averages(decay, state);
      }
      parameter.assign(tf.tensor(toTfjs(load(`parameter.${step}`)).data, [...shape]));
      averages.update([[NAME, parameter]]);
      const found = (await averages.read()).get(NAME)!;
      const expected = load(`average.${decay}.${step}`);
      expect(found.shape).toEqual(expected.shape);
      found.data.forEach((value, i) => expect(Math.abs(value - expected.data[i])).toBeLessThan(TOLERANCE));
    }
    const { numTensors } = tf.memory();
    averages.dispose();
    expect(tf.memory().numTensors).toBe(numTensors - 1);
    parameter.dispose();
  });
});
