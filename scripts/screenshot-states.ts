// The states of the page that npm run screenshots takes pictures of: to add one is to add an entry. Not for taking them.
import type { Page } from '@playwright/test';
import { zipSync } from 'fflate';
import { png, type Rgb } from '../tests/browser/pictures';

export interface State {
  /** What tests/ui/fake.ts reads. */
  readonly query?: string;
  /** What a visitor does to get there. */
  readonly reach?: (page: Page) => Promise<unknown>;
  readonly pictures: Readonly<Record<string, Part>>;
}

/** What a picture shows: what a selector finds; that from where another begins; or the window as it is. */
export type Part = string | { readonly part: string; readonly from: string } | undefined;

const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click();
const step = (id: string) => `[data-step=${id}]`;
const status = (page: Page, id: string, status: string) =>
  page.locator(`${step(id)}[data-status=${status}]`).waitFor({ timeout: 120_000 });
/** One step's card alone: with all of them open a narrow page is higher than a picture can be. */
const unfold = (page: Page, id: string) => page.evaluate((id) => void (location.hash = `step-${id}`), id);
const open = (page: Page) => press(page, 'Open all steps');
const runAll = async (page: Page) => {
  await press(page, /^Run all (?:nine steps|steps left)/);
  await status(page, 'save', 'done');
};
const LIVE = { part: step('train'), from: 'section[aria-label="QAT run"]' };
/** Two class folders, of pictures with stripes along and across. */
function stripes(): Buffer {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 20; i++) {
    const stripe = (at: number): Rgb => (Math.floor(at / (3 + (i % 4))) % 2 ? [250, 200, 40 + 10 * i] : [20, 60, 120]);
    files[`stripes/across/${i}.png`] = png(32, 32, (_, y) => stripe(y));
    files[`stripes/along/${i}.png`] = png(32, 32, (x) => stripe(x));
  }
  return Buffer.from(zipSync(files));
}
/** A training under way, some way in. */
const train = async (page: Page) => {
  await open(page);
  await page.getByRole('spinbutton', { name: 'Steps' }).fill('2000');
  await page.getByRole('spinbutton', { name: 'Steps' }).blur();
  await page.locator(step('train')).getByRole('button', { name: /^Run/ }).click();
  await page
    .getByText(/Step (?:[6-9]\d|1\d\d) of 2,000/)
    .first()
    .waitFor();
};

