// PTQ with learned roundings through the laboratory: integers of their own, learned once, gone on with after a stop.
import { beforeAll, expect, test } from 'vitest';
import { setUpWasm } from '../device/wasm/testing';
import type { Int8Model } from '../int8/int8-model';
import type { RoundingProgress } from '../train/rounding/learn-roundings';
import { Steering } from '../train/steering';
import { DEFAULT_RECIPE } from '../recipe/recipe';
import { Lab } from './lab';
import { ptqOptions } from './prepared';
import { model, source } from './unlike';

const TWO = { weightBits: 2, activationBits: 8, fuseAddRelu: true } as const;
const OPTIONS = { iterations: 40, batch: 16, learningRate: 0.1, penalty: 0.01 };
const learning = (seed: number, steering = new Steering(0)) => {
  const told: RoundingProgress[] = [];
  const onProgress = (progress: RoundingProgress) => {
    told.push(progress);
    if (seed === 1 && progress.block === 1) steering.stop();
  };
  return { options: OPTIONS, seed, steering, told, onProgress };
};
const weightsOf = ({ ops }: Int8Model) => ops.flatMap((op) => ('weights' in op ? [op.weights] : []));

beforeAll(setUpWasm);

test('what was learned is quantized, and learned once for biases as they are and corrected ones', async () => {
  const lab = new Lab(model, source);
  const nearest = await lab.ptq(TWO);
  const first = learning(0);
  const learned = await lab.ptq(TWO, undefined, first);
  expect(weightsOf(learned)).not.toEqual(weightsOf(nearest));
  expect(first.told.at(-1)).toMatchObject({ block: 2, blocks: 3, iteration: 40, iterations: 40 });
  const again = learning(0);
  expect(await lab.ptq({ ...TWO, rounding: 'flipped' }, undefined, again)).toEqual(learned);
  const corrected = await lab.ptq({ ...TWO, correctBias: true }, undefined, again);
  expect(weightsOf(corrected)).toEqual(weightsOf(learned));
  expect(corrected).not.toEqual(learned);
  expect(again.told).toEqual([]);
  for (const [choices, seed] of [
    [TWO, 2],
    [{ ...TWO, weightScheme: 'per_tensor_symmetric' }, 0],
    [{ ...TWO, layers: new Map([['fc', { weightBits: 3, activationBits: 8 }]]) }, 0],
  ] as const) {
    const other = learning(seed);
    await lab.ptq(choices, undefined, other);
    expect(other.told).not.toEqual([]);
  }
});

test('a stop keeps the blocks that are done', async () => {
  const lab = new Lab(model, source);
  const stopped = learning(1);
  await expect(lab.ptq(TWO, undefined, stopped)).rejects.toMatchObject({ code: 'stopped' });
  expect(stopped.told.map(({ block }) => block)).toEqual([0, 0, 1]);
  const rest = { ...learning(1), onProgress: ({ block }: RoundingProgress) => blocks.add(block) };
  const blocks = new Set<number>();
  await lab.ptq(TWO, undefined, rest);
  expect([...blocks]).toEqual([1, 2]);
});

test('where an answer is wanted at once, roundings are flipped', () => {
  const choices = { ...DEFAULT_RECIPE, ranges: 'mse', correctBias: true } as const;
  expect(ptqOptions({ ...choices, rounding: 'learned' })).toEqual(ptqOptions({ ...choices, rounding: 'flipped' }));
});
