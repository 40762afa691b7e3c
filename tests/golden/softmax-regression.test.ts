// The last layer trained to its optimum against the one that PyTorch's L-BFGS finds in float64.
import { describe, expect, it } from 'vitest';
import { softmaxRegression, type Features } from '../../src/train/softmax-regression';
import { loadFixture } from './fixture';

const fixture = loadFixture<{ readonly cases: Readonly<Record<string, { classes: number; loss: number }>> }>(
  'softmax_regression',
);

function solved(features: Features) {
  const steps = softmaxRegression(features);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

describe.each(Object.entries(fixture.values.cases))('%s', (name, { classes, loss }) => {
  const values = fixture.f32(`${name}.values`);
  const labels = fixture.u8(`${name}.labels`);
  const layer = solved({ values, labels, classes });
  const d = values.length / labels.length;

  it('has the loss of the optimum', () => {
    expect(Math.abs(layer.loss - loss)).toBeLessThan(1e-5 * Math.max(loss, 0.1));
  });

  it('gives the logits of the optimum, but for what is the same for all classes', () => {
    const [weight, bias] = [fixture.f32(`${name}.weight`), fixture.f32(`${name}.bias`)];
    const logits = (w: ArrayLike<number>, b: ArrayLike<number>, i: number) => {
      const row = Array.from({ length: classes }, (_, k) => {
        let sum = b[k]!;
        for (let j = 0; j < d; j++) sum += w[k * d + j]! * values[i * d + j]!;
        return sum;
      });
      const mean = row.reduce((sum, value) => sum + value, 0) / classes;
      return row.map((value) => value - mean);
    };
    labels.forEach((_, i) => {
      const wanted = logits(weight, bias, i);
      logits(layer.weight, layer.bias, i).forEach((value, k) => expect(value).toBeCloseTo(wanted[k]!, 2));
    });
  });
});
