// Oscillating codes against PyTorch, which looks at every weight at every step: frequencies, shares, what is frozen at which
// code; and the gradient of the dampening loss.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { dampeningGradient } from '../../src/train/dampening';
import { Oscillations } from '../../src/train/oscillations';
import { BACKENDS } from '../../src/train/testing';
import { loadFixture } from './fixture';
import { relative } from './train-step';

const fixture = loadFixture<{
  readonly thresholds: Readonly<Record<string, readonly [number, number] | null>>;
  readonly steps: number;
  readonly weights: number;
  readonly strength: number;
  readonly codes: readonly [number, number];
}>('oscillations');
const { thresholds, steps, weights, strength, codes: ends } = fixture.values;
const codes = fixture.array('codes', 'int8');
const at = (step: number) => codes.slice(step * weights, (step + 1) * weights) as Int8Array;

describe.each(Object.entries(thresholds))('%s', (name, limits) => {
  const threshold = (look: number) =>
    limits ? limits[0] + ((limits[1] - limits[0]) * (1 - Math.cos((Math.PI * look) / steps))) / 2 : undefined;

  it('weight by weight, going on in the middle from what was read', () => {
    let found = new Oscillations(at(0));
    const flips: number[] = [];
    const oscillating: number[] = [];
    for (let step = 1; step < steps; step++) {
      if (step === steps / 2) found = new Oscillations(structuredClone(found.read()));
      flips.push(found.look(at(step), threshold(step - 1)));
      oscillating.push(found.oscillating);
    }
    expect(flips).toEqual([...fixture.array(`${name}.flips`, 'int32')]);
    expect(found.codes).toEqual(fixture.array(`${name}.codes`, 'int8'));
    const frozen = fixture.u8(`${name}.frozen`);
    expect([...found.held].sort((a, b) => a - b)).toEqual([...frozen.keys()].filter((i) => frozen[i] === 1));
    expect(found.held.length > 0).toBe(limits !== null);
    const frequencies = fixture.array(`${name}.frequency`, 'float64');
    frequencies.forEach((frequency, i) => {
      // Where a weight is frozen, nobody asks any more.
      if (frozen[i] === 0) expect(found.frequencyOf(i)).toBeCloseTo(frequency, 6);
    });
    const shares = fixture.f32(`${name}.oscillating`);
    oscillating.forEach((share, i) => expect(share).toBeCloseTo(shares[i], 6));
  });
});

describe.each(BACKENDS)('the dampening gradient on %s', (_, start) => {
  beforeAll(start);

  it.each([1, -0.5])('of weights per channel, times a factor of %f', (k) => {
    const [channels, each] = fixture.shape('dampening.weight');
    const turned = (name: string) => tf.transpose(tf.tensor2d(fixture.f32(name), [channels, each]));
    const variable = tf.variable(tf.div(turned('dampening.weight'), k));
    const [scale, factor] = [tf.tensor1d(fixture.f32('dampening.scale')), tf.fill([channels], k) as tf.Tensor1D];
    const [qmin, qmax] = ends;
    const weight = { id: 'fc', name: 'fc.weight', variable, channels, qmin, qmax, steps: () => ({ scale, factor }) };
    const found = tf.tidy(() => tf.transpose(dampeningGradient(weight, { variables: [] }, strength)).dataSync());
    const wanted = fixture.f32('dampening.gradient').map((v) => v * k);
    expect(relative(found, wanted)).toBeLessThan(2e-6);
    tf.disposeVariables();
  });
});
