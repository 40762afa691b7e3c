// QatSgdMomentum in double precision: see the contract.
import { SGD_MOMENTUM, sgdParameters, type SgdAttrs } from '../contract';
import type { Kernel } from './kernel';

export const sgdMomentum: Kernel<string, SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(inputs, { lr, momentum, weightDecay }) {
    const list = Object.values(inputs).map(({ data }) => data);
    const { v, parameters } = sgdParameters(list, (data) => data.length);
    for (const { w, g, size, offset } of parameters) {
      for (let i = 0; i < size; i++) {
        const velocity = momentum * v[offset + i] + g[i] + weightDecay * w[i];
        v[offset + i] = velocity;
        w[i] -= lr * velocity;
      }
    }
    return [];
  },
};
