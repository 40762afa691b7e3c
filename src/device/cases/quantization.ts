// Observers, fake-quant and its gradient, also of x * factor: of a whole tensor and per channel, one short item and many,
// odd numbers of channels, clipped tails, ties. Exact; but for sums. The rules of scales: tests/qparam-table.ts.
import { elements } from '../../core/params';
import type { QuantRule } from '../../quant/types';
import type { FakeQuantAttrs, FakeQuantLearnedAttrs, ObserveMinMaxAttrs } from '../contract';
import { qparamsOf } from '../qparams';
import {
  fakeQuant,
  fakeQuantGrad,
  fakeQuantLearnedGrad,
  fakeQuantScaledGrad,
  observeMinMax,
  scaleChannels,
} from '../reference/quantization';
import { noise } from '../testing';
import { exactly, given, givenRange, random, sumOf, unseen, within, type Cases } from './case';

const EPS = 2 ** -23;
const AFFINE: QuantRule = { scheme: 'affine', qmin: 0, qmax: 127, eps: EPS };
const SYMMETRIC: QuantRule = { scheme: 'symmetric', qmin: -128, qmax: 127, eps: EPS };
const FOUR_BITS: QuantRule = { scheme: 'symmetric', qmin: -8, qmax: 7, eps: EPS };
/** Weights with zero points, and scales that are powers of two. */
const SIGNED_AFFINE: QuantRule = { ...SYMMETRIC, scheme: 'affine' };
const POWERS: readonly QuantRule[] = [AFFINE, SYMMETRIC].map((rule) => ({ ...rule, powerOfTwo: true }));
const AVERAGE: ObserveMinMaxAttrs = { mode: 'average', c: 0.01 };
const LAST: ObserveMinMaxAttrs = { mode: 'average', c: 1 };
const EXTREME: ObserveMinMaxAttrs = { mode: 'extreme', c: 1 };

/** An observer, from a range that has seen nothing or one that clips, and fake-quant over the range it gives. */
function* observedThenQuantized(
  shape: readonly number[],
  ranges: number,
  attrs: QuantRule,
  observer: ObserveMinMaxAttrs,
  empty: boolean,
): Cases {
  const name = `${shape.join('x')} ${JSON.stringify({ ranges, ...attrs, ...observer, empty })}`;
  const [x, dy] = [random(shape, 3), random(shape, 4)];
  const some = (end: number) => Array.from({ length: ranges }, (_, c) => end * (0.5 + c / ranges));
  const before = empty ? unseen(ranges) : Float32Array.of(...some(-1), ...some(1));
  const after = observeMinMax(x.values, before, observer);
  const range = givenRange(after);
  yield {
    ...{ name, kernel: 'QatObserveMinMax', inputs: { x, range: givenRange(before) }, attrs: observer },
    wanted: [exactly(after)],
  };
  yield* quantizedOver(name, x.values, dy.values, shape, after, attrs);
  const qparams = qparamsOf(after, attrs);
  const scales = [...qparams.map(({ scale }) => scale), ...qparams.map(({ zeroPoint }) => zeroPoint)];
  const { qmin, qmax } = attrs;
  yield {
    ...{ name: `${name}, given`, kernel: 'QatFakeQuant', attrs: { scheme: 'given', qmin, qmax } },
    ...{ inputs: { x, range: givenRange(Float32Array.from(scales)) } },
    wanted: [exactly(fakeQuant(x.values, range.values, attrs))],
  };
}

function* quantizedOver(
  name: string,
  x: Float32Array,
  dy: Float32Array,
  shape: readonly number[],
  range: Float32Array,
  attrs: FakeQuantAttrs,
): Cases {
  const inputs = { x: given(x, shape), range: givenRange(range) };
  yield { name, kernel: 'QatFakeQuant', inputs, attrs, wanted: [exactly(fakeQuant(x, range, attrs))] };
  yield {
    ...{ name, kernel: 'QatFakeQuantGrad', inputs: { ...inputs, dy: given(dy, shape) }, attrs },
    wanted: [exactly(fakeQuantGrad(x, dy, range, attrs))],
  };
}

const lastOf = (shape: readonly number[]) => shape[shape.length - 1];

