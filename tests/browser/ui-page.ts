// The page on the fake workers of tests/ui, as its specs find their way in it; whatever it complains about fails a test.
// Not for what is tested: ui-*.spec.ts.
import { expect, test as base, type Page } from '@playwright/test';
import type { Project } from '../../src/project/types';
import type { FakeWorkers } from '../ui/fake-workers';
import { noteComplaints } from '../complaints';
import { fakePage } from '../ui/address';

/** A test that ends without complaints in the console, but for those that it took out. */
export const test = base.extend<{ complaints: string[] }>({
  complaints: [
    async ({ page }, use) => {
      const complaints: string[] = [];
      noteComplaints(page, complaints, ['error', 'warning']);
      await use(complaints);
      expect(complaints).toEqual([]);
    },
    { auto: true },
  ],
});

export const STEPS = ['load', 'fuse', 'verify', 'configure', 'prepare', 'train', 'convert', 'compare', 'save'];
/** The page as a visitor finds it, most steps a line each. */
export const openFolded = async (page: Page, query = ''): Promise<void> => {
  await page.goto(fakePage(query));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
};
export const open = async (page: Page, query = ''): Promise<void> => {
  await openFolded(page, query);
  await page.getByRole('button', { name: 'Open all steps' }).click();
};
export const card = (page: Page, step: string) => page.locator(`[data-step=${step}]`);
/** Opens what a step has for engineers. */
export const forEngineers = (page: Page, step: string) =>
  card(page, step)
    .getByText(/^For engineers/)
    .click();
export const field = (page: Page, name: string) => page.getByRole('spinbutton', { name });
export const done = (page: Page, step: string) =>
  expect(card(page, step)).toHaveAttribute('data-status', 'done', { timeout: 60_000 });
export const runAll = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await done(page, 'save');
};
/** Begins a training that no test waits for the end of. @returns what the page shows of it */
export const trainLong = async (page: Page) => {
  await open(page, 'delay=20');
  await field(page, 'Steps').fill('2000');
  await field(page, 'Steps').blur();
  const train = card(page, 'train');
  await train.getByRole('button', { name: /^Run/ }).click();
  const qat = train.getByRole('region', { name: 'QAT run' });
  await expect(qat).toContainText(/Step \d+ of 2,000/);
  return { train, qat };
};
export interface Global {
  fake: FakeWorkers;
  playground: Project;
  /** What the page last made of its address. */
  address: string;
}
export const calls = (page: Page): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as Global).fake.calls);
export const recipe = (page: Page) => page.evaluate(() => (globalThis as unknown as Global).playground.recipe);
export const runs = (page: Page) => page.getByRole('region', { name: 'Choices and accuracies of each run' });
/** A failure with a cause is told to the console too. */
export const forgiveFailure = (complaints: string[]) => expect(complaints.splice(0).join()).toMatch(/Step \w+ failed/);
