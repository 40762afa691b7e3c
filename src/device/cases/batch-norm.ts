// Batch norm and its gradient, also behind a large mean and with values that are not finite; running statistics; factors.
import { elements } from '../../core/params';
import type { BatchNormAttrs } from '../contract';
import { batchNorm, batchNormGrad, runningStatistics, scaleFactor } from '../reference/batch-norm';
import { noise } from '../testing';
import { exactly, given, holed, NANS, random, within, type Cases } from './case';

const SHAPES = [
  ...[
    [2, 3, 3, 4],
    [5, 2, 2, 7],
    [9, 1, 1, 1],
    [40, 1, 1, 10],
  ],
  ...[
    [2, 4, 4, 8],
    [5, 3, 3, 6],
    [32, 1, 1, 4],
  ],
];

export function* batchNormalization(): Cases {
  for (const frozen of [true, false])
    for (const relu of [true, false]) {
      const attrs = { eps: 1e-5, relu, frozen };
      for (const shape of SHAPES) for (const mean of [0, 1, 30]) yield* normalized(shape, mean, attrs);
      yield* normalized([4, 4, 4, 5], 100, attrs);
    }
}

function* normalized(shape: number[], shift: number, attrs: BatchNormAttrs): Cases {
  const name = `${shape.join('x')} ${JSON.stringify({ shift, ...attrs })}`;
  const C = shape[3];
  const z = given(
    noise(elements(shape), 5).map((v, i) => v * (1 + (i % C)) * 0.3 + shift),
    shape,
  );
  const dy = random(shape, 6);
  const positive = (seed: number) => given(noise(C, seed).map((v) => 1 + 0.3 * v));
  const vectors = { divisor: positive(7), gain: positive(8), offset: random([C], 9) };
  const running = { mean: given(noise(C, 10).map((v) => v + shift)), variance: positive(11) };
  const numbers = { divisor: vectors.divisor.values, gain: vectors.gain.values, offset: vectors.offset.values };
  const { y, mean, variance } = batchNorm(
    z.values,
    { ...numbers, mean: running.mean.values, variance: running.variance.values },
    attrs,
  );
  // The mean's last bit is worth 2^-24 * |mean| / deviation of an output.
  const tolerance = 4e-6 + 1e-6 * shift;
  yield {
    ...{ name, kernel: 'QatBatchNorm', inputs: { z, ...vectors, ...running }, attrs },
    wanted: [within(tolerance, y), within(tolerance, mean), within(tolerance, variance)],
  };
  // The kernel gets the forward kernel's outputs in float32; its gradient must be that of the true ones.
  const inputs = { z, dy, y: given(y, shape), ...vectors, mean: given(mean), variance: given(variance) };
  const grads = batchNormGrad(z.values, dy.values, y, { ...numbers, mean, variance }, attrs);
  const { dz, ddivisor, dgain, doffset } = grads;
  const sums = (values: Float64Array) => within(1e-5 + 3e-6 * shift, values);
  yield {
    ...{ name, kernel: 'QatBatchNormGrad', inputs, attrs },
    wanted: [sums(dz), sums(ddivisor), sums(dgain), sums(doffset)],
  };
}

/** With its ReLU: what is not finite stays so, and spoils its channel where the batch's own statistics count. */
export function* spoiltBatchNorm(): Cases {
  const [rows, C, at] = [40, 5, 52];
  const z = noise(rows * C, 13);
  const filled = (value: number) => given(new Float32Array(C).fill(value));
  for (const frozen of [true, false])
    for (const hole of [Float32Array.of(Infinity), Float32Array.of(-Infinity), ...NANS]) {
      const attrs = { eps: 0, relu: true, frozen };
      const spoilt = given(holed(z, at, hole), [rows, 1, 1, C]);
      const inputs = {
        ...{ z: spoilt, divisor: filled(1), gain: filled(1), offset: filled(0) },
        ...{ mean: filled(0), variance: filled(1) },
      };
      const numbers = {
        ...{ divisor: inputs.divisor.values, gain: inputs.gain.values, offset: inputs.offset.values },
        ...{ mean: inputs.mean.values, variance: inputs.variance.values },
      };
      const { y, mean, variance } = batchNorm(spoilt.values, numbers, attrs);
      // The mean of values with an infinity among them is infinite or NaN, as their sum comes about.
      const isWhole = (channel: number) => frozen || channel !== at % C;
      yield {
        ...{ name: `${[...hole]} ${frozen}`, kernel: 'QatBatchNorm', inputs, attrs },
        wanted: [within(4e-6, y), { ...within(4e-6, mean), counts: isWhole }, within(4e-6, variance)],
      };
    }
}

/** Running statistics, and the factor of ConvBn QAT with a gain of 0 and one too small among the others. */
export function* vectors(): Cases {
  for (const C of [1, 5, 7, 64, 130]) {
    const [mean, batchMean, gain] = [31, 32, 33].map((seed) => random([C], seed));
    const [variance, batchVariance] = [34, 35].map((seed) => given(noise(C, seed).map((v) => 0.1 + v * v)));
    const rule = { momentum: 0.1, unbiased: 32 / 31 };
    const next = runningStatistics(
      { mean: mean.values, variance: variance.values },
      { mean: batchMean.values, variance: batchVariance.values },
      rule,
    );
    yield {
      ...{ name: `${C}`, kernel: 'QatRunningStatistics', inputs: { mean, variance, batchMean, batchVariance } },
      // Two products and a sum, each rounded by 2^-24, of values up to 3.
      ...{ attrs: rule, wanted: [within(5e-7, next.mean), within(5e-7, next.variance)] },
    };
    gain.values.set([0, 2 ** -30].slice(0, C - 1));
    const attrs = { eps: 1e-5, smallest: 2 ** -20 };
    const { factor, slope } = scaleFactor(gain.values, variance.values, attrs);
    yield {
      ...{ name: `${C}`, kernel: 'QatScaleFactor', inputs: { gain, variance }, attrs },
      // A GPU's division and root may be off by 2.5 units in the last place.
      wanted: [within(1e-6, factor), within(1e-6, slope)],
    };
  }
  const [gain, variance] = [
    [0, 1e-9, -1e-9, -0.5, 1],
    [1, 1, 1, 1, 1],
  ];
  const inputs = { gain: given(gain), variance: given(variance) };
  const [factor, slope] = [
    [2 ** -20, 2 ** -20, 2 ** -20, -0.5, 1],
    [0, 0, 0, 1, 1],
  ];
  yield {
    ...{ name: 'near 0, of either sign', kernel: 'QatScaleFactor', inputs, attrs: { eps: 0, smallest: 2 ** -20 } },
    wanted: [exactly(factor), exactly(slope)],
  };
  for (const [gain, variance, factor] of [
    [NaN, 1, NaN],
    [1, NaN, NaN],
    [Infinity, 1, Infinity],
    [-Infinity, 1, -Infinity],
    [1, Infinity, 2 ** -20],
    [-0, 1, 2 ** -20],
  ]) {
    const inputs = { gain: given([gain, 1]), variance: given([variance, 1]) };
    yield {
      ...{ name: `${gain} ${variance}`, kernel: 'QatScaleFactor', inputs, attrs: { eps: 0, smallest: 2 ** -20 } },
      wanted: [exactly([factor, 1]), { ...exactly([0, 1]), counts: (i) => i === 1 }],
    };
  }
}