export function* perTensor(): Cases {
  const shapes = [[2, 8, 8, 16], [32, 16, 16, 64], [3, 5, 5, 7], [5], [32, 10], [1, 1, 1, 1]];
  for (const [i, shape] of shapes.entries()) {
    yield* observedThenQuantized(shape, 1, AFFINE, AVERAGE, i % 2 === 0);
    yield* observedThenQuantized(shape, 1, { ...AFFINE, qmax: 15 }, EXTREME, false);
    yield* observedThenQuantized(shape, 1, SYMMETRIC, LAST, false);
    yield* observedThenQuantized(shape, 1, { ...SYMMETRIC, qmin: 0, qmax: i % 2 ? 15 : 255 }, EXTREME, false);
    for (const rule of POWERS) yield* observedThenQuantized(shape, 1, rule, LAST, false);
  }
  for (const shape of MORE_SHAPES) yield* everyWay(shape, 1);
}

export function* perChannel(): Cases {
  const shapes = [
    [3, 3, 16, 32],
    [7, 7, 3, 64],
    [1, 1, 8, 6],
    [512, 10],
    [3, 3, 128, 512],
  ];
  for (const [i, shape] of shapes.entries()) {
    yield* observedThenQuantized(shape, lastOf(shape), SYMMETRIC, AVERAGE, i % 2 === 0);
    yield* observedThenQuantized(shape, lastOf(shape), FOUR_BITS, EXTREME, true);
    yield* observedThenQuantized(shape, lastOf(shape), AFFINE, AVERAGE, false);
    for (const rule of [SIGNED_AFFINE, ...POWERS])
      yield* observedThenQuantized(shape, lastOf(shape), rule, LAST, false);
  }
  for (const shape of MORE_SHAPES) yield* everyWay(shape, lastOf(shape));
}

/** One short item, several items, odd channel counts. */
const MORE_SHAPES = [[5], [2, 3, 3, 7], [40001], [3, 3, 64, 128], [257, 3], [1, 10]];

function* everyWay(shape: readonly number[], ranges: number): Cases {
  const [x, dy] = [random(shape, 3), random(shape, 4)];
  const some = unseen(ranges).map((v, i) => (v > 0 ? -0.5 : 0.75) * (1 + i / ranges));
  for (const before of [unseen(ranges), some])
    for (const observer of [AVERAGE, EXTREME]) {
      const name = `${shape.join('x')} ${ranges} ${observer.mode} ${before === some}`;
      const inputs = { x, range: givenRange(before) };
      const wanted = [exactly(observeMinMax(x.values, before, observer))] as const;
      yield { name, kernel: 'QatObserveMinMax', inputs, attrs: observer, wanted };
    }
  for (const attrs of [AFFINE, SYMMETRIC, FOUR_BITS]) {
    const name = `${shape.join('x')} ${ranges} ${attrs.scheme} ${attrs.qmax}`;
    yield* quantizedOver(name, x.values, dy.values, shape, some, attrs);
  }
}

/** Of x * factor: whole filters, and some of their taps. */
export function* scaled(): Cases {
  const filters: readonly { shape: number[]; taps?: number[] }[] = [
    { shape: [3, 3, 16, 32] },
    { shape: [3, 3, 128, 64], taps: [4] },
    { shape: [3, 3, 64, 128], taps: [4] },
    { shape: [3, 3, 10, 7], taps: [0, 4, 5, 8] },
    { shape: [3, 3, 100, 7], taps: [0, 4, 5, 8] },
    { shape: [3, 3, 65, 6] },
    { shape: [1, 1, 5, 12], taps: [0] },
    { shape: [2, 2, 3, 1], taps: [3] },
    { shape: [7, 7, 3, 64] },
  ];
  for (const { shape, taps } of filters) {
    const [tapSize, channels] = [shape[2] * shape[3], shape[3]];
    const counts = (i: number) => taps === undefined || taps.includes(Math.floor(i / tapSize));
    const x = random(shape, 21);
    const dy = given(
      noise(elements(shape), 22).map((v, i) => (counts(i) ? v : 0)),
      shape,
    );
    // Factors of both signs; where a factor is negative, the ends of the range change places.
    const factor = given(noise(channels, 23).map((v) => (v < 0 ? v - 0.5 : v + 0.5)));
    const product = scaleChannels(x.values, factor.values);
    const clipping = unseen(channels).map((v) => (v > 0 ? -0.5 : 0.75));
    for (const [observer, before] of [
      [LAST, unseen(channels)],
      [AVERAGE, clipping],
    ] as const) {
      const range = observeMinMax(product, before, observer);
      const name = `${shape.join('x')} taps ${taps} ${observer.c}`;
      yield {
        ...{ name, kernel: 'QatObserveScaled', inputs: { x, factor, range: givenRange(before) }, attrs: observer },
        wanted: [exactly(range)],
      };
      for (const attrs of [SYMMETRIC, FOUR_BITS, SIGNED_AFFINE, POWERS[1]]) {
        const inputs = { x, factor, range: givenRange(range) };
        const y = fakeQuant(product, range, attrs);
        yield {
          ...{ name, kernel: 'QatFakeQuantScaled', inputs, attrs: { ...attrs, taps } },
          wanted: [{ ...exactly(y), counts }],
        };
        const { dx, dfactor } = fakeQuantScaledGrad(x.values, dy.values, factor.values, range, attrs);
        const terms = (x.values.length / channels / (shape[0] * shape[1])) * (taps?.length ?? shape[0] * shape[1]);
        yield {
          ...{ name, kernel: 'QatFakeQuantScaledGrad', inputs: { ...inputs, dy }, attrs: { ...attrs, taps } },
          wanted: [exactly(dx), sumOf(terms, dfactor)],
        };
      }
    }
  }
}

