import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPastRuns } from './carry-over';
import { recordOf } from './testing';

const pastRunsText = (runs: readonly unknown[]): string => JSON.stringify({ version: 1, runs });
const curve = { steps: [1, 2], loss: [2, 1], validationSteps: [2], validationAccuracy: [0.87] };
const past = (id: string) =>
  recordOf(id, { figures: { fp32: 0.88, control: 0.885, ptq: 0.3, qat: 0.871, images: 10_000 }, curve });

describe('what earlier versions kept of runs', () => {
  it('comes back as it was', () => {
    const runs = [past('a'), recordOf('b', { pinned: true, name: 3 })];
    expect(readPastRuns(pastRunsText(runs))).toEqual({ runs, damaged: false });
  });

  it('leaves out what cannot be read, and says that there was something', () => {
    const foreign = [null, 7, {}, { ...past('x'), figures: { qat: 2 } }, { ...past('y'), recipe: { version: 9 } }];
    const uneven = { ...past('z'), curve: { ...curve, loss: [1] } };
    expect(readPastRuns(pastRunsText([...foreign, past('a'), uneven]))).toEqual({ runs: [past('a')], damaged: true });
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
});
