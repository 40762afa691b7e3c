// The table of cases on the backends that Node has. WASM with threads and relaxed SIMD, and WebGPU: tests/browser.
import { beforeAll, describe, expect, test } from 'vitest';
import { startCpu } from '../cpu';
import { setUpWasm } from '../wasm/testing';
import { histograms } from './histogram';
import { GROUPS, NOT_ON_WASM, type Group } from './index';
import { runGroup } from './run';

/** Kernels that cpu leaves out, as the contract lets it; and groups of nothing else, or of tfjs's own slow convolutions. */
const OPTIONAL = [
  'QatObserveScaled',
  'QatFakeQuantScaled',
  'QatFakeQuantScaledGrad',
  'QatRunningStatistics',
  'QatScaleFactor',
  'QatAdam',
  'QatSoftWeight',
  'QatRoundingStep',
];
const NOT_ON_CPU: readonly Group[] = [
  'observer and fake-quant of a scaled weight',
  'running statistics and scale factors',
  'steps of Adam',
  'roundings that are learned',
  'convolutions and their gradients',
];

describe.each([
  { backend: 'cpu', start: startCpu, lacking: OPTIONAL, without: NOT_ON_CPU },
  { backend: 'wasm', start: setUpWasm, lacking: [], without: NOT_ON_WASM },
])('$backend', ({ start, lacking, without }) => {
  beforeAll(start);

  test.each(GROUPS.filter((group) => !without.includes(group)))('%s', async (group) => {
    const outcomes = await runGroup(group, lacking);
    expect(outcomes.length > 0).toBe(true);
    expect(outcomes.filter(({ worst, repeats }) => !(worst <= 1 && repeats))).toEqual([]);
  });

  test('running histograms', async () => {
    const outcomes = await histograms(0);
    expect(outcomes.length > 0).toBe(true);
    expect(outcomes.filter(({ worst, repeats }) => !(worst <= 1 && repeats))).toEqual([]);
  });
});