export const STATES: readonly State[] = [
  { pictures: { 'first-sight': undefined, network: '#network-card', gallery: '#gallery-card' } },
  { query: 'address=%3Flang%3Dzh', pictures: { chinese: undefined } },
  { query: 'address=%3Fpredict%3D1', pictures: { 'predict-first': '#lesson-card' } },
  { query: 'address=%3Ftext%3D150%26hide%3Druns%2Clayers%2Cgallery%2Cglossary', pictures: { lecture: undefined } },
  {
    reach: async (page) => {
      await page.locator('[data-node="layer2.0.conv1"]').click();
      await page.locator('.inspector').getByRole('heading').nth(2).waitFor();
    },
    pictures: { inspector: '.inspector' },
  },
  ...['load', 'fuse', 'verify', 'configure', 'prepare', 'train', 'convert', 'compare', 'save'].map((id, i) => ({
    reach: async (page: Page) => {
      await runAll(page);
      await unfold(page, id);
    },
    pictures: { [`step-${i + 1}-${id}`]: step(id) },
  })),
  { query: 'delay=20', reach: train, pictures: { 'training-running': LIVE } },
  {
    query: 'delay=20',
    reach: async (page) => {
      await train(page);
      await press(page, /^Pause/);
      await page.getByRole('button', { name: /^(?:Resume|Go on)/ }).waitFor();
    },
    pictures: { 'training-paused': LIVE },
  },
  {
    reach: async (page) => {
      await runAll(page);
      await unfold(page, 'compare');
      await press(page, 'Start the race');
      await page.getByRole('button', { name: 'Race again' }).waitFor({ timeout: 60_000 });
    },
    pictures: { race: '.block:has(> h3:text("The race"))' },
  },
  {
    reach: async (page) => {
      await runAll(page);
      await unfold(page, 'compare');
      await page.locator(`${step('compare')} input[type=file]`).setInputFiles('docs/screenshot.png');
      await page.getByRole('region', { name: 'Answers of the models to your picture' }).waitFor();
    },
    pictures: { 'own-picture': '.block:has(> h3:text("A picture of your own"))' },
  },
  {
    reach: async (page) => {
      await runAll(page);
      await page.locator('[data-exercise=no-better-than-control] summary').click();
      await page.locator('[data-exercise=layer-that-hurts] summary').click();
    },
    pictures: { exercises: '#exercises-card' },
  },
  {
    reach: async (page) => {
      await open(page);
      await runAll(page);
      await page.getByRole('button', { name: 'New run' }).click();
      await page
        .locator(step('configure'))
        .getByRole('slider', { name: /^Weights/ })
        .fill('4');
      await runAll(page);
      for (const name of ['Run 1', 'Run 2']) await page.getByRole('checkbox', { name: `Overlay ${name}` }).check();
      await page.locator('section[aria-labelledby=overlay]').waitFor();
    },
    pictures: {
      'runs-side-by-side': 'section[aria-labelledby=runs]',
      'runs-overlaid': 'section[aria-labelledby=overlay]',
    },
  },
  {
    reach: async (page) => {
      await open(page);
      await page
        .locator(step('compare'))
        .getByRole('button', { name: /^Show a recorded result/ })
        .click();
      await page.getByText('Recorded, not computed here').first().waitFor();
    },
    pictures: { 'recorded-step': step('compare') },
  },
  {
    reach: async (page) => {
      await runAll(page);
      await page.getByRole('row', { name: /kept: / }).waitFor();
      await page.reload();
      await page.getByRole('row', { name: /kept: / }).waitFor();
    },
    pictures: { 'runs-kept': 'section[aria-labelledby=runs]' },
  },
  {
    reach: async (page) => {
      await unfold(page, 'load');
      await page.locator(`${step('load')} summary`, { hasText: 'Files of your own' }).click();
      const files = page.locator(`${step('load')} input[type=file]`).first();
      await files.setInputFiles({ name: 'stripes.zip', mimeType: 'application/zip', buffer: stripes() });
      await page.getByRole('button', { name: 'Use these images' }).waitFor();
    },
    pictures: { 'own-images': { part: step('load'), from: `${step('load')} details:has-text("Files of your own")` } },
  },
  { pictures: { class: '#class-card' } },
  { reach: (page) => page.locator('#code-card summary').first().click(), pictures: { code: '#code-card' } },
  { query: 'broken=1', pictures: { 'cannot-start': undefined } },
  {
    query: 'fail=verify',
    reach: async (page) => {
      await press(page, 'Run all nine steps');
      await status(page, 'verify', 'failed');
    },
    pictures: { 'failed-step': step('verify') },
  },
  {
    query: 'webgpu=no-api',
    reach: async (page) => {
      await page.locator(step('load')).getByRole('button', { name: /^Run/ }).click();
      await status(page, 'load', 'done');
    },
    pictures: { 'no-webgpu': 'header .status' },
  },
  {
    query: 'webgpu=ok&lose=20',
    reach: async (page) => {
      await runAll(page);
    },
    pictures: { 'device-lost': 'header .status' },
  },
  { query: 'saved=several', pictures: { 'saved-trainings': 'section[aria-label="Saved trainings"]' } },
  { query: 'kept=some', pictures: { offline: 'header > p:has-text("Ready offline")' } },
  { query: 'kept=newer', pictures: { 'newer-version': 'header > .row:has-text("A newer version")' } },
];
