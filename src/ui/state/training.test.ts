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

describe('scales', () => {
  it('of weights and of outputs are kept apart, also of one node', () => {
    const curve = new Curve();
    const layers = [{ id: 'conv1', flipping: 0, scale: 0.5 }];
    curve.take({ ...step(1, 1), activations: [{ id: 'conv1', scale: 0.25 }] } as TrainEvent);
    curve.take({ ...step(2, 1), layers, activations: [{ id: 'conv1', scale: 0.125 }] } as TrainEvent);
    const { weights, activations } = curve.scales;
    expect([weights.conv1!.steps, ...weights.conv1!.columns]).toEqual([[2], [0.5]]);
    expect([activations.conv1!.steps, ...activations.conv1!.columns]).toEqual([
      [1, 2],
      [0.25, 0.125],
    ]);
    curve.take({ type: 'restored', step: 0, steps: 10, history: { losses: [], validations: [], schedule: [] } });
    expect(curve.scales).toEqual({ weights: {}, activations: {} });
  });
});

describe('a restored run', () => {
  it('replaces what was drawn, and goes on as one that was never interrupted', () => {
    const validation = { step: 2, accuracy: 0.7, integers: 0.69, images: 256 };
    const [whole, restored] = [new Curve(), new Curve()];
    [1, 2, 3].forEach((loss, i) => whole.take(step(i + 1, loss)));
    restored.take(step(1, 9));
    restored.take({ type: 'validation', ...validation, step: 1, integerSeconds: 2 });
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
    const { validationSteps, validationAccuracy, validationIntegers, validationImages } = restored;
    expect([validationSteps, validationAccuracy, validationIntegers, validationImages]).toEqual([
      ...[[2], [0.7], [0.69], [256]],
    ]);
    // What it cost was told of one that was judged here.
    expect(restored.integerSeconds).toBeUndefined();
    restored.take({ type: 'validation', step: 3, accuracy: 0.8, images: 256 });
    expect(restored.validationIntegers).toEqual([0.69, null]);
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
    training.take('qat', { type: 'no-integers', step: 1, message: 'Sums may overflow.', hint: 'Fewer bits.' });
    expect(training.reestimated).toBe(true);
    expect(training.noIntegers?.message).toBe('Sums may overflow.');
    training.start(true);
    expect([training.reestimated, training.noIntegers?.hint]).toEqual([true, 'Fewer bits.']);
    training.start();
    expect([training.reestimated, training.noIntegers]).toEqual([false, undefined]);
    expect(training.curves.qat.losses.steps).toEqual([]);
    expect(training.active).toBeUndefined();
  });
});
