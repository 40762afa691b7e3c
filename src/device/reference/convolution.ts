// Convolution and its two gradients, by their definition (torch.nn.Conv2d: a cross-correlation; zeros beyond the map).
// A linear layer is a convolution of maps of one pixel. Not for bias: elementwise.ts.
import { outputLength, type Window } from '../../core/window';
import type { Maps, Numbers } from './numbers';

/** x [n, h, w, c], filter [kernel, kernel, c, co]. */
export interface ConvolutionShape extends Maps, Window {
  readonly co: number;
}

/** The window's output [n, oh, ow, channels]. */
export const outputMaps = (s: Maps & Window, channels: number): Maps => ({
  ...{ n: s.n, h: outputLength(s.h, s), w: outputLength(s.w, s), c: channels },
});

/** Calls visit for every pair of an input and an output pixel that a tap of the window joins; all three row-major. */
export function eachTap(s: Maps & Window, visit: (input: number, tap: number, output: number) => void): void {
  const [oh, ow] = [outputLength(s.h, s), outputLength(s.w, s)];
  for (let n = 0; n < s.n; n++)
    for (let oy = 0; oy < oh; oy++)
      for (let ox = 0; ox < ow; ox++)
        for (let ky = 0; ky < s.kernel; ky++)
          for (let kx = 0; kx < s.kernel; kx++) {
            const iy = oy * s.stride + ky - s.pad;
            const ix = ox * s.stride + kx - s.pad;
            if (iy < 0 || iy >= s.h || ix < 0 || ix >= s.w) continue;
            visit((n * s.h + iy) * s.w + ix, ky * s.kernel + kx, (n * oh + oy) * ow + ox);
          }
}

/** y[output, o] = sum of x[input, i] * filter[tap, i, o] over all taps and i. */
export function convolution(x: Numbers, filter: Numbers, s: ConvolutionShape): Float64Array {
  const [xs, fs] = [new Float64Array(x), new Float64Array(filter)];
  const out = outputMaps(s, s.co);
  const y = new Float64Array(out.n * out.h * out.w * out.c);
  eachTap(s, (input, tap, output) => {
    for (let i = 0; i < s.c; i++) {
      const value = xs[input * s.c + i];
      const row = (tap * s.c + i) * s.co;
      for (let o = 0; o < s.co; o++) y[output * s.co + o] += value * fs[row + o];
    }
  });
  return y;
}

/** dx[input, i] = sum of dy[output, o] * filter[tap, i, o]. */
export function convolutionInputGrad(dy: Numbers, filter: Numbers, s: ConvolutionShape): Float64Array {
  const [dys, fs] = [new Float64Array(dy), new Float64Array(filter)];
  const dx = new Float64Array(s.n * s.h * s.w * s.c);
  eachTap(s, (input, tap, output) => {
    for (let i = 0; i < s.c; i++) {
      const row = (tap * s.c + i) * s.co;
      let sum = 0;
      for (let o = 0; o < s.co; o++) sum += dys[output * s.co + o] * fs[row + o];
      dx[input * s.c + i] += sum;
    }
  });
  return dx;
}

/** dfilter[tap, i, o] = sum of x[input, i] * dy[output, o]. */
export function convolutionFilterGrad(x: Numbers, dy: Numbers, s: ConvolutionShape): Float64Array {
  const [xs, dys] = [new Float64Array(x), new Float64Array(dy)];
  const dfilter = new Float64Array(s.kernel * s.kernel * s.c * s.co);
  eachTap(s, (input, tap, output) => {
    for (let i = 0; i < s.c; i++) {
      const value = xs[input * s.c + i];
      const row = (tap * s.c + i) * s.co;
      for (let o = 0; o < s.co; o++) dfilter[row + o] += value * dys[output * s.co + o];
    }
  });
  return dfilter;
}
