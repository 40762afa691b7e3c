import { expect, test } from 'vitest';
import type { KeptRun } from '../train/kept-run';
import { runOf, stateOf } from '../train/saved/testing';
import type { TrainOptions } from '../train/types';
import { Controls } from './controls';

const OPTIONS: TrainOptions = {
  ...{ kind: 'control', steps: 9, batch: 2, learningRate: 0.1, momentum: 0.9, weightDecay: 1e-4 },
  ...{
    schedule: 'constant',
    distillation: 0,
    averaging: 0,
    oscillations: 'leave',
    augmentation: 'crops_and_flips',
    reestimateBatchNorm: 0,
    optimizer: 'sgd',
    seed: 1,
    validateEvery: 3,
    validationImages: 16,
    freezeBnAt: 0.5,
    freezeObserversAt: 0.5,
  },
  replay: { steps: 3, schedule: [{ step: 0, rate: 0.1 }] },
};
const FUSED = { batchNorm: 'fused', equalize: false } as const;
const ended = (mark: number): KeptRun => ({ ...runOf(3, true), state: stateOf(3, mark) });
const stopped = (control: KeptRun): KeptRun => ({ ...control, result: { ...control.result!, finished: false } });

test('a control answers for runs of the same seed, batch, steps, freezing, rates and kind of network, wherever they would have begun', () => {
  const controls = new Controls();
  const control = ended(1);
  controls.add(OPTIONS, FUSED, control);
  expect(controls.of(structuredClone(OPTIONS), FUSED)).toBe(control);
  expect(controls.of({ ...OPTIONS, learningRate: 0.2 }, FUSED)).toBe(control);
  const { replay } = OPTIONS;
  for (const other of [
    ...[{ seed: 2 }, { batch: 4 }, { steps: 10 }, { freezeBnAt: 0 }, { schedule: 'cosine' } as const],
    ...[{ replay: { ...replay!, steps: 2 } }, { replay: { ...replay!, schedule: [{ step: 0, rate: 0.2 }] } }],
  ])
    expect(controls.of({ ...OPTIONS, ...other }, FUSED)).toBeUndefined();
  expect(controls.of(OPTIONS, { ...FUSED, batchNorm: 'folded' })).toBeUndefined();
});

test('one that was stopped, or has not ended, answers for none; one that diverged does', () => {
  const controls = new Controls();
  controls.add(OPTIONS, FUSED, stopped(ended(1)));
  controls.add(OPTIONS, FUSED, { ...ended(1), result: undefined });
  expect(controls.of(OPTIONS, FUSED)).toBeUndefined();
  const diverged = stopped(ended(2));
  controls.add(OPTIONS, FUSED, { ...diverged, result: { ...diverged.result!, diverged: true } });
  expect(controls.of(OPTIONS, FUSED)?.result?.diverged).toBe(true);
});

test('the newest alone are kept', () => {
  const controls = new Controls();
  for (const seed of [1, 2, 3]) controls.add({ ...OPTIONS, seed }, FUSED, ended(seed));
  expect([1, 2, 3].map((seed) => controls.of({ ...OPTIONS, seed }, FUSED)?.state)).toEqual([
    undefined,
    stateOf(3, 2),
    stateOf(3, 3),
  ]);
});
