import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Rng } from '../core/rng';
import { softmaxRegression, type Features, type Regression } from './softmax-regression';

function solved(features: Features): Regression {
  const steps = softmaxRegression(features);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Every class has an image. */
const problems = fc
  .record({
    classes: fc.integer({ min: 2, max: 5 }),
    more: fc.integer({ min: 1, max: 20 }),
    d: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(),
  })
  .map(({ classes, more, d, seed }): Features => {
    const rng = new Rng(seed);
    const n = classes + more;
    const labels = Uint8Array.from({ length: n }, (_, i) => (i < classes ? i : rng.below(classes)));
    return { labels, classes, values: Float32Array.from({ length: n * d }, () => 4 * rng.uniform() - 1) };
  });

function probabilities({ weight, bias }: Regression, { values, labels, classes }: Features): number[][] {
  const d = values.length / labels.length;
  return Array.from(labels, (_, i) => {
    const row = Array.from({ length: classes }, (_, k) => {
      let sum = bias[k];
      for (let j = 0; j < d; j++) sum += weight[k * d + j] * values[i * d + j];
      return Math.exp(sum);
    });
    const total = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => value / total);
  });
}

it('gives each class as much probability in all as it has images: what the gradient of free biases says', () => {
  fc.assert(
    fc.property(problems, (features) => {
      const given = probabilities(solved(features), features);
      for (let k = 0; k < features.classes; k++) {
        const images = features.labels.filter((label) => label === k).length;
        expect(given.reduce((sum, row) => sum + row[k], 0)).toBeCloseTo(images, 3);
      }
    }),
    { numRuns: 60 },
  );
});

it('is no worse than guessing by how often a class occurs, and says its own loss', () => {
  fc.assert(
    fc.property(problems, (features) => {
      const layer = solved(features);
      const n = features.labels.length;
      const given = probabilities(layer, features);
      const loss = given.reduce((sum, row, i) => sum - Math.log(row[features.labels[i]]) / n, 0);
      expect(layer.loss).toBeCloseTo(loss, 4);
      const guessing = Array.from(
        features.labels,
        (label) => features.labels.filter((other) => other === label).length,
      );
      expect(layer.loss).toBeLessThanOrEqual(guessing.reduce((sum, same) => sum - Math.log(same / n) / n, 0) + 1e-9);
    }),
    { numRuns: 60 },
  );
});

it('answers alike whatever unit a feature is in, and gives one that never changes no weight', () => {
  fc.assert(
    fc.property(problems, fc.constantFrom(0.01, 3, 1000), (features, unit) => {
      const { values, labels } = features;
      const d = values.length / labels.length;
      const scaled = { ...features, values: values.map((value, i) => (i % d === 0 ? value * unit + 5 : value)) };
      const [one, other] = [features, scaled].map((given) => probabilities(solved(given), given));
      one.forEach((row, i) => row.forEach((p, k) => expect(other[i][k]).toBeCloseTo(p, 2)));
      const constant = { ...features, values: values.map((value, i) => (i % d === 0 ? 2 : value)) };
      const { weight } = solved(constant);
      expect([...weight].filter((_, i) => i % d === 0).every((w) => w === 0)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

it('tells how far it is, and ends', () => {
  const rng = new Rng(3);
  const features = {
    classes: 3,
    labels: Uint8Array.of(0, 1, 2, 0),
    values: Float32Array.from({ length: 8 }, () => rng.uniform()),
  };
  const steps = [...softmaxRegression(features)];
  expect(steps.map(({ iteration }) => iteration)).toEqual(steps.map((_, i) => i + 1));
  expect(steps.at(-1)!.gradient).toBeLessThan(1e-5);
});
