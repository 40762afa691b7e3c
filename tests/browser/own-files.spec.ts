// Files of a visitor's own, given to the page on fake workers: recipes, reports, integer networks; what is refused, and that it
// changes nothing. Not for the readers: src/import and tests/golden/files.test.ts.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { zipSync } from 'fflate';
import { Rng } from '../../src/core/rng';
import { ModelBuilder } from '../../src/engine/testing/models';
import { serializeInt8Model } from '../../src/int8/serialize';
import { DEFAULT_RECIPE } from '../../src/recipe/recipe';
import { toFile } from '../../src/recipe/recipe-text';
import { accessible } from './accessible';
import { png } from './pictures';
import { calls, card, done, open, recipe, runAll, runs, test, type Global } from './ui-page';

const load = (page: Page) => card(page, 'load');
const give = (page: Page, name: string, content: string | Uint8Array) =>
  load(page)
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) });
const status = (page: Page) => load(page).getByRole('status').first();
const refused = (page: Page) => load(page).getByRole('alert');

function network(classes: number): Uint8Array {
  const model = new ModelBuilder(new Rng(1));
  model.linear(model.avgpool(model.conv(model.tensor(32, 32, 3, 40), 4, 3, 1, 1)), classes);
  return serializeInt8Model(model.build('mine'));
}
const RECIPE = { ...DEFAULT_RECIPE, weightBits: 4, steps: 77 };
const state = async (page: Page) => ({ recipe: await recipe(page), calls: await calls(page) });

test('a recipe, and a report, become the choices of a new run in hand', async ({ page }) => {
  await open(page, 'delay=1');
  await give(page, 'mine.recipe.json', toFile(RECIPE));
  await expect(status(page)).toHaveText('Run 2 has the choices of mine.recipe.json and is in hand now.');
  expect(await recipe(page)).toEqual(RECIPE);
  const report = {
    ...{ fp32: { accuracy: 0.88 }, ptq: { accuracy: 0.7 }, qat: { int8: { accuracy: 0.86 } } },
    ...{ size: { int8_bytes: 4 }, images: 10, options: { ...RECIPE, seed: 9 } },
  };
  await give(page, 'report.json', JSON.stringify(report));
  await expect(status(page)).toHaveText('Run 3 has the choices of report.json and is in hand now.');
  expect((await recipe(page)).seed).toBe(9);
  await expect(runs(page).locator('tbody tr')).toHaveCount(3);
});

test('an integer network is measured beside those of the run, and answers a picture', async ({ page }) => {
  await open(page, 'delay=1');
  await give(page, 'mine.int8', network(10));
  await expect(status(page)).toHaveText('mine.int8, an integer network');
  await load(page).getByRole('button', { name: 'Measure on the validation images' }).click();
  const table = load(page).getByRole('region', { name: 'Your integer network beside those of the run' });
  await expect(table.getByRole('row')).toHaveCount(2);
  await expect(load(page)).toContainText('Convert the run in hand');
  await runAll(page);
  await load(page).getByRole('button', { name: 'Measure on the validation images' }).click();
  await expect(table.getByRole('rowheader')).toHaveText(['mine.int8', 'Run 1: PTQ INT8', 'Run 1: QAT INT8']);
  await expect(load(page)).toContainText('On the 5,000 images for validation');
  await accessible(page, '[data-step=load]');
  await card(page, 'compare')
    .locator('input[type=file]')
    .setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png(40, 40, () => [9, 9, 9]) });
  const answers = card(page, 'compare').getByRole('region', { name: 'Answers of the models to your picture' });
  await expect(answers.getByRole('rowheader', { name: 'Your integer network' })).toBeVisible();
  await load(page).getByRole('button', { name: 'Remove it' }).click();
  await expect(table).toHaveCount(0);
  await expect(answers.getByRole('rowheader', { name: 'Your integer network' })).toHaveCount(0);
});

