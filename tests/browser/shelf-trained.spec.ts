// A run that was really trained, kept and opened at the next visit: all that the workers give passes the shelf, the integer file
// is the same to the byte, and its weights are those of the training that is saved. Not for the page: shelf.spec.ts.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import { LONG, SMALL, visit, type Global } from './training-page';

const bytesOf = (page: Page, what: 'save' | 'weights') =>
  page.evaluate(async (what) => {
    const { playground } = globalThis as unknown as Global;
    const { blob } = what === 'save' ? playground.results.save! : await playground.exported('safetensors');
    const sum = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
    return [blob.size, ...new Uint8Array(sum)];
  }, what);
const runs = (page: Page) => page.getByRole('region', { name: 'Choices and accuracies of each run' });

test('a trained run opened at the next visit: its file, its report, and its weights once the network is loaded', async ({
  page,
}) => {
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error']);
  await visit(page, { ...SMALL, steps: 2, weightBits: 4 });
  const report = await page.evaluate(() => (globalThis as unknown as Global).playground.runAll());
  const [file, weights] = [await bytesOf(page, 'save'), await bytesOf(page, 'weights')];
  await expect(
    runs(page)
      .getByRole('row')
      .filter({ hasText: /kept: \d.*MiB/ }),
  ).toHaveCount(1, LONG);

  await visit(page);
  await runs(page)
    .getByRole('button', { name: /^Open Run 1/ })
    .click();
  await expect(page.locator('[data-step=save]')).toHaveAttribute('data-status', 'done', LONG);
  expect(await bytesOf(page, 'save')).toEqual(file);
  expect(await page.evaluate(() => (globalThis as unknown as Global).playground.results.compare!.report)).toEqual(
    report,
  );
  await page.evaluate(() => (globalThis as unknown as Global).playground.run('load'));
  expect(await bytesOf(page, 'weights')).toEqual(weights);
  expect(complaints).toEqual([]);
});
