// Runs that are kept and opened again at a later visit, as one file too; what happens when the browser has no room, ends in
// the middle, or has two tabs. On fake workers, the shelf itself real. Not for its rules: src/shelf; nor for a real training.
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import type { ShelfApi } from '../../src/worker/api';
import { noteComplaints } from '../complaints';
import { accessible } from './accessible';
import { card, done, open, runAll, runs, test, type Global } from './ui-page';

const row = (page: Page, name: string | RegExp) => runs(page).getByRole('row').filter({ hasText: name });
const act = (page: Page, name: string | RegExp, action: RegExp) =>
  row(page, name).getByRole('button', { name: action }).click();
const shelf = (page: Page) => page.getByRole('region', { name: 'Kept in this browser' });
const kept = (page: Page, count: number) => expect(row(page, /kept: /)).toHaveCount(count);

/** What Download gives. */
async function savedFile(page: Page): Promise<Buffer> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    card(page, 'save')
      .getByRole('link', { name: /^Download/ })
      .click(),
  ]);
  return readFile(await download.path());
}

test('a run is kept, opened at the next visit with all that it gave, and its file is the same to the byte', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await runAll(page);
  await kept(page, 1);
  const before = await savedFile(page);
  const table = await card(page, 'compare').getByRole('table').first().textContent();

  await open(page, 'delay=1');
  await act(page, /^Run 1, /, /^Open/);
  for (const step of ['configure', 'prepare', 'train', 'convert', 'compare', 'save']) {
    await done(page, step);
    await expect(card(page, step)).toContainText('Done at an earlier visit');
  }
  for (const step of ['load', 'fuse', 'verify']) await expect(card(page, step)).toHaveAttribute('data-status', 'idle');
  expect(await card(page, 'compare').getByRole('table').first().textContent()).toBe(table);
  await expect(card(page, 'compare')).toContainText('run step 1');
  await expect(card(page, 'train')).toContainText('The float weights that it trained are not kept');
  await expect(card(page, 'train').getByRole('img', { name: /loss/i }).first()).toBeVisible();
  expect(await savedFile(page)).toEqual(before);
  // What is open can be run, and then the rest is there too.
  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'verify');
  await expect(card(page, 'compare')).not.toContainText('run step 1');
  await expect(card(page, 'compare')).toContainText('What is taken for what');
  await kept(page, 1);
});

test('all runs as one file, taken over in another browser: the same rows, and the same file to the byte', async ({
  page,
  browser,
  complaints,
}) => {
  await open(page, 'delay=1');
  await runAll(page);
  await kept(page, 1);
  const before = await savedFile(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    shelf(page).getByRole('button', { name: 'Export all runs' }).click(),
  ]);
  const path = await download.path();
  await expect(shelf(page).getByRole('status')).toContainText('qat-playground-runs.zip is saved');

  const context = await browser.newContext();
  const other = await context.newPage();
  noteComplaints(other, complaints, ['error', 'warning']);
  await open(other, 'delay=1');
  const choose = shelf(other).getByLabel('Import runs');
  await choose.setInputFiles({ name: 'a.zip', mimeType: 'application/zip', buffer: Buffer.from('no zip') });
  await expect(shelf(other).getByRole('alert')).toContainText('cannot be read');
  // An entry that is not what the manifest says is named, and nothing comes in.
  const file = await readFile(path);
  const at = file.indexOf('"agreement":');
  file[at + 1] ^= 1;
  await choose.setInputFiles({ name: 'b.zip', mimeType: 'application/zip', buffer: file });
  await expect(shelf(other).getByRole('alert')).toContainText('runs/1/report.json');
  await kept(other, 0);
  await choose.setInputFiles(path);
  await expect(shelf(other).getByRole('status')).toHaveText('1 run came in.');
  await act(other, /^Run 1, /, /^Open/);
  await done(other, 'save');
  expect(await savedFile(other)).toEqual(before);
  await choose.setInputFiles(path);
  await expect(shelf(other).getByRole('status')).toHaveText('0 runs came in. 1 run was here already.');
  await context.close();
});

