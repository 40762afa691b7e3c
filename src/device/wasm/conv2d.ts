// tfjs's Conv2D: one product per output pixel, rows = samples, columns = output channels, k = live taps x channels.
// Not for NCHW, dilation or groups: tfjs's own kernel.
import { convKey, convShape } from '../conv-shape';
import { groupBy, joins, liveTaps } from './conv-taps';
import { addRun, multiply, pointTables, type Point } from './gemm';
import type { WasmKernel } from './kernel';

/** x [n,h,w,ci], filter [kh,kw,ci,co] -> [n,oh,ow,co]. */
export const conv2d: WasmKernel<'Conv2D'> = ({ x, filter }, attrs, runtime) => {
  const s = convShape(x.shape, filter.shape, attrs);
  if (!s) return null;
  const { ci, co } = s;
  const xMap = s.h * s.w * ci;
  const yMap = s.oh * s.ow * co;
  const [points, runs, xBlock, taps, end] = runtime.table(`conv2d ${convKey({ ...s, n: 1 })}`, (address) => {
    const all = joins(s);
    const live = liveTaps(all);
    const list = groupBy(all, 'output', s.oh * s.ow).map((joined, pixel): Point => {
      const point: Point = { c: pixel * co, runs: [] };
      for (const { input, tap } of joined) addRun(point.runs, input * ci, live.indexOf(tap) * ci, ci);
      return point;
    });
    return [...pointTables(list, address), [0], live.map((tap) => tap * ci * co * 4)];
  });
  const y = runtime.output([s.n, s.oh, s.ow, co]);
  multiply(
    runtime,
    {
      source: runtime.address(x),
      lanes: s.n,
      order: 'depth-adjacent',
      stride: xMap,
      depth: xMap,
      blocks: [xBlock, taps],
    },
    {
      source: runtime.address(filter),
      lanes: co,
      order: 'lanes-adjacent',
      stride: co,
      depth: ci,
      blocks: [taps, end],
    },
    [points, runs],
    runtime.address(y),
    yMap,
  );
  return [y];
};
