// tfjs's MaxPool, but a NaN is handed on: tfjs's own passes over it. See the contract. The arithmetic: ../reference.
import { poolShape } from '../pool-shape';
import { maxPool as reference } from '../reference/pooling';
import type { CpuKernel } from './kernel';

export const maxPool: CpuKernel<'MaxPool'> = ({ x }, attrs) => {
  const { n, h, w, c, oh, ow, kh, kw, sh, sw, padTop, padLeft } = poolShape([...x.shape], attrs);
  if (kh !== kw || sh !== sw || padTop !== padLeft) throw new Error('A pool whose window is not square.');
  const data = reference(x.data, { n, h, w, c, kernel: kh, stride: sh, pad: padTop });
  return [{ data, shape: [n, oh, ow, c] }];
};
