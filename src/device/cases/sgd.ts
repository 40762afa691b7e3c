// SGD with momentum and weight decay over lists of parameters, in place, at two rates that one compiled kernel must serve.
import { elements } from '../../core/params';
import { velocityLayout } from '../contract';
import { sgdMomentum } from '../reference/sgd';
import { noise } from '../testing';
import { exactly, given, random, within, type Cases } from './case';

const LISTS: readonly (readonly number[])[][] = [
  [[1]],
  [[10]],
  [[16384]],
  [[40001], [3], [4], [16385], [1000]],
  [[3, 3, 8, 16]],
  [[3, 3, 8, 16], [40001], [10]],
  [[10], [512, 10], [3], [64], [3, 3, 8, 16], [7], [130], [1]],
];

export function* sgd(): Cases {
  for (const shapes of LISTS)
    for (const lr of [0.1, 0.001]) {
      const attrs = { lr, momentum: 0.9, weightDecay: 1e-4 };
      const sizes = shapes.map(elements);
      const { offsets, size } = velocityLayout(sizes);
      const [velocities, nextVelocities] = [new Float32Array(size), new Float64Array(size)];
      const used = new Set<number>();
      const entries = shapes.flatMap((shape, p) => {
        const [w, g] = [random(shape, 3 * p), random(shape, 3 * p + 1)];
        const v = noise(sizes[p], 3 * p + 2);
        const next = sgdMomentum(w.values, v, g.values, attrs);
        velocities.set(v, offsets[p]);
        nextVelocities.set(next.v, offsets[p]);
        next.v.forEach((_, i) => used.add(offsets[p] + i));
        // Three products and two sums, each rounded by 2^-24, of values up to 3.
        return [
          { given: w, after: within(1e-6, next.w) },
          { given: g, after: exactly(g.values) },
        ];
      });
      yield {
        ...{ name: `${shapes.join(' ')}, rate ${lr}`, kernel: 'QatSgdMomentum', attrs, wanted: [] },
        inputs: [given(velocities), ...entries.map((entry) => entry.given)],
        changed: [
          { ...within(1e-6, nextVelocities), counts: (i) => used.has(i) },
          ...entries.map(({ after }) => after),
        ],
      };
    }
}
