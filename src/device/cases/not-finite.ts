// Observers and fake-quant on NaN, of every kind and wherever it is, and on infinity, as the contract has it: exactly.
import { elements } from '../../core/params';
import { BINS } from '../../quant/histogram-observer';
import type { QuantRule } from '../../quant/types';
import { fakeQuant, observeMinMax, scaleChannels } from '../reference/quantization';
import { noise } from '../testing';
import { exactly, given, givenRange, holed, NANS, unseen, within, type Cases } from './case';

const OBSERVERS = [
  { mode: 'average', c: 1 },
  { mode: 'average', c: 0.01 },
  { mode: 'extreme', c: 1 },
] as const;

/** A NaN in a tensor: both ends of its channel are NaN, and stay so. */
export function* observedNaN(): Cases {
  for (const shape of [[3], [70], [40001], [257, 3], [40, 70], [3, 3, 64, 64]])
    for (const ranges of new Set([1, shape[shape.length - 1]])) {
      const size = elements(shape);
      const [x, later] = [noise(size, 6), noise(size, 7)];
      const observed = (
        name: string,
        values: Float32Array,
        range: Float32Array,
        attrs: (typeof OBSERVERS)[number],
      ) => ({
        ...{ name: `${shape.join('x')} ${ranges} ${attrs.mode} ${name}`, kernel: 'QatObserveMinMax' as const },
        ...{ inputs: { x: given(values, shape), range: givenRange(range) }, attrs },
        wanted: [exactly(observeMinMax(values, range, attrs))] as const,
      });
      for (const at of new Set([0, 1, size >> 1, size - 2, size - 1]))
        for (const [bits, hole] of NANS.entries())
          for (const attrs of OBSERVERS.filter(({ c }) => c === 1 || bits === 0)) {
            const spoilt = observed(`at ${at}, ${bits}`, holed(x, at, hole), unseen(ranges), attrs);
            const seen = spoilt.wanted[0].values as Float32Array;
            if (seen.filter(Number.isNaN).length !== 2) throw new Error('The reference has lost its NaN.');
            yield spoilt;
            if (bits === at % NANS.length) yield observed(`after ${at}, ${bits}`, later, seen, attrs);
          }
    }
}

/** Infinite values, one-sided ones, and ends that are not finite beforehand: what the host's rule says. */
export function* observedEnds(): Cases {
  const values = [
    ...[
      [-Infinity, 2, 1],
      [-3, Infinity, 0],
      [-1, -2, -Infinity],
    ],
    ...[
      [-0, 0, -0],
      [-5, -4, -6],
      [5, 4, 6],
      [1, NaN, 2],
    ],
  ];
  const ends = [-Infinity, -1, 2, Infinity, NaN];
  for (const attrs of OBSERVERS)
    for (const x of values)
      for (const range of ends.flatMap((low) => ends.map((high) => Float32Array.of(low, high)))) {
        const name = `${x} into ${[...range]} ${JSON.stringify(attrs)}`;
        const wanted = [exactly(observeMinMax(x, range, attrs))] as const;
        yield { name, kernel: 'QatObserveMinMax', inputs: { x: given(x), range: givenRange(range) }, attrs, wanted };
      }
}

/** x * factor with a value that is not finite in either: its channel's ends, and a histogram's, are NaN or infinite. */
export function* observedProducts(): Cases {
  const [rows, channels] = [40, 7];
  const [x, factor] = [noise(rows * channels, 8), noise(channels, 9)];
  const range = givenRange(unseen(channels));
  for (const hole of [Float32Array.of(NaN), Float32Array.of(Infinity), Float32Array.of(-Infinity), ...NANS])
    for (const inFactor of [true, false]) {
      const [v, k] = inFactor ? [x, holed(factor, 3, hole)] : [holed(x, 100, hole), factor];
      const wanted = observeMinMax(scaleChannels(v, k), range.values, OBSERVERS[0]);
      yield {
        ...{ name: `${[...hole]} ${inFactor}`, kernel: 'QatObserveScaled', attrs: OBSERVERS[0] },
        inputs: { x: given(v, [rows, channels]), factor: given(k), range },
        wanted: [exactly(wanted)],
      };
    }
  for (const hole of NANS) {
    const inputs = { x: given(holed(x, 50, hole)), counts: given(new Float32Array(BINS)), range: given(unseen(1)) };
    // A histogram over no range counts nothing in particular.
    const wanted = [within(Infinity, inputs.counts.values), exactly([NaN, NaN])] as const;
    yield { name: 'NaN', kernel: 'QatObserveHistogram', inputs, attrs: {}, wanted };
  }
}

/** A NaN stays one, infinity is clamped; over a range that is not finite, or too wide, all is NaN. */
export function* quantizedNaN(): Cases {
  const affine: QuantRule = { scheme: 'affine', qmin: 0, qmax: 127, eps: 2 ** -23 };
  const symmetric: QuantRule = { scheme: 'symmetric', qmin: -128, qmax: 127, eps: 2 ** -23 };
  for (const attrs of [affine, symmetric, { ...affine, qmin: -128 }, { ...symmetric, qmin: 0, qmax: 15 }]) {
    const [rows, channels] = [5, 6];
    const x = NANS.reduce((values, hole, i) => holed(values, 7 * i, hole), noise(rows * channels, 10));
    x.set([Infinity, -Infinity], 11);
    const factor = holed(noise(channels, 11), 4, NANS[1]);
    for (const [low, high] of [
      ...[
        [-1, 1],
        [NaN, NaN],
        [NaN, 1],
        [-1, NaN],
      ],
      ...[
        [-Infinity, 1],
        [-1, Infinity],
        [-3e38, 3e38],
        [-Infinity, -1],
      ],
    ]) {
      const name = `[${low}, ${high}] ${JSON.stringify(attrs)}`;
      const ends = [low, high];
      const each = unseen(channels).map((_, i) => (i % channels === 2 ? ends : [-2, 3])[Number(i >= channels)]);
      for (const range of [Float32Array.from(ends), each]) {
        const inputs = { x: given(x, [rows, channels]), range: givenRange(range) };
        const wanted = [exactly(fakeQuant(x, range, attrs))] as const;
        yield { name: `${name} ${range.length / 2}`, kernel: 'QatFakeQuant', inputs, attrs, wanted };
      }
      yield {
        ...{ name, kernel: 'QatFakeQuantScaled', attrs },
        inputs: { x: given(x, [rows, channels]), factor: given(factor), range: givenRange(each) },
        wanted: [exactly(fakeQuant(scaleChannels(x, factor), each, attrs))],
      };
    }
    const inputs = { x: given(noise(30, 10)), range: givenRange(unseen(1)) };
    const wanted = [exactly(new Float32Array(30).fill(NaN))] as const;
    yield { name: 'unseen', kernel: 'QatFakeQuant', inputs, attrs, wanted, refusedOnHost: true };
  }
}
