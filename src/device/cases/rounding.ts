// Roundings that are learned: soft weights from far below to far above a tie, and steps of Adam with and without a penalty.
import { roundingStep, softWeight } from '../reference/rounding';
import { noise } from '../testing';
import { exactly, given, random, squares, within, type Cases } from './case';

const SIZES = [[1], [10], [3, 3, 8, 16], [40001]];
const PENALTIES = [
  { penalty: 0, beta: 20 },
  { penalty: 0.01, beta: 20 },
  { penalty: 0.02, beta: 7.3 },
  { penalty: 0.3, beta: 2 },
];

export function* roundings(): Cases {
  for (const shape of SIZES) {
    const [down, g] = [random(shape, 2), random(shape, 3)];
    const size = g.values.length;
    // Clipped at both ends, at the middle, and so far out that exp overflows.
    const ends = [0, 2.5, -2.5, 90, -90, 300, -300];
    const v = given(
      Float32Array.from(noise(size, 1), (each, i) => (size > 10 && i < 7 ? ends[i] : 2 * each)),
      shape,
    );
    // Where the range of codes ends there is one code alone.
    const step = given(
      Float32Array.from({ length: size }, (_, i) => (i % 5 === 1 ? 0 : 0.1 + (i % 3))),
      shape,
    );
    const soft = softWeight(v.values, down.values, step.values);
    yield {
      ...{ name: shape.join('x'), kernel: 'QatSoftWeight', inputs: { v, down, step }, attrs: {} },
      wanted: [within(2e-6, soft)],
    };
    for (const { penalty, beta } of PENALTIES) {
      const attrs = { rate: 0.05, correction: 0.3, penalty, beta };
      const [mean, square] = [random(shape, 4), squares(shape, 5)];
      const values = { v: v.values, mean: mean.values, square: square.values, g: g.values, step: step.values };
      const next = roundingStep(values, attrs);
      yield {
        ...{ name: `${shape.join('x')} ${penalty} ${beta}`, kernel: 'QatRoundingStep', attrs, wanted: [] },
        inputs: { v, mean, square, g, step },
        changed: [
          ...[within(4e-6, next.v), within(4e-6, next.mean), within(4e-6, next.square)],
          ...[exactly(g.values), exactly(step.values)],
        ],
      };
    }
  }
}
