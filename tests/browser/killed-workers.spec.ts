// A worker that the browser kills in the middle of a training. In every other step: tests/faults/workers.spec.ts. Not for
// threads of a worker: threads.spec.ts.
import { expect, test } from '@playwright/test';
import { killedAt, rememberWorkers, type Started } from './killed-workers';
import { losses, SMALL, unbroken, visit } from './training-page';

test('the train worker between two steps of a training: Retry goes on from what was kept, to the same bits', async ({
  page,
  browser,
}) => {
  const whole = await unbroken(browser);
  await rememberWorkers(page);
  await visit(page, SMALL);
  expect(await killedAt(page, 'train', 'train', 'saved')).toContain('stopped: The train worker has ended');
  await page.evaluate(async () => (globalThis as unknown as Started).playground.run('train'));
  expect(await losses(page)).toEqual(whole);
});
