// Steps of Adam with and without weight decay, at the first step and later, in place.
import { adam } from '../reference/adam';
import { exactly, random, squares, within, type Cases } from './case';

const SIZES = [[1], [10], [3, 3, 8, 16], [40001]];
const RATES = [
  { rate: 0.01, correction: 0.0316, weightDecay: 0 },
  { rate: 0.001, correction: 0.8, weightDecay: 1e-2 },
];

export function* adams(): Cases {
  for (const shape of SIZES)
    for (const attrs of RATES) {
      const [w, g, mean, square] = [random(shape, 1), random(shape, 2), random(shape, 3), squares(shape, 4)];
      const next = adam({ w: w.values, mean: mean.values, square: square.values, g: g.values }, attrs);
      yield {
        ...{ name: `${shape.join('x')}, weight decay ${attrs.weightDecay}`, kernel: 'QatAdam', attrs, wanted: [] },
        inputs: { w, mean, square, g },
        // Some products, a root and a quotient, each rounded by 2^-24, of values up to 4.
        changed: [within(2e-6, next.w), within(2e-6, next.mean), within(4e-6, next.square), exactly(g.values)],
      };
    }
}
