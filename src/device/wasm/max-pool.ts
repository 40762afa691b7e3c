// tfjs's MaxPool, but a NaN is handed on: tfjs's own passes over it. Not for its gradient: max-pool-grad.ts.
import { poolShape } from '../pool-shape';
import { MAX_POOL } from './assembly/ids';
import type { WasmKernel } from './kernel';
import { poolArgs } from './pool-args';

/** x [n,h,w,c] -> [n,oh,ow,c]. */
export const maxPool: WasmKernel<'MaxPool'> = ({ x }, attrs, runtime) => {
  const s = poolShape(x.shape, attrs);
  const y = runtime.output([s.n, s.oh, s.ow, s.c]);
  runtime.run(MAX_POOL, s.n, [...poolArgs(s), ...[x, y].map((tensor) => runtime.address(tensor))]);
  return [y];
};
