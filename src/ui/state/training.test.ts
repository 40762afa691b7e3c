import { describe, expect, it } from 'vitest';
import type { TrainEvent } from '../../worker/api';
import { Curve, Training } from './training.svelte';

const step = (number: number, loss: number): TrainEvent => ({
  type: 'step',
  step: number,
  steps: 10,
  loss,
  accuracy: 0.5,
  learningRate: 1e-3,
  imagesPerSecond: 10,
  secondsLeft: 1,
});

describe('the curve of a run', () => {
  it('smooths without a start at zero: a constant loss stays what it is', () => {
    const curve = new Curve();
    for (let i = 1; i <= 5; i++) curve.take(step(i, 2.5));
    expect(curve.losses.steps).toHaveLength(5);
    for (const value of curve.losses.columns[1]!) expect(value).toBeCloseTo(2.5, 12);
  });

  it('is the weighted mean of all losses so far, the newest weighing most', () => {
    const curve = new Curve();
    [1, 2, 4].forEach((loss, i) => curve.take(step(i + 1, loss)));
    const weights = [0.81, 0.9, 1];
    const mean = (1 * weights[0]! + 2 * weights[1]! + 4 * weights[2]!) / (weights[0]! + weights[1]! + weights[2]!);
    expect(curve.smoothedLoss).toBeCloseTo(mean, 12);
    expect(curve.losses.columns[1]![2]).toBe(curve.smoothedLoss);
  });
});

describe('codes that change', () => {
  it('are kept of the steps that tell of them', () => {
    const curve = new Curve();
    curve.take(step(1, 1));
    curve.take({ ...step(2, 1), flipping: 0.25, oscillating: 0.5 } as TrainEvent);
    expect([curve.codes.steps, ...curve.codes.columns]).toEqual([[2], [0.25], [0.5]]);
  });
});

describe('a restored run', () => {
  it('replaces what was drawn, and goes on as one that was never interrupted', () => {
    const validation = { step: 2, accuracy: 0.7, images: 256 };
    const [whole, restored] = [new Curve(), new Curve()];
    [1, 2, 3].forEach((loss, i) => whole.take(step(i + 1, loss)));
    restored.take(step(1, 9));
    restored.take({ type: 'validation', ...validation, step: 1 });
    restored.take({
      type: 'restored',
      step: 2,
      steps: 10,
      history: { losses: [1, 2], validations: [validation], schedule: [] },
    });
    expect(restored.latest).toBeUndefined();
    expect(restored.progress).toMatchObject({ step: 2, steps: 10 });
    restored.take(step(3, 3));
    expect(restored.smoothedLoss).toBe(whole.smoothedLoss);
    expect(restored.losses).toEqual(whole.losses);
    expect([restored.validationSteps, restored.validationAccuracy, restored.validationImages]).toEqual([
      [2],
      [0.7],
      [256],
    ]);
  });
});

describe('the training of both runs', () => {
  it('keeps them apart, follows pauses and forgets an earlier attempt', () => {
    const training = new Training();
    training.take('qat', step(1, 1));
    training.take('control', { type: 'validation', step: 1, accuracy: 0.8, images: 256 });
    expect(training.curves.qat.losses.columns[0]).toEqual([1]);
    expect(training.curves.control.validationAccuracy).toEqual([0.8]);
    training.take('qat', { type: 'paused', step: 1 });
    expect([training.active, training.paused]).toEqual(['qat', true]);
    training.take('qat', { type: 'resumed', step: 1 });
    expect(training.paused).toBe(false);
    training.take('qat', { type: 'bn-reestimated', step: 1 });
    expect(training.reestimated).toBe(true);
    training.start();
    expect(training.reestimated).toBe(false);
    expect(training.curves.qat.losses.steps).toEqual([]);
    expect(training.active).toBeUndefined();
  });
});