/**
 * By scales and zero points that are learned: of a whole tensor and per channel, with tails clipped at both ends, codes of
 * both signs, zero points between the codes and beyond them.
 */
export function* learned(): Cases {
  const shapes = [...MORE_SHAPES, [2, 8, 8, 16], [32, 16, 16, 64], [3, 3, 128, 512], [1, 1, 1, 1]];
  for (const shape of shapes)
    for (const ranges of new Set([1, lastOf(shape)]))
      for (const [qmin, qmax, powerOfTwo] of [
        [-4, 3, false],
        [0, 15, false],
        [0, 15, true],
      ] as const) {
        const [x, dy] = [random(shape, 31), random(shape, 32)];
        const scales = noise(ranges, 33).map((v) => 0.1 + 0.02 * v);
        const zeroPoints = noise(ranges, 34).map((v, c) => (c % 5 === 4 ? -9 : v + (qmax + qmin) / 2));
        const qparams = givenRange(Float32Array.of(...scales, ...zeroPoints));
        const learnsZeroPoint = qmin === 0;
        const codes = { scheme: 'given', qmin, qmax, powerOfTwo } as const;
        const attrs: FakeQuantLearnedAttrs = { ...codes, gradientScale: 0.25, learnsZeroPoint };
        const { dx, dqparams } = fakeQuantLearnedGrad(x.values, dy.values, qparams.values, attrs);
        const name = `${shape.join('x')} ${ranges} ${qmin}..${qmax} ${powerOfTwo}`;
        yield {
          ...{ name, kernel: 'QatFakeQuant', inputs: { x, range: qparams }, attrs },
          wanted: [exactly(fakeQuant(x.values, qparams.values, attrs))],
        };
        // A term is dy times a code, up to 15, times the gradient's scale: four times a product of values about 1.
        const tolerance = 4 * sumOf(elements(shape) / ranges, []).within;
        yield {
          ...{ name, kernel: 'QatFakeQuantLearnedGrad', inputs: { x, dy, qparams }, attrs },
          wanted: [exactly(dx), within(tolerance, dqparams)],
        };
      }
}

/** Values at ties and at the ends of the codes, and tensors of one value. Scale 1, zero point 0: codes are numbers. */
export function* ties(): Cases {
  const x = Float32Array.of(0.5, 1.5, 2.5, -0.5, -0.51, 255.49, 255.5, 3);
  const wide = { ...AFFINE, qmax: 255 };
  yield* quantizedOver(
    'ties',
    x,
    x.map(() => 1),
    [8],
    Float32Array.of(0, 255),
    wide,
  );
  for (const [value, low, high] of [
    [2, 2, 2],
    [0, 0, 0],
    [NaN, -1, 1],
  ])
    yield* quantizedOver(
      `all ${value}`,
      Float32Array.of(value, value, value, value, value),
      noise(5, 1),
      [5],
      Float32Array.of(low, high),
      AFFINE,
    );
}
