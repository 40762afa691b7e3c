// What specs demand of the outcomes that kernel cases gave in the page. Not for making them.
import { expect } from '@playwright/test';
import type { Outcome } from '../../src/device/cases/run';

/** Every case gave at least one outcome, and each is within its tolerance and repeats. @param outcomes of each case */
export function expectPassed(outcomes: readonly Outcome[][]): void {
  expect(outcomes.map((ofCase) => ofCase.length > 0)).toEqual(Array(Math.max(1, outcomes.length)).fill(true));
  expect(outcomes.flat().filter(({ worst, repeats }) => !(worst <= 1 && repeats))).toEqual([]);
}