test('two tabs keep runs and lose none of each other’s; what one deletes is gone in the other', async ({
  page,
  context,
}) => {
  const other = await context.newPage();
  await open(page, 'delay=1');
  await open(other, 'delay=1');
  await Promise.all([runAll(page), runAll(other)]);
  for (const one of [page, other]) await kept(one, 2);
  await act(page, /^Run 1, /, /^Pin/);
  await expect(row(other, 'pinned')).toHaveCount(1);
  await act(page, /^Run 1, /, /^Unpin/);
  await act(page, /^Run 1, /, /^Delete/);
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await kept(page, 1);
  await open(page, 'delay=1');
  await kept(page, 1);
});

test('a full disk: the page says so, the run goes on, what was kept stays', async ({ page, context }) => {
  await open(page, 'delay=1');
  // Room for one run, which takes 180 KB before the browser packs it, and not for another one.
  const { usage } = await page.evaluate(() => navigator.storage.estimate());
  const cdp = await context.newCDPSession(page);
  const { origin } = new URL(page.url());
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage! + 200_000 });
  await runAll(page);
  await kept(page, 1);
  await act(page, /^Run 1/, /^Run again/);
  const alert = page.getByRole('alert').filter({ hasText: 'The disk space this page may use is full.' });
  await expect(alert).toContainText('Delete a kept run', { timeout: 60_000 });
  await done(page, 'save');
  await savedFile(page);
  // With room again the next change keeps it.
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  await page.getByRole('button', { name: 'New run with these choices' }).click();
  await expect(alert).toHaveCount(0);
  await open(page, 'delay=1');
  for (const name of [/^Run 1, /, /^Run 2, /]) await expect(row(page, name)).toContainText(/86\.00.*kept: /);
});

test('a tab that is killed while it writes: what was kept before is whole, and nothing is half there', async ({
  context,
  complaints,
}) => {
  const first = await context.newPage();
  await open(first, 'delay=1');
  await runAll(first);
  await kept(first, 1);
  // Large contents over and over, of this run and of new ones, until the tab is no more.
  await first.evaluate(async () => {
    const { playground } = globalThis as unknown as Global;
    const { shelf, inHand } = playground;
    const { runs } = await shelf.list();
    const api = (shelf as unknown as { api: ShelfApi }).api;
    const opened = (await api.read(inHand.id))!;
    const given = {
      ...{ report: opened.report, model: opened.model, ptq: opened.ptq },
      results: { ...opened.results, prepare: { ...opened.results.prepare!, label: 'x'.repeat(12e6) } },
    };
    const write = async (n: number): Promise<void> => {
      await Promise.all([api.keep(runs[0], given), api.keep({ ...runs[0], id: `new ${n}` }, given)]);
      return write(n + 1);
    };
    void write(0);
  });
  await expect
    .poll(() =>
      first.evaluate(async () => (await (globalThis as unknown as Global).playground.shelf.list()).runs.length),
    )
    .toBeGreaterThan(1);
  const cdp = await context.newCDPSession(first);
  void cdp.send('Page.crash').catch(() => {});
  await first.waitForEvent('crash');
  complaints.length = 0;

  const next = await context.newPage();
  await open(next, 'delay=1');
  const whole = await next.evaluate(async () => {
    const { shelf } = (globalThis as unknown as Global).playground;
    const { runs, damaged } = await shelf.list();
    const api = (shelf as unknown as { api: ShelfApi }).api;
    const read = await Promise.all(runs.map(async ({ id }) => (await api.read(id))!.file!.size > 0));
    return { read, damaged };
  });
  expect(whole.damaged).toEqual([]);
  expect(whole.read.length).toBeGreaterThan(1);
  expect(whole.read).not.toContain(false);
  await row(next, /^Run 1, /)
    .first()
    .getByRole('button', { name: /^Open/ })
    .click();
  await done(next, 'save');
});

test('axe finds nothing, nothing scrolls sideways, light and dark', async ({ page }) => {
  await open(page, 'delay=1');
  await runAll(page);
  await open(page, 'delay=1');
  await kept(page, 1);
  await accessible(page, 'header');
  for (const width of [320, 375, 768]) {
    await page.setViewportSize({ width, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});
