// tfjs's Conv2DBackpropInput: one product per input pixel, rows = samples, columns = input channels,
// k = taps that reach an output pixel x output channels. Not for NCHW: tfjs's own kernel.
import { convKey, convShape } from '../conv-shape';
import { groupBy, joins, liveTaps } from './conv-taps';
import { addRun, multiply, pointTables, type Point } from './gemm';
import type { WasmKernel } from './kernel';

/** dy [n,oh,ow,co], filter [kh,kw,ci,co] -> [n,h,w,ci]. */
export const conv2dBackpropInput: WasmKernel<'Conv2DBackpropInput'> = ({ dy, filter }, attrs, runtime) => {
  const s = convShape(attrs.inputShape, filter.shape, attrs);
  if (!s) return null;
  const { ci, co } = s;
  const xMap = s.h * s.w * ci;
  const yMap = s.oh * s.ow * co;
  const [points, runs, dyBlock, taps, end] = runtime.table(`input-grad ${convKey({ ...s, n: 1 })}`, (address) => {
    const all = joins(s);
    const live = liveTaps(all);
    const list = groupBy(all, 'input', s.h * s.w).map((joined, pixel): Point => {
      const point: Point = { c: pixel * ci, runs: [] };
      for (const { output, tap } of joined) addRun(point.runs, output * co, live.indexOf(tap) * co, co);
      return point;
    });
    return [...pointTables(list, address), [0], live.map((tap) => tap * ci * co * 4)];
  });
  const dx = runtime.output([s.n, s.h, s.w, ci]);
  multiply(
    runtime,
    {
      source: runtime.address(dy),
      lanes: s.n,
      order: 'depth-adjacent',
      stride: yMap,
      depth: yMap,
      blocks: [dyBlock, taps],
    },
    {
      source: runtime.address(filter),
      lanes: ci,
      order: 'depth-adjacent',
      stride: co,
      depth: co,
      blocks: [taps, end],
    },
    [points, runs],
    runtime.address(dx),
    xMap,
  );
  return [dx];
};
