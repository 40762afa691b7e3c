import { expect, test } from 'vitest';
import type { TrainEvent } from '../../worker/api';
import { Milestones } from './milestones';

const begun = (step: number, steps: number): TrainEvent => ({
  ...{ type: 'restored', step, steps },
  history: { losses: [], validations: [], schedule: [] },
});
const step = (step: number, steps: number): TrainEvent => ({
  ...{ type: 'step', step, steps, loss: 1 / step, accuracy: 0.5 },
  ...{ learningRate: 1e-3, imagesPerSecond: 10, secondsLeft: 1 },
});
const validation = (step: number, accuracy: number): TrainEvent => ({
  type: 'validation',
  step,
  accuracy,
  images: 100,
});

test('the beginning, each quarter with loss and last accuracy, validations and the end are told', () => {
  const milestones = new Milestones();
  let now = 0;
  const take = (event: TrainEvent) => milestones.take('qat', event, (now += 10_000));
  const at = { run: 'qat', steps: 10 };
  expect(take(begun(0, 10))).toEqual({ ...at, kind: 'begun', step: 0 });
  expect([1, 2].map((number) => take(step(number, 10)))).toEqual([undefined, undefined]);
  expect(take(step(3, 10))).toEqual({ ...at, kind: 'quarter', step: 3, loss: 1 / 3, accuracy: undefined });
  expect(take(validation(4, 0.8))).toEqual({ ...at, kind: 'validated', step: 4, accuracy: 0.8 });
  expect(take(step(5, 10))).toEqual({ ...at, kind: 'quarter', step: 5, loss: 1 / 5, accuracy: 0.8 });
  expect(take({ type: 'saved', step: 5 })).toBeUndefined();
  expect([6, 7].map((number) => take(step(number, 10)))).toEqual([undefined, undefined]);
  expect(take(step(8, 10))).toMatchObject({ kind: 'quarter', step: 8 });
  expect(take(step(9, 10))).toBeUndefined();
  expect(take(step(10, 10))).toEqual({ ...at, kind: 'ended', step: 10, loss: 0.1, accuracy: 0.8 });
  expect(take(validation(10, 0.9))).toEqual({ ...at, kind: 'ended', step: 10, loss: 0.1, accuracy: 0.9 });
});

test('one that comes too soon waits; the newest alone is told then', () => {
  const milestones = new Milestones();
  expect(milestones.take('qat', begun(0, 8), 1000)).toMatchObject({ kind: 'begun' });
  expect(milestones.take('qat', step(2, 8), 2000)).toBeUndefined();
  expect(milestones.take('qat', step(4, 8), 5900)).toBeUndefined();
  expect(milestones.take('qat', step(5, 8), 6000)).toMatchObject({ kind: 'quarter', step: 4 });
  expect(milestones.take('control', begun(0, 8), 10_999)).toBeUndefined();
  expect(milestones.take('control', step(1, 8), 11_000)).toMatchObject({ kind: 'begun', run: 'control' });
});
