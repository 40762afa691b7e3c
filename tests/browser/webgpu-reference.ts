// Float64 references of the WebGPU kernels, written as plainly as their definitions. Run in the page, beside tfjs.
import { isUnseen } from '../../src/core/qparams';
import type { BatchNormAttrs, FakeQuantAttrs, ObserveMinMaxAttrs } from '../../src/device/contract';
import { qparamsOf } from '../../src/device/qparams';

export type Numbers = ArrayLike<number>;

/** Sizes of a convolution or pool: NHWC input, HWIO weights (c in, co out), square window. */
export interface Window2d {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly co: number;
  readonly k: number;
  readonly stride: number;
  readonly pad: number;
}

/** Square maps, and a window that leaves their size as it is at stride 1. */
export const squareWindow = (n: number, hw: number, c: number, co: number, k: number, stride: number): Window2d => ({
  ...{ n, h: hw, w: hw, c, co, k, stride },
  pad: Math.floor(k / 2),
});

export const outSize = (inSize: number, { k, stride, pad }: Window2d) =>
  Math.floor((inSize + 2 * pad - k) / stride) + 1;

/** Calls visit(xRow, tap, yRow) for every pair of an input and an output pixel that a tap joins. */
function eachTap(s: Window2d, visit: (xRow: number, tap: number, yRow: number) => void): void {
  const [oh, ow] = [outSize(s.h, s), outSize(s.w, s)];
  for (let n = 0; n < s.n; n++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (let ky = 0; ky < s.k; ky++)
          for (let kx = 0; kx < s.k; kx++) {
            const iy = oy * s.stride + ky - s.pad;
            const ix = ox * s.stride + kx - s.pad;
            if (iy < 0 || iy >= s.h || ix < 0 || ix >= s.w) continue;
            visit((n * s.h + iy) * s.w + ix, ky * s.k + kx, (n * oh + oy) * ow + ox);
          }
}

export function conv(x: Numbers, f: Numbers, s: Window2d): Float64Array {
  const y = new Float64Array(s.n * outSize(s.h, s) * outSize(s.w, s) * s.co);
  eachTap(s, (xRow, tap, yRow) => {
    for (let i = 0; i < s.c; i++)
      for (let o = 0; o < s.co; o++) y[yRow * s.co + o] += x[xRow * s.c + i] * f[(tap * s.c + i) * s.co + o];
  });
  return y;
}

export function convInputGrad(dy: Numbers, f: Numbers, s: Window2d): Float64Array {
  const dx = new Float64Array(s.n * s.h * s.w * s.c);
  eachTap(s, (xRow, tap, yRow) => {
    for (let i = 0; i < s.c; i++)
      for (let o = 0; o < s.co; o++) dx[xRow * s.c + i] += dy[yRow * s.co + o] * f[(tap * s.c + i) * s.co + o];
  });
  return dx;
}

export function convFilterGrad(x: Numbers, dy: Numbers, s: Window2d): Float64Array {
  const df = new Float64Array(s.k * s.k * s.c * s.co);
  eachTap(s, (xRow, tap, yRow) => {
    for (let i = 0; i < s.c; i++)
      for (let o = 0; o < s.co; o++) df[(tap * s.c + i) * s.co + o] += x[xRow * s.c + i] * dy[yRow * s.co + o];
  });
  return df;
}

/** Maximum of each window and the input element it came from: the first of equal ones, or the first NaN. */
function poolWinners(x: Numbers, s: Window2d): { y: Float64Array; from: Int32Array } {
  const size = s.n * outSize(s.h, s) * outSize(s.w, s) * s.c;
  const y = new Float64Array(size).fill(-Infinity);
  const from = new Int32Array(size);
  eachTap(s, (xRow, _tap, yRow) => {
    for (let i = 0; i < s.c; i++) {
      const greatest = y[yRow * s.c + i];
      if (x[xRow * s.c + i] <= greatest || Number.isNaN(greatest)) continue;
      y[yRow * s.c + i] = x[xRow * s.c + i];
      from[yRow * s.c + i] = xRow * s.c + i;
    }
  });
  return { y, from };
}

export const maxPool = (x: Numbers, s: Window2d): Float64Array => poolWinners(x, s).y;

export function maxPoolGrad(dy: Numbers, x: Numbers, s: Window2d): Float64Array {
  const dx = new Float64Array(s.n * s.h * s.w * s.c);
  poolWinners(x, s).from.forEach((at, i) => (dx[at] += dy[i]));
  return dx;
}

const f32 = Math.fround;

/** Rounds to nearest, ties to even, by adding and taking away 1.5 * 2^52. */
const rne = (v: number) => v + 6755399441055744 - 6755399441055744;

/** Fake-quantized x and the straight-through mask, in float32 as the GPU's; range as [2, channels or 1]. */
export function fakeQuant(x: Numbers, range: Numbers, a: FakeQuantAttrs): { y: Float32Array; inside: boolean[] } {
  const qparams = qparamsOf(range, a);
  const y = new Float32Array(x.length);
  const inside: boolean[] = [];
  for (let i = 0; i < x.length; i++) {
    const { scale, zeroPoint: zero } = qparams[i % qparams.length];
    const code = zero + rne(f32(x[i] * f32(1 / scale)));
    inside.push(code >= a.qmin && code <= a.qmax);
    y[i] = (Math.min(a.qmax, Math.max(a.qmin, code)) - zero) * scale;
  }
  return { y, inside };
}

/** The observer's new range in float32. */
export function observe(x: Numbers, range: Numbers, a: ObserveMinMaxAttrs): Float32Array {
  const ranges = range.length / 2;
  const seen = new Float32Array(range.length).fill(Infinity);
  seen.fill(-Infinity, ranges);
  for (let i = 0; i < x.length; i++) {
    const c = i % ranges;
    seen[c] = Math.min(seen[c], x[i]);
    seen[ranges + c] = Math.max(seen[ranges + c], x[i]);
  }
  return seen.map((v, i) => {
    const least = i < ranges;
    if (a.mode === 'extreme') return least ? Math.min(range[i], v) : Math.max(range[i], v);
    const empty = isUnseen(range[i % ranges], range[ranges + (i % ranges)]);
    return empty ? v : f32(range[i] + f32(f32(a.c) * f32(v - range[i])));
  });
}

export interface BatchNormVectors {
  readonly divisor: Numbers;
  readonly gain: Numbers;
  readonly offset: Numbers;
  readonly mean: Numbers;
  readonly variance: Numbers;
}

/** y, mean and variance as used. */
export function batchNorm(z: Numbers, v: BatchNormVectors, a: BatchNormAttrs) {
  const C = v.gain.length;
  const rows = z.length / C;
  const mean = Float64Array.from(v.mean);
  const variance = Float64Array.from(v.variance);
  const u = Float64Array.from(z, (value, i) => value / v.divisor[i % C]);
  if (!a.frozen) {
    mean.fill(0);
    variance.fill(0);
    u.forEach((value, i) => (mean[i % C] += value / rows));
    u.forEach((value, i) => (variance[i % C] += (value - mean[i % C]) ** 2 / rows));
  }
  const y = u.map((value, i) => {
    const c = i % C;
    const out = (v.gain[c] * (value - mean[c])) / Math.sqrt(variance[c] + a.eps) + v.offset[c];
    return a.relu ? Math.max(out, 0) : out;
  });
  return { y, mean, variance };
}

/** Sum of dy * y as a function of all inputs: what finite differences of the gradient kernel need. */
export function batchNormLoss(z: Numbers, v: BatchNormVectors, dy: Numbers, a: BatchNormAttrs): number {
  return batchNorm(z, v, a).y.reduce((sum, y, i) => sum + y * dy[i], 0);
}
