// What a visitor's own picture is answered by: the models that there are, while nothing else computes. On the real engines: bytes
// are answered as the same image of the data set. Not for where it comes from, nor its square: own-picture-*.spec.ts.
import { expect, type Locator } from '@playwright/test';
import { accessible } from './accessible';
import { answers, BLACK, button, compare, loaded, models, problem, seen, where, WHITE } from './own-picture';
import { choose, png, type Rgb } from './pictures';
import { card, done, open, test, type Global } from './ui-page';

test('a chosen file is seen byte by byte, answered by the models that there are, by all once all are trained', async ({
  page,
}) => {
  await open(page, 'delay=1');
  await expect(compare(page)).toContainText('Once the network is loaded in step 1');
  await card(page, 'load').getByRole('button', { name: /^Run/ }).click();
  await expect(compare(page)).toContainText('The networks know 10 classes only: airplane, automobile, bird');
  await expect(compare(page)).toContainText('The picture never leaves your browser.');
  const pixels = Array.from({ length: 32 * 32 }, (_, i): Rgb => [(i * 7) % 256, (i * 13) % 256, (i * 29) % 256]);
  const chooser = page.waitForEvent('filechooser');
  await button(page, 'Choose a file').click();
  const buffer = png(32, 32, (x, y) => pixels[32 * y + x]!);
  await (await chooser).setFiles({ name: 'own.png', mimeType: 'image/png', buffer });
  await expect(answers(page)).toBeVisible();
  expect(await seen(page)).toEqual(pixels.flat());
  expect(await models(page)).toEqual(['FP32']);
  await expect(compare(page)).toContainText('Not asked: FP32 control, PTQ INT8, QAT INT8.');
  // The mean lies in the fifth of ten steps of brightness; softmax of 0, -1, -1, -2, ...
  await expect(answers(page).getByRole('cell').first()).toContainText(/deer\s*46\.5\u00a0%/);

  await page.getByRole('button', { name: 'Run all steps left' }).click();
  await done(page, 'save');
  await expect(answers(page).getByRole('row')).toHaveCount(5);
  expect(await models(page)).toEqual(['FP32', 'FP32 control', 'PTQ INT8', 'QAT INT8']);
  await expect(compare(page)).not.toContainText('Not asked');
  await expect(
    answers(page)
      .getByRole('row', { name: /^PTQ INT8/ })
      .getByRole('cell')
      .first(),
  ).toContainText('dog');
  await expect(compare(page).getByRole('status').filter({ hasText: 'PTQ INT8: dog' })).toContainText(/FP32: deer, 4\d/);
  await compare(page).getByText('All classes').click();
  const all = compare(page).getByRole('region', { name: 'All classes' });
  await expect(all.getByRole('row')).toHaveCount(11);
  const shares = (await all.getByRole('row').locator('td:nth-child(2)').allInnerTexts()).map(parseFloat);
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 0);
});

test('answers wait for a step that runs, and follow the run in hand; the picture outlasts it', async ({ page }) => {
  await loaded(page);
  await page.evaluate(() => {
    const { playground } = globalThis as unknown as Global;
    playground.pause();
    void playground.run('train');
  });
  await expect(card(page, 'train')).toHaveAttribute('data-status', 'running');
  await choose(
    page,
    png(32, 32, () => [90, 90, 90]),
  );
  await expect(compare(page)).toContainText('Waits for the step that is running.');
  await expect(answers(page)).toHaveCount(0);
  await page.evaluate(() => (globalThis as unknown as Global).playground.resume());
  await expect(compare(page)).toContainText('Not asked: PTQ INT8, QAT INT8.', { timeout: 60_000 });
  expect(await models(page)).toEqual(['FP32', 'FP32 control']);
  await page.evaluate(() => void (globalThis as unknown as Global).playground.add());
  await expect(answers(page).getByRole('row')).toHaveCount(2);
  await page.evaluate(async () => void (await (globalThis as unknown as Global).playground.heal()));
  await expect(compare(page)).toContainText('Not asked: FP32 control.');
  expect(await models(page)).toEqual(['FP32', 'PTQ INT8', 'QAT INT8']);
  await expect(where(page)).toHaveText('32 × 32 pixels at 0, 0 of 32 × 32.');
});

test('the race gives way to a picture that is asked about', async ({ page }) => {
  await open(page, 'delay=100');
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  await done(page, 'save');
  await button(page, 'Start the race').click();
  await expect(compare(page)).toContainText(/Measuring, one after the other: [1-9]/);
  await choose(
    page,
    png(32, 32, () => [90, 90, 90]),
  );
  await expect(compare(page)).toContainText(/Stopped after \d+ of 12 turns each/);
  await expect(answers(page).getByRole('row')).toHaveCount(5);
  await expect(button(page, 'Race again')).toHaveAttribute('aria-disabled', 'false');
});

test('no axe violation, nothing scrolls sideways, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await loaded(page);
  await button(page, 'Draw').click();
  await choose(
    page,
    png(192, 128, (x) => (x < 96 ? BLACK : WHITE)),
  );
  await expect(answers(page)).toBeVisible();
  await compare(page).getByText('All classes').click();
  await choose(page, Buffer.from('No picture.'));
  await expect(problem(page)).toBeVisible();
  const check = async (part: Locator) => {
    await expect(part).toBeVisible();
    await accessible(page, '#step-compare');
  };
  await check(problem(page));
  for (const width of [320, 375, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
});

test('the real engines: an image given by its bytes is taken for the same as by its place in the data set', async ({
  page,
}) => {
  await page.goto('/?backend=wasm&steps=2&batch=16');
  const { given, known } = await page.evaluate(async () => {
    const { playground } = globalThis as unknown as Global;
    await playground.heal();
    const known: Record<string, number[]> = {};
    // QAT, PTQ, then FP32, on the same validation images.
    for await (const { split, accuracy } of playground.figures()) {
      if (split !== 'validation' || !accuracy.fp32) continue;
      for (const model of ['qat', 'ptq', 'fp32'] as const)
        known[model] = [...accuracy[model]!.classified.predictions.subarray(0, 12)];
      break;
    }
    const given: Record<string, number[]> = { qat: [], ptq: [], fp32: [] };
    for (let i = 0; i < 12; i++) {
      const { pixels } = await playground.validationImage(i);
      const { fp32, ptq, int8, control } = await playground.answersTo(pixels);
      if (control) throw new Error('No control was trained.');
      const classOf = (logits: Float32Array | undefined) => logits!.indexOf(Math.max(...logits!));
      given.fp32!.push(classOf(fp32));
      given.ptq!.push(classOf(ptq));
      given.qat!.push(classOf(int8));
    }
    return { given, known };
  });
  expect(given).toEqual(known);
  expect(new Set(given.fp32).size).toBeGreaterThan(2);
});
