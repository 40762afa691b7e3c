// QatSgdMomentum in double precision: see the contract.
import { SGD_MOMENTUM, type SgdAttrs } from '../contract';
import type { Kernel } from './kernel';

export const sgdMomentum: Kernel<'w' | 'g' | 'v', SgdAttrs> = {
  name: SGD_MOMENTUM,
  run({ w, g, v }, { lr, momentum, weightDecay }) {
    const velocity = Float64Array.from(v.data, (value, i) => momentum * value + g.data[i] + weightDecay * w.data[i]);
    return [
      { data: velocity.map((value, i) => w.data[i] - lr * value), shape: w.shape },
      { data: velocity, shape: w.shape },
    ];
  },
};
