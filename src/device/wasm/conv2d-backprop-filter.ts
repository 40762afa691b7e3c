// tfjs's Conv2DBackpropFilter, which its WASM backend lacks: one product per live tap, rows = input channels,
// columns = output channels, k = pixels the tap joins x samples. Taps that only meet padding get zeros.
import { convKey, convShape } from '../conv-shape';
import { groupBy, joins } from './conv-taps';
import { addRun, multiply, pointTables, type Point } from './gemm';
import type { WasmKernel } from './kernel';

const indices = (count: number) => Array.from({ length: count }, (_, i) => i);

/** x [n,h,w,ci], dy [n,oh,ow,co] -> [kh,kw,ci,co]. */
export const conv2dBackpropFilter: WasmKernel<'Conv2DBackpropFilter'> = ({ x, dy }, attrs, runtime) => {
  const s = convShape(x.shape, attrs.filterShape, attrs);
  if (!s) return null;
  const { n, ci, co } = s;
  const tapSize = ci * co;
  const [points, runs, xPixels, yPixels, dead, end] = runtime.table(`filter-grad ${convKey(s)}`, (address) => {
    const byTap = groupBy(joins(s), 'tap', s.kh * s.kw).map((joined, tap): Point => {
      const point: Point = { c: tap * tapSize, runs: [] };
      for (const { input, output } of joined) addRun(point.runs, input * n, output * n, n);
      return point;
    });
    const live = byTap.filter((point) => point.runs.length > 0);
    return [
      ...pointTables(live, address),
      indices(s.h * s.w).map((pixel) => pixel * ci * 4),
      indices(s.oh * s.ow).map((pixel) => pixel * co * 4),
      byTap.filter((point) => point.runs.length === 0).map((point) => point.c * 4),
    ];
  });
  const df = runtime.output([s.kh, s.kw, ci, co]);
  runtime.run('zero', (end - dead) / 4, { target: runtime.address(df), blocks: dead, size: tapSize * 4 });
  multiply(
    runtime,
    {
      source: runtime.address(x),
      lanes: ci,
      order: 'lanes-adjacent',
      stride: s.h * s.w * ci,
      depth: n,
      blocks: [xPixels, yPixels],
    },
    {
      source: runtime.address(dy),
      lanes: co,
      order: 'lanes-adjacent',
      stride: s.oh * s.ow * co,
      depth: n,
      blocks: [yPixels, dead],
    },
    [points, runs],
    runtime.address(df),
    co,
  );
  return [df];
};
