// QatSgdMomentum: see the contract. The arithmetic: ../reference.
import { sgdParameters } from '../contract';
import * as reference from '../reference/sgd';
import type { CpuKernel } from './kernel';

export const sgdMomentum: CpuKernel<'QatSgdMomentum'> = (list, attrs) => {
  const { v, parameters } = sgdParameters(
    list.map(({ data }) => data),
    (data) => data.length,
  );
  for (const { w, g, size, offset } of parameters) {
    const velocity = v.subarray(offset, offset + size);
    const next = reference.sgdMomentum(w, velocity, g, attrs);
    w.set(next.w);
    velocity.set(next.v);
  }
  return [];
};
