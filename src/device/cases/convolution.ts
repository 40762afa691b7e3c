// Convolutions: shapes of the network, whole and scaled down; batches around a multiple of a tile; channels that are no
// multiple of a vector; odd, tiny and oblong maps; unequal windows, strides and paddings; NaN through a fused ReLU.
import {
  convolution,
  convolutionFilterGrad,
  convolutionInputGrad,
  outputMaps,
  type ConvolutionShape,
} from '../reference/convolution';
import { addBias, relu } from '../reference/elementwise';
import { exactly, given, NANS, random, sumOf, type Cases } from './case';

/** Square maps, and a window that leaves their size as it is at stride 1. */
export const square = (
  n: number,
  hw: number,
  c: number,
  co: number,
  kernel: number,
  stride: number,
): ConvolutionShape => ({
  ...{ n, h: hw, w: hw, c, co, kernel, stride },
  pad: Math.floor(kernel / 2),
});

const CHANNELS = [1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13];
const SHAPES: readonly ConvolutionShape[] = [
  // Of the network.
  square(2, 32, 3, 64, 7, 2),
  square(3, 8, 64, 64, 3, 1),
  square(1, 8, 64, 128, 3, 2),
  square(1, 8, 64, 128, 1, 2),
  square(1, 4, 128, 128, 3, 1),
  square(2, 2, 256, 256, 3, 1),
  square(2, 2, 256, 512, 1, 2),
  square(2, 1, 512, 512, 3, 1),
  // Scaled down.
  square(2, 32, 3, 16, 7, 2),
  square(5, 8, 16, 32, 3, 2),
  square(3, 8, 16, 32, 1, 2),
  square(4, 8, 16, 32, 1, 2),
  square(5, 4, 32, 64, 3, 2),
  square(2, 4, 128, 128, 3, 1),
  square(6, 2, 32, 40, 3, 1),
  square(9, 2, 32, 64, 3, 2),
  square(1, 1, 64, 96, 3, 1),
  square(2, 1, 128, 128, 3, 1),
  // Batches around a multiple of eight.
  ...[1, 3, 7, 8, 9, 16, 19].map((n) => square(n, 4, 8, 16, 3, n % 2 ? 1 : 2)),
  // Channels that are no multiple of four or eight.
  ...CHANNELS.map((c, i) => square(3, 5, c, CHANNELS[CHANNELS.length - 1 - i], 3, 1)),
  square(7, 5, 5, 7, 3, 1),
  square(3, 5, 5, 7, 3, 1),
  square(3, 6, 1, 1, 3, 2),
  square(2, 7, 9, 11, 5, 3),
  // Odd, tiny and oblong maps, other windows and strides.
  square(2, 1, 8, 8, 3, 1),
  square(2, 2, 8, 8, 3, 2),
  square(2, 3, 8, 8, 3, 2),
  square(2, 7, 8, 8, 3, 2),
  square(2, 9, 3, 8, 7, 2),
  square(2, 3, 8, 8, 7, 2),
  { n: 2, h: 4, w: 6, c: 6, co: 10, kernel: 3, stride: 1, pad: 0 },
  { n: 2, h: 5, w: 9, c: 4, co: 8, kernel: 3, stride: 2, pad: 0 },
  { n: 2, h: 7, w: 4, c: 4, co: 8, kernel: 2, stride: 3, pad: 1 },
  { n: 2, h: 6, w: 6, c: 4, co: 8, kernel: 1, stride: 3, pad: 0 },
];

const label = (s: ConvolutionShape) => `${s.n}x${s.h}x${s.w}x${s.c} -> ${s.co}, k${s.kernel} s${s.stride} p${s.pad}`;

