// The squared error that quantization makes of the values in a histogram, for any scale and zero point.
// Not for searching the least one: mse.ts.
import type { QuantRule } from '../types';
import type { Histogram } from '../histogram';

/** Codes this many bins apart or closer are summed as an integral. */
const CLOSE = 2;

/**
 * Values count as evenly spread within their bin. With F(t) the number of values below t, C its integral, v_k the value of
 * code k in 0..K, s the scale and t_k the middle between v_k and v_(k+1), summing by parts gives
 *
 *     sum of (x - Q(x))^2  =  sum of (x - v_K)^2  -  2 s (C(t_0) + ... + C(t_(K-1))),
 *
 * one look into a table for each code, however many values there are. Where codes are close, the last term is
 * 2 (integral of C from v_0 to v_K) - s^2/12 (F(v_K) - F(v_0)), as Euler and Maclaurin have it: s^2/12 for each value that
 * is not clipped.
 */
export class SquaredError {
  private readonly width: number;
  private readonly bins: number;
  /** At the start of each bin: F, its integral C, and the integral of that; one after another, in one piece of memory. */
  private readonly tables: Float64Array;
  private readonly total: number;
  private readonly mean: number;
  private readonly variance: number;

  /** @param histogram holds values, and its ends are finite and not the same */
  constructor(private readonly histogram: Histogram) {
    const { counts, min, max } = histogram;
    const bins = (this.bins = counts.length);
    const width = (this.width = (max - min) / bins);
    const tables = (this.tables = new Float64Array(3 * (bins + 1)));
    const [toFirst, toSecond] = [bins + 1, 2 * (bins + 1)];
    let [below, first, second] = [0, 0, 0];
    for (let i = 0; i < bins; i++) {
      const count = counts[i];
      second += width * (first + width * (below / 2 + count / 6));
      first += width * (below + count / 2);
      below += count;
      tables[i + 1] = below;
      tables[toFirst + i + 1] = first;
      tables[toSecond + i + 1] = second;
    }
    const total = (this.total = below);
    const fromMax = first / total;
    this.mean = max - fromMax;
    this.variance = (2 * second) / total - fromMax ** 2;
  }

  /** The sum over all values, in the square of their unit. */
  of(scale: number, zeroPoint: number, { qmin, qmax }: Pick<QuantRule, 'qmin' | 'qmax'>): number {
    const lowest = (qmin - zeroPoint) * scale;
    const highest = (qmax - zeroPoint) * scale;
    const aroundHighest = this.total * (this.variance + (this.mean - highest) ** 2);
    if (scale <= CLOSE * this.width) {
      const inside = this.belowAt(highest) - this.belowAt(lowest);
      return aroundHighest - 2 * (this.secondAt(highest) - this.secondAt(lowest)) + (inside * scale * scale) / 12;
    }
    return aroundHighest - 2 * scale * this.sumOfFirst(lowest, scale, qmax - qmin);
  }

  /** C in the middle between each two of `gaps` + 1 codes: all the time that a search takes. */
  private sumOfFirst(lowest: number, scale: number, gaps: number): number {
    const { tables, bins, width, total, mean } = this;
    const { counts, min } = this.histogram;
    const toFirst = bins + 1;
    let sum = 0;
    for (let k = 0; k < gaps; k++) {
      const t = lowest + (k + 0.5) * scale;
      const at = (t - min) / width;
      if (at <= 0) continue;
      if (at >= bins) sum += total * (t - mean);
      else {
        const bin = at | 0;
        const part = at - bin;
        sum += tables[toFirst + bin] + width * part * (tables[bin] + (part * counts[bin]) / 2);
      }
    }
    return sum;
  }

  private belowAt(t: number): number {
    const at = (t - this.histogram.min) / this.width;
    if (at <= 0) return 0;
    if (at >= this.bins) return this.total;
    const bin = Math.floor(at);
    return this.tables[bin] + (at - bin) * this.histogram.counts[bin];
  }

  private secondAt(t: number): number {
    const { tables, bins, width } = this;
    const at = (t - this.histogram.min) / width;
    if (at <= 0) return 0;
    if (at >= bins) return (this.total * (this.variance + (t - this.mean) ** 2)) / 2;
    const bin = Math.floor(at);
    const part = at - bin;
    const within = width * part * (tables[bin] / 2 + (part * this.histogram.counts[bin]) / 6);
    return tables[2 * (bins + 1) + bin] + width * part * (tables[bins + 1 + bin] + within);
  }
}
