// QatSgdMomentum: see the contract. The arithmetic: ../reference.
import { SGD_MOMENTUM, sgdParameters, type SgdAttrs } from '../contract';
import * as reference from '../reference/sgd';
import type { Kernel } from './kernel';

export const sgdMomentum: Kernel<string, SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(inputs, attrs) {
    const list = Object.values(inputs).map(({ data }) => data);
    const { v, parameters } = sgdParameters(list, (data) => data.length);
    for (const { w, g, size, offset } of parameters) {
      const velocity = v.subarray(offset, offset + size);
      const next = reference.sgdMomentum(w, velocity, g, attrs);
      w.set(next.w);
      velocity.set(next.v);
    }
    return [];
  },
};
