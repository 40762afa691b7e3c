// QatSgdMomentum in double precision: see the contract.
import { SGD_MOMENTUM, velocityLayout, type SgdAttrs } from '../contract';
import type { Kernel } from './kernel';

export const sgdMomentum: Kernel<string, SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(inputs, { lr, momentum, weightDecay }) {
    const [v, ...rest] = Object.values(inputs).map(({ data }) => data);
    const weights = rest.filter((_, i) => i % 2 === 0);
    const { offsets } = velocityLayout(weights.map((w) => w.length));
    weights.forEach((w, p) => {
      const g = rest[2 * p + 1];
      for (let i = 0; i < w.length; i++) {
        const velocity = momentum * v[offsets[p] + i] + g[i] + weightDecay * w[i];
        v[offsets[p] + i] = velocity;
        w[i] -= lr * velocity;
      }
    });
    return [];
  },
};
