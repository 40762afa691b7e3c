// What a FakeQuantSpec cannot say. tsc is the judge: it refuses a directive under which nothing is wrong.
import { describe, expect, it } from 'vitest';
import type { FakeQuantSpec, HistogramSpec, NodeQuant, QConfig, RangeSpec } from './types';

const rule = { scheme: 'affine', qmin: 0, qmax: 127, eps: 2 ** -23 } as const;
const histogram: HistogramSpec = { ...rule, observer: 'histogram', granularity: 'per_tensor', simulate: false };
const minmax: RangeSpec = { ...rule, observer: 'minmax', granularity: 'per_channel', simulate: true };

describe('a specification', () => {
  it('cannot say what would silently be something else', () => {
    const nonsense: unknown[] = [
      // @ts-expect-error a histogram does not simulate
      { ...rule, observer: 'histogram', granularity: 'per_tensor', simulate: true } satisfies FakeQuantSpec,
      // @ts-expect-error nor does it work per channel
      { ...rule, observer: 'histogram', granularity: 'per_channel', simulate: false } satisfies FakeQuantSpec,
      // @ts-expect-error nor does it observe weights
      { weight: histogram } satisfies NodeQuant,
      // @ts-expect-error in no qconfig either
      { id: '', label: '', activation: histogram, weight: histogram } satisfies QConfig,
      // @ts-expect-error only the moving average has a constant
      { ...minmax, observer: 'minmax', averagingConstant: 0.01 } satisfies RangeSpec,
      // @ts-expect-error and it has one
      { ...rule, observer: 'moving_average_minmax', granularity: 'per_tensor', simulate: true } satisfies RangeSpec,
    ];
    expect(nonsense).toHaveLength(6);
  });
});
