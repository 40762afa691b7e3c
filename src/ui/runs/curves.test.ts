import { describe, expect, it } from 'vitest';
import { Curve } from '../state/training.svelte';
import { curveOf, stepsAcross, thinned, valueAt } from './curves';

describe('curves of a run', () => {
  it('are the smoothed loss and the validation accuracies; none before the first step', () => {
    const curve = new Curve();
    expect(curveOf(curve)).toBeUndefined();
    for (let step = 1; step <= 3; step++)
      curve.take({
        ...{ type: 'step', step, steps: 3, loss: 2, accuracy: 0.5 },
        ...{ learningRate: 1, imagesPerSecond: 1, secondsLeft: 1 },
      });
    curve.take({ type: 'validation', step: 3, accuracy: 0.8, images: 100 });
    const { steps, loss, ...validation } = curveOf(curve)!;
    expect(steps).toEqual([1, 2, 3]);
    loss.forEach((value) => expect(value).toBeCloseTo(2, 10));
    expect(validation).toEqual({ validationSteps: [3], validationAccuracy: [0.8] });
  });

  it('are kept in few points and few digits, the last step always among them', () => {
    const steps = Array.from({ length: 1001 }, (_, i) => i + 1);
    const curve = { steps, loss: steps.map((step) => 1 / step), validationSteps: [7], validationAccuracy: [1 / 3] };
    const kept = thinned(curve, 100);
    expect(kept.steps.length).toBeLessThanOrEqual(100);
    expect(kept.steps.length).toBeGreaterThan(80);
    expect(kept.steps.at(-1)).toBe(1001);
    expect(kept.loss.at(-1)).toBe(0.000999);
    expect(kept.validationAccuracy).toEqual([0.3333]);
    expect(thinned(kept, 100)).toEqual(kept);
  });

  it('have at a step what they last had there, and nothing outside of their steps', () => {
    const [steps, values] = [
      [10, 20, 30],
      [1, 2, 3],
    ];
    expect([9, 10, 19, 20, 30, 31].map((step) => valueAt(steps, values, step))).toEqual([
      ...[undefined, 1, 1, 2, 3, undefined],
    ]);
    expect(valueAt([], [], 0)).toBeUndefined();
  });

  it('have steps in common from the first to the last', () => {
    expect(stepsAcross([[1, 50], [5, 101], []], 5)).toEqual([1, 26, 51, 76, 101]);
    expect(stepsAcross([[1, 2]], 5)).toEqual([1, 2]);
    expect(stepsAcross([[]], 5)).toEqual([]);
  });
});