const BAD: readonly (readonly [name: string, content: string | Uint8Array, why: string])[] = [
  ['wide.recipe.json', JSON.stringify({ ...RECIPE, weightBits: 40 }), 'weightBits is 40'],
  ['cut.json', '{"steps": ', 'no JSON'],
  ['poem.html', '<p>Roses are red.</p>', 'There is no report in it.'],
  ['cut.int8', network(10).subarray(0, 900), 'it ends early'],
  ['seven.int8', network(7), 'tells 7 classes apart'],
  [
    'noise.bin',
    Uint8Array.from({ length: 999 }, (_, i) => (i * 37 + 1) % 256),
    'none of the files that this page reads',
  ],
];
test('what is refused is named with its reason, and leaves everything as it was', async ({ page }) => {
  await open(page, 'delay=1');
  await load(page).getByRole('button', { name: /^Run/ }).click();
  await done(page, 'load');
  const before = await state(page);
  for (const [name, content, why] of BAD) {
    await give(page, name, content);
    await expect(load(page).locator('strong').filter({ hasText: name })).toBeVisible();
    await expect(refused(page)).toContainText(why);
    await expect(load(page)).toContainText('Nothing has changed.');
    expect(await state(page)).toEqual(before);
    await expect(runs(page).locator('tbody tr')).toHaveCount(1);
  }
  await accessible(page, '[data-step=load]');
  await page.setViewportSize({ width: 375, height: 800 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
});

test('dropped on the place, a file is taken; nothing dropped is said', async ({ page }) => {
  await open(page, 'delay=1');
  const place = load(page).getByRole('group', { name: 'Where the files come from' });
  await expect(place).toBeHidden();
  await load(page).getByText('Files of your own').click();
  const drop = (text: string | undefined) =>
    place.evaluate((element, text) => {
      const data = new DataTransfer();
      if (text !== undefined) data.items.add(new File([text], 'dropped.json'));
      element.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }));
    }, text);
  await drop(undefined);
  await expect(refused(page)).toContainText('What was dropped is no file.');
  await drop(toFile(RECIPE));
  await expect(status(page)).toHaveText('Run 2 has the choices of dropped.json and is in hand now.');
  expect(await page.evaluate(() => (globalThis as unknown as Global).playground.runs.length)).toBe(2);
});

/** Two colours, a folder each, and what does not belong there. */
function pets(change: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const files: Record<string, Uint8Array> = {
    'pets/.DS_Store': Uint8Array.of(0),
    'pets/readme.png': png(9, 9, () => [0, 0, 0]),
  };
  for (let i = 0; i < 12; i++) {
    files[`pets/cat/${i}.png`] = png(40 + i, 64, () => [200, 30, i]);
    files[`pets/dog/${i}.png`] = png(32, 32, () => [20, 30, 200 + i]);
  }
  return zipSync({ ...files, ...change });
}
const own = (page: Page) =>
  page.evaluate(() => {
    const { own, images } = (globalThis as unknown as Global).playground;
    return {
      network: own.network?.name,
      images: own.images?.name,
      counts: own.images?.counts,
      classes: images.classes,
    };
  });

test('class folders become the images of a project: shown first, then used by all runs, then given back', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await page.getByRole('button', { name: 'New run' }).click();
  const damaged = { 'pets/cat/broken.png': png(20, 20, () => [1, 2, 3]).subarray(0, 60) };
  await give(page, 'pets.zip', pets(damaged));
  await expect(status(page)).toHaveText('pets.zip: labelled images');
  await expect(load(page)).toContainText(
    '24 images of 2 classes: 20 for training, 2 for validation and 2 for the test',
  );
  await load(page).getByText('2 files left out').click();
  await expect(load(page)).toContainText('pets/cat/broken.png: it is damaged, or the browser cannot decode it');
  await expect(load(page)).toContainText('The network tells other classes apart');
  await accessible(page, '[data-step=load]');
  expect(await own(page)).toMatchObject({ images: undefined });
  await load(page).getByRole('button', { name: 'Use these images' }).click();
  await expect(load(page)).toContainText('Images of this project: pets.zip, yours: 24 images of 2 classes.');
  expect(await own(page)).toEqual({
    images: 'pets.zip',
    counts: { train: 20, validation: 2, test: 2 },
    classes: ['cat', 'dog'],
  });
  await expect(runs(page).locator('tbody tr')).toHaveCount(2);
  await expect(runs(page)).toContainText('pets.zip 2');
  // Nothing that was recorded of the page's own network stands there.
  await expect(page.locator('[data-source=recorded]')).toHaveCount(0);
  await expect(page.locator('[data-model=FP32] .figure')).toHaveText('–');
  await expect(page.locator('[data-model=PTQ] .figure')).toHaveText('–');
  await page.getByRole('button', { name: 'Open all steps' }).click();
  await load(page).getByRole('button', { name: /^Run/ }).click();
  await done(page, 'load');
  await expect(load(page)).toContainText('12 steps of L-BFGS');
  await expect(load(page)).toContainText('75.00');
  await expect(card(page, 'compare')).toContainText('The networks know 2 classes only: cat, dog.');
  await accessible(page, '[data-step=load]');
  expect(await page.evaluate(() => (globalThis as unknown as Global).address)).toContain('own-images=pets.zip');
  await load(page).getByRole('button', { name: 'Go back to the page’s own network and images' }).click();
  await expect(load(page)).not.toContainText('pets.zip, yours');
  expect(await own(page)).toMatchObject({ images: undefined, classes: { length: 10 } });
});

