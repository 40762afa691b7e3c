import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../recipe/recipe';
import { MOST_RUNS, pastRunsText, readPastRuns, withinLimit, type PastRun } from './past-runs';

const steps = Array.from({ length: 100 }, (_, i) => 4 * (i + 1));
const past = (id: string, change: Partial<PastRun> = {}): PastRun => ({
  ...{ id, name: `Run ${id}`, recipe: { ...DEFAULT_RECIPE, seed: 5 }, pinned: false, made: 1_700_000_000_000 },
  figures: { fp32: 0.88, control: 0.885, ptq: 0.3, qat: 0.871, images: 10_000 },
  curve: { steps, loss: steps.map(() => 0.1234), validationSteps: [63], validationAccuracy: [0.87] },
  ...change,
});

describe('what is kept of runs', () => {
  it('comes back as it was', () => {
    const runs = [past('a'), past('b', { figures: undefined, curve: undefined, pinned: true })];
    expect(readPastRuns(pastRunsText(runs))).toEqual({ runs, damaged: false });
  });

  it('is small, as many as there may be', () => {
    const runs = Array.from({ length: MOST_RUNS }, (_, i) => past(String(i)));
    expect(pastRunsText(runs).length).toBeLessThan(100_000);
  });

  it('leaves out what cannot be read, and says that there was something', () => {
    const foreign = [null, 7, {}, { ...past('x'), figures: { qat: 2 } }, { ...past('y'), recipe: { version: 9 } }];
    const uneven = { ...past('z'), curve: { ...past('z').curve!, loss: [1] } };
    const text = JSON.stringify({ version: 1, runs: [...foreign, past('a'), uneven] });
    expect(readPastRuns(text)).toEqual({ runs: [past('a')], damaged: true });
  });

  it('is read without an error whatever stands there', () => {
    const good = pastRunsText([past('a'), past('b')]);
    const cut = fc.nat(good.length - 1).map((end) => good.slice(0, end));
    const spoilt = fc
      .tuple(fc.nat(good.length - 1), fc.string())
      .map(([at, text]) => good.slice(0, at) + text + good.slice(at + 1));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), cut, spoilt), (text) => void readPastRuns(text)));
    fc.assert(fc.property(cut, (text) => void expect(readPastRuns(text)).toEqual({ runs: [], damaged: true })));
  });

  it('makes room by the oldest that is not pinned', () => {
    const runs = Array.from({ length: MOST_RUNS + 2 }, (_, i) => past(String(i), { pinned: i === 0 }));
    const left = withinLimit(runs);
    expect(left).toHaveLength(MOST_RUNS);
    expect(left.map(({ id }) => id).slice(0, 2)).toEqual(['0', '3']);
  });
});