/** Conv2D, FusedConv2D with bias and ReLU, and both gradients of each shape. */
export function* convolutionsOf(shapes: readonly ConvolutionShape[]): Cases {
  for (const s of shapes) {
    const name = label(s);
    const out = outputMaps(s, s.co);
    const [xShape, fShape] = [
      [s.n, s.h, s.w, s.c],
      [s.kernel, s.kernel, s.c, s.co],
    ];
    const x = random(xShape, 1);
    const filter = random(fShape, 2);
    const dy = random([out.n, out.h, out.w, out.c], 3);
    const bias = random([s.co], 4);
    const attrs = { strides: s.stride, pad: s.pad, dataFormat: 'NHWC', dilations: 1 } as const;
    const terms = s.kernel * s.kernel * s.c;
    const y = convolution(x.values, filter.values, s);
    const fused = relu(addBias(y, bias.values));
    const dx = convolutionInputGrad(dy.values, filter.values, s);
    const dfilter = convolutionFilterGrad(x.values, dy.values, s);
    yield { name, kernel: 'Conv2D', inputs: { x, filter }, attrs, wanted: [sumOf(terms, y)] };
    yield {
      ...{ name, kernel: 'FusedConv2D', inputs: { x, filter, bias } },
      ...{ attrs: { ...attrs, activation: 'relu' }, wanted: [sumOf(terms, fused)] },
    };
    yield {
      ...{ name, kernel: 'Conv2DBackpropInput', inputs: { dy, filter } },
      ...{ attrs: { ...attrs, inputShape: xShape }, wanted: [sumOf(s.kernel * s.kernel * s.co, dx)] },
    };
    yield {
      ...{ name, kernel: 'Conv2DBackpropFilter', inputs: { x, dy } },
      ...{ attrs: { ...attrs, filterShape: fShape }, wanted: [sumOf(out.n * out.h * out.w, dfilter)] },
    };
  }
}

export const convolutions = (): Cases => convolutionsOf(SHAPES);

/** Dilated ones, which we leave to tfjs: against the same taps spread out by zeros. */
export function* dilated(): Cases {
  for (const [hw, c, co, pad] of [
    [9, 4, 8, 2],
    [7, 2, 4, 0],
  ]) {
    const s = { n: 1, h: hw, w: hw, c, co, kernel: 5, stride: 1, pad };
    const x = random([1, hw, hw, c], 1);
    const filter = random([3, 3, c, co], 2);
    const spread = new Float32Array(5 * 5 * c * co);
    for (let tap = 0; tap < 9; tap++)
      spread.set(
        filter.values.subarray(tap * c * co, (tap + 1) * c * co),
        (Math.floor(tap / 3) * 10 + (tap % 3) * 2) * c * co,
      );
    const attrs = { strides: 1, pad: pad === 0 ? 'valid' : 'same', dataFormat: 'NHWC', dilations: 2 } as const;
    const wanted = sumOf(9 * c, convolution(x.values, spread, s));
    yield { name: `dilated ${hw}`, kernel: 'Conv2D', inputs: { x, filter }, attrs, wanted: [wanted] };
  }
}

/** Values at which ReLUs differ: signs, the least numbers, infinity, and every kind of NaN. */
function edges(): Float32Array {
  const numbers = [Infinity, -Infinity, -0, 0, 1e-30, -1e-30, 3, -3];
  const values = Float32Array.from([...numbers, ...NANS.map(() => 0)]);
  NANS.forEach((hole, i) => new Uint32Array(values.buffer).set(new Uint32Array(hole.buffer), numbers.length + i));
  return values;
}

/** ReLU by itself, of lengths that no vector divides and that several threads share. */
export function* rectified(): Cases {
  const of = (name: string, values: Float32Array) =>
    ({ name, kernel: 'Relu', inputs: { x: given(values) }, attrs: {}, wanted: [exactly(relu(values))] }) as const;
  yield of('edges', edges());
  for (const length of [1, 3, 65_537]) yield of(`${length} values`, random([length], length).values);
}

/** ReLU of a convolution, of one sample and of several. */
export function* rectifiedConvolution(): Cases {
  const values = edges();
  const wanted = relu(values);
  // One pixel, one input channel of 1: the sums are the filter.
  const filter = given(values, [1, 1, 1, values.length]);
  const bias = given(new Float32Array(values.length));
  const attrs = { strides: 1, pad: 0, dataFormat: 'NHWC', dilations: 1, activation: 'relu' } as const;
  for (const n of [1, 33]) {
    const x = given(new Float32Array(n).fill(1), [n, 1, 1, 1]);
    const all = Float64Array.from({ length: n * values.length }, (_, i) => wanted[i % values.length]);
    yield { name: `${n} samples`, kernel: 'FusedConv2D', inputs: { x, filter, bias }, attrs, wanted: [exactly(all)] };
  }
}
