// How much of a tensor each of its codes holds, from a histogram. Not for codes that hold nothing (unused-codes.ts), nor for
// what rounding costs: activation-error.ts.
import type { QParams } from '../core/qparams';
import { clamp } from '../quant/fake-quant';
import type { Histogram } from '../quant/histogram';

/**
 * A bin belongs to the code of its middle: exact where no bin lies across the border of two cells.
 * @returns share of all values, 0..1, of each code from qmin to qmax; clipped values have the outermost
 */
export function codeShares({ counts, min, max }: Histogram, q: QParams): Float64Array {
  const { scale, zeroPoint, qmin, qmax } = q;
  const shares = new Float64Array(qmax - qmin + 1);
  const width = (max - min) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  counts.forEach((count, bin) => {
    const code = Math.round((min + (bin + 0.5) * width) / scale) + zeroPoint;
    shares[clamp(code, qmin, qmax) - qmin] += count / total;
  });
  return shares;
}
