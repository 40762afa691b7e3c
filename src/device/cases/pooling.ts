// Max pooling and its gradient, exactly: coarse values whose windows hold ties; NaN and nothing but -Infinity in a window.
import { elements } from '../../core/params';
import type { Window } from '../../core/window';
import { outputMaps } from '../reference/convolution';
import type { Maps } from '../reference/numbers';
import { maxPool, maxPoolGrad } from '../reference/pooling';
import { noise } from '../testing';
import { exactly, given, holed, NANS, type Cases } from './case';

const SHAPES: readonly (Maps & Window)[] = [
  { n: 2, h: 16, w: 16, c: 64, kernel: 3, stride: 2, pad: 1 },
  { n: 2, h: 16, w: 16, c: 8, kernel: 3, stride: 2, pad: 1 },
  { n: 3, h: 5, w: 5, c: 7, kernel: 3, stride: 2, pad: 1 },
  { n: 3, h: 5, w: 5, c: 6, kernel: 3, stride: 2, pad: 1 },
  { n: 1, h: 6, w: 4, c: 1, kernel: 2, stride: 2, pad: 0 },
  { n: 2, h: 6, w: 4, c: 5, kernel: 2, stride: 2, pad: 0 },
  { n: 2, h: 4, w: 7, c: 10, kernel: 3, stride: 1, pad: 1 },
  { n: 2, h: 4, w: 7, c: 4, kernel: 3, stride: 1, pad: 1 },
];

export function* pooling(): Cases {
  for (const s of SHAPES) {
    const name = `${s.n}x${s.h}x${s.w}x${s.c}, k${s.kernel} s${s.stride} p${s.pad}`;
    const [shape, out] = [[s.n, s.h, s.w, s.c], outputMaps(s, s.c)];
    const outShape = [out.n, out.h, out.w, out.c];
    const coarse = noise(elements(shape), 1).map((v) => Math.round(v * 2) / 4);
    const dy = given(
      noise(elements(outShape), 2).map((v) => Math.round(v * 64) / 64),
      outShape,
    );
    const attrs = { filterSize: s.kernel, strides: s.stride, pad: s.pad };
    const y = maxPool(coarse, s);
    const x = given(coarse, shape);
    yield { name, kernel: 'MaxPool', inputs: { x }, attrs, wanted: [exactly(y)] };
    yield {
      ...{ name, kernel: 'MaxPoolGrad', inputs: { dy, input: x, output: given(y, outShape) } },
      ...{ attrs, wanted: [exactly(maxPoolGrad(dy.values, coarse, s))] },
    };
    const infinite = noise(coarse.length, 12).map((v, i) => (Math.floor(i / s.c) % s.w < s.kernel ? -Infinity : v));
    const lone = NANS.reduce((values, hole, i) => holed(values, (41 * i) % values.length, hole), infinite);
    const many = coarse.map((v, i) => (i % 31 === 0 ? NaN : v));
    for (const [what, values] of Object.entries({ 'NaN and -Infinity': lone, 'many NaN': many })) {
      const wanted = [exactly(maxPool(values, s))] as const;
      yield { name: `${name}, ${what}`, kernel: 'MaxPool', inputs: { x: given(values, shape) }, attrs, wanted };
    }
  }
}
