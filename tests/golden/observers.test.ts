// Observers and qparams against PyTorch's, every case to the last bit.
import { describe, expect, it } from 'vitest';
import { fusedRuleQParams } from '../../src/quant/fused-rule';
import { HistogramObserver } from '../../src/quant/histogram-observer';
import { createObserver } from '../../src/quant/observers';
import { channelQParams, tensorQParams } from '../../src/quant/qparams';
import type { RangeObserver, RangeSpec } from '../../src/quant/types';
import { loadFixture, type Fixture } from './fixture';

interface ObserverCase {
  readonly observer: string;
  readonly input: string;
  readonly dtype: 'quint8' | 'qint8';
  readonly scheme: 'affine' | 'symmetric';
  readonly qmin: number;
  readonly qmax: number;
  readonly averaging_constant: number | null;
  readonly eps: number;
  readonly min: number[];
  readonly max: number[];
  readonly scale: number[];
  readonly zero_point: number[];
}

const CHANNELS = 4;

function batches(fixture: Fixture<unknown>, input: string): Float32Array[] {
  const all = fixture.f32(`input.${input}`);
  const [count] = fixture.shape(`input.${input}`);
  return Array.from({ length: count }, (_, i) =>
    all.subarray((i * all.length) / count, ((i + 1) * all.length) / count),
  );
}

describe('observers', () => {
  const fixture = loadFixture<{ cases: ObserverCase[] }>('observers');

  it.each(fixture.values.cases)('$observer, $input, $dtype $scheme $qmin to $qmax, at least $eps', (expected) => {
    const perChannel = expected.observer.includes('PerChannel');
    const observed: RangeObserver = expected.observer.startsWith('Moving')
      ? { observer: 'moving_average_minmax', averagingConstant: expected.averaging_constant! }
      : { observer: 'minmax' };
    const spec: RangeSpec = {
      ...observed,
      scheme: expected.scheme,
      granularity: perChannel ? 'per_channel' : 'per_tensor',
      qmin: expected.qmin,
      qmax: expected.qmax,
      eps: expected.eps,
      simulate: true,
    };
    const observer = createObserver(spec, perChannel ? CHANNELS : 1);
    for (const batch of batches(fixture, expected.input)) observer.observe(batch);
    const range = observer.range()!;
    expect([...range.min]).toEqual(expected.min);
    expect([...range.max]).toEqual(expected.max);
    if (perChannel) {
      const { scales, zeroPoints } = channelQParams(range, spec);
      expect([...scales]).toEqual(expected.scale);
      expect([...zeroPoints]).toEqual(expected.zero_point);
    } else {
      const { scale, zeroPoint } = tensorQParams(range, spec);
      expect([scale]).toEqual(expected.scale);
      expect([zeroPoint]).toEqual(expected.zero_point);
    }
  });
});

interface FusedCase extends Omit<ObserverCase, 'observer' | 'eps'> {
  readonly granularity: 'per_tensor' | 'per_channel';
  readonly observer_scale: number[];
  readonly observer_zero_point: number[];
}

describe("the fused kernel's rule", () => {
  const { cases } = loadFixture<{ cases: FusedCase[] }>('fused_observer').values;

  it.each(cases)('$input, $granularity $scheme $qmin to $qmax', (expected) => {
    const qparams = expected.min.map((min, c) => fusedRuleQParams(min, expected.max[c], expected));
    expect(qparams.map(({ scale }) => scale)).toEqual(expected.scale);
    expect(qparams.map(({ zeroPoint }) => zeroPoint)).toEqual(expected.zero_point);
  });

  it("is not the observers' rule, which convert uses on the same ranges", () => {
    const rule = (c: FusedCase) => ({ scheme: c.scheme, qmin: c.qmin, qmax: c.qmax, eps: 2 ** -23 });
    for (const c of cases) {
      const { scales, zeroPoints } = channelQParams(
        { min: Float32Array.from(c.min), max: Float32Array.from(c.max) },
        rule(c),
      );
      expect([...scales]).toEqual(c.observer_scale);
      expect([...zeroPoints]).toEqual(c.observer_zero_point);
    }
    expect(cases.some((c) => c.scale[0] !== c.observer_scale[0])).toBe(true);
  });
});

interface HistogramCase {
  readonly input: string;
  readonly batches: number[];
  readonly scheme: 'affine' | 'symmetric';
  readonly qmin: number;
  readonly qmax: number;
  readonly min: number;
  readonly max: number;
  readonly new_min: number;
  readonly new_max: number;
  readonly scale: number;
  readonly zero_point: number;
}

describe('HistogramObserver', () => {
  const fixture = loadFixture<{ cases: HistogramCase[] }>('histogram');

  it.each(fixture.values.cases)('$input, $scheme $qmin to $qmax', (expected) => {
    const values = fixture.f32(`input.${expected.input}`);
    const trail = fixture.f32(`histogram.${expected.input}`);
    const observer = new HistogramObserver();
    let start = 0;
    expected.batches.forEach((length, i) => {
      observer.observe(values.subarray(start, start + length));
      start += length;
      const { counts } = observer.histogram!;
      expect(counts).toEqual(trail.subarray(i * counts.length, (i + 1) * counts.length));
    });
    expect(observer.histogram).toMatchObject({ min: expected.min, max: expected.max });
    const range = observer.range()!;
    expect([range.min[0], range.max[0]]).toEqual([expected.new_min, expected.new_max]);
    const { scale, zeroPoint } = tensorQParams(range, { ...expected, eps: 2 ** -23 });
    expect([scale, zeroPoint]).toEqual([expected.scale, expected.zero_point]);
  });
});
