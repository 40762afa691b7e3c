// tfjs's MaxPool, but a NaN is handed on: tfjs's own passes over it. Not for its gradient: max-pool-grad.ts.
import { poolShape } from '../pool-shape';
import type { WasmKernel } from './kernel';

/** x [n,h,w,c] -> [n,oh,ow,c]. */
export const maxPool: WasmKernel<'MaxPool'> = ({ x }, attrs, runtime) => {
  const s = poolShape(x.shape, attrs);
  const y = runtime.output([s.n, s.oh, s.ow, s.c]);
  runtime.run('maxPool', s.n, { ...s, ...runtime.addresses({ x, y }) });
  return [y];
};