test('what was made, guessed and recorded of the page’s own network does not stand for a visitor’s images', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await runAll(page);
  const before = runs(page).getByRole('row').filter({ hasText: 'kept: ' });
  await expect(before).toHaveCount(1);
  await expect(before.getByRole('button', { name: /^Run again/ })).toBeEnabled();
  await give(page, 'pets.zip', pets());
  await load(page).getByRole('button', { name: 'Use these images' }).click();
  await expect(before).toContainText('made with other files');
  for (const action of [/^Run again/, /^Again with seed/])
    await expect(before.getByRole('button', { name: action })).toBeDisabled();
  await before.getByRole('button', { name: /^Open/ }).click();
  const alert = page.getByRole('alert').filter({ hasText: "That run is of the page's own network and images." });
  await expect(alert).toContainText('Go back to them in the load step');
  for (const id of ['gallery-card', 'exercises-card'])
    await expect(page.locator(`#${id}`)).toContainText('the page’s own network and CIFAR-10');
  const [report] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the lab report' }).click(),
  ]);
  expect(await readFile(await report.path(), 'utf8')).toContain('Images: pets.zip.');
  await load(page).getByRole('button', { name: 'Go back to the page’s own network and images' }).click();
  await expect(before).not.toContainText('made with other files');
  await before.getByRole('button', { name: /^Open/ }).click();
  await done(page, 'save');
});

test('an address of a project with own files says that they are to be given again', async ({ page }) => {
  await open(page, `delay=1&address=${encodeURIComponent('?weight-bits=4&own-images=pets.zip')}`);
  await expect(page.getByText('It is of a project with files of a visitor’s own (pets.zip)')).toBeVisible();
  expect((await recipe(page)).weightBits).toBe(4);
  expect(await own(page)).toMatchObject({ images: undefined });
  await give(page, 'pets.zip', pets());
  await load(page).getByRole('button', { name: 'Use these images' }).click();
  await expect(page.getByText('It is of a project with files')).toHaveCount(0);
});

const { good, bad } = (
  JSON.parse(readFileSync(new URL('../golden/fixtures/files.json', import.meta.url), 'utf8')) as {
    values: Record<'good' | 'bad', Readonly<Record<string, string>>>;
  }
).values;
const fixture = (group: Readonly<Record<string, string>>, name: string) => Buffer.from(group[name]!, 'base64');
const WRONG: readonly (readonly [name: string, content: Uint8Array, why: RegExp])[] = [
  [
    'tiny.safetensors',
    fixture(
      good,
      Object.keys(good).find((name) => name.endsWith('.safetensors'))!,
    ),
    /missing|no "/,
  ],
  ['runs.pt', fixture(bad, 'runs.pt'), /it holds "posix\.system", which is code and not weights/],
  ['legacy.pt', fixture(bad, 'legacy.pt'), /since PyTorch 1\.6/],
  ['one.zip', zipSync({ 'cat/1.png': png(9, 9, () => [0, 0, 0]) }), /no pictures in class folders are in it/],
  ['broken.zip', pets().subarray(0, 900), /zip archive/],
  [
    'empty.zip',
    zipSync({ 'cat/a.txt': Uint8Array.of(1), 'dog/1.png': png(9, 9, () => [0, 0, 0]) }),
    /no picture of the class "cat" can be used \(cat\/a\.txt: it is no PNG/,
  ],
  ['a.png', png(9, 9, () => [0, 0, 0]), /It is one picture\./],
];
test('networks and images that are refused leave the project as it was', async ({ page }) => {
  await open(page, 'delay=1');
  const before = { ...(await state(page)), own: await own(page) };
  for (const [name, content, why] of WRONG) {
    await give(page, name, content);
    await expect(load(page).locator('strong').filter({ hasText: name })).toBeVisible();
    await expect(refused(page)).toContainText(why);
    expect({ ...(await state(page)), own: await own(page) }).toEqual(before);
  }
});
