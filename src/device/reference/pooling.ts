// Max and average pooling and their gradients (torch.nn.MaxPool2d, AdaptiveAvgPool2d(1)).
import type { Window } from '../../core/window';
import { eachTap, outputMaps } from './convolution';
import type { Maps, Numbers } from './numbers';

/** Maximum of each window; padding never wins, a NaN always does. */
export const maxPool = (x: Numbers, s: Maps & Window): Float64Array => winners(x, s).y;

/** Each output's gradient goes to the element that won its window. */
export function maxPoolGrad(dy: Numbers, x: Numbers, s: Maps & Window): Float64Array {
  const dx = new Float64Array(x.length);
  winners(x, s).from.forEach((at, i) => (dx[at] += dy[i]));
  return dx;
}

/** Maximum of each window and the input element it came from: the first of equal ones, or the first NaN. */
function winners(x: Numbers, s: Maps & Window): { y: Float64Array; from: Int32Array } {
  const out = outputMaps(s, s.c);
  const y = new Float64Array(out.n * out.h * out.w * out.c).fill(-Infinity);
  const from = new Int32Array(y.length);
  eachTap(s, (input, _tap, output) => {
    for (let c = 0; c < s.c; c++) {
      const [value, greatest] = [x[input * s.c + c], y[output * s.c + c]];
      if (value <= greatest || Number.isNaN(greatest)) continue;
      y[output * s.c + c] = value;
      from[output * s.c + c] = input * s.c + c;
    }
  });
  return { y, from };
}

/** Mean over each map: [n, c]. */
export function averagePool(x: Numbers, { n, h, w, c }: Maps): Float64Array {
  const means = new Float64Array(n * c);
  for (let i = 0; i < x.length; i++) means[Math.floor(i / (h * w * c)) * c + (i % c)] += x[i] / (h * w);
  return means;
}

/** @param dy [n, c] */
export function averagePoolGrad(dy: Numbers, { n, h, w, c }: Maps): Float64Array {
  const size = h * w * c;
  return Float64Array.from({ length: n * size }, (_, i) => dy[Math.floor(i / size) * c + (i % c)] / (h * w));
}
