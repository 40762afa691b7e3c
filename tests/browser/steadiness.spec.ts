// Training that meets trouble, on the real page with its real workers: reloads, lost devices, a full disk,
// exhausted memory, divergence. The rules themselves are tested beside their sources (src/train/*.test.ts).
import { expect, test } from '@playwright/test';
import { noteComplaints } from '../complaints';
import {
  card,
  event,
  header,
  LONG,
  loseDevice,
  losses,
  pauseAtStep,
  press,
  rates,
  SMALL,
  start,
  trained,
  visit,
  watchDevices,
  worker,
  type Global,
} from './training-page';

const complaints: string[] = [];
test.beforeEach(({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
});
test.afterEach(() => expect(complaints).toEqual([]));

test('a reload in the middle: both runs go on with the same bits as unbroken ones', async ({ page }) => {
  await visit(page, SMALL);
  await start(page);
  await trained(page);
  const whole = await losses(page);
  expect([whole.qat.length, whole.control.length]).toEqual([6, 6]);

  await visit(page, { ...SMALL, seed: 0 });
  // The finished training is offered; a new one stands beside it.
  await expect(page.getByRole('button', { name: 'Take over its result' })).toBeVisible();
  await pauseAtStep(page, 'qat', 1);
  await start(page);
  await event(page, 'qat', 'saved', 1);
  const first = await losses(page);
  expect(first.qat.length).toBeLessThan(6);

  await visit(page);
  await pauseAtStep(page, 'control', 1);
  await page.getByRole('button', { name: /^Resume training at step \d of 6/ }).click();
  await event(page, 'control', 'saved', 1);
  const second = await losses(page);
  expect(second.qat.findIndex((loss) => loss !== undefined)).toBe(first.qat.length);

  await visit(page);
  await page.getByRole('button', { name: /^Resume the control at step \d of 6/ }).click();
  await trained(page);
  const third = await losses(page);
  expect(third.qat).toEqual([]);
  expect(await page.evaluate(() => (globalThis as unknown as Global).playground.recipe.batch)).toBe(2);
  await expect(card(page).getByRole('region', { name: 'QAT run' })).toContainText('Step 6 of 6');
  const results = await page.evaluate(() => {
    const { qat, control } = (globalThis as unknown as Global).playground.results.train!;
    return { qat: [...qat.losses], control: [...control.losses] };
  });
  const stored = (values: number[]) => [...Float32Array.from(values)];
  expect(results).toEqual({ qat: stored(whole.qat), control: stored(whole.control) });
  expect([...first.qat, ...second.qat.slice(first.qat.length)]).toEqual(whole.qat);
  expect([...second.control, ...third.control.slice(second.control.length)]).toEqual(whole.control);
});

test('a full disk: training goes on and the page says that progress is not saved', async ({ page, context }) => {
  await visit(page, SMALL);
  const devtools = await context.newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
  await start(page);
  await event(page, 'qat', 'not-saved', 6);
  await expect(card(page)).toContainText('its progress is not saved. The disk space this page may use is full.');
  await devtools.send('Storage.overrideQuotaForOrigin', { origin });
  await trained(page);
  await expect(card(page)).not.toContainText('its progress is not saved');
});

test('QAT that diverges goes on from a good state at a lower rate; its control takes the same rates and steps', async ({
  page,
}) => {
  await visit(page, { ...SMALL, steps: 40 });
  await start(page);
  await event(page, 'qat', 'step', 2);
  await press(page, 'Pause');
  await event(page, 'qat', 'saved', 2);
  await page.evaluate(() => (globalThis as unknown as Global).playground.choose({ learningRate: 1 }));
  await press(page, 'Resume');
  await trained(page, 'failed');
  await expect(card(page)).toContainText('Press Retry with a lower learning rate');
  await expect(card(page)).toContainText(/Training goes on from step [2-9]/);
  const before = await rates(page);
  await page.evaluate(() => ((globalThis as unknown as Global).told.length = 0));
  const rate = card(page).getByRole('spinbutton', { name: 'Learning rate' });
  await rate.fill('0.0001');
  await rate.press('Tab');
  await card(page).getByRole('button', { name: 'Retry step 6, Train' }).click();
  await event(page, 'qat', 'step', 6);
  await press(page, 'Stop this run');
  await event(page, 'control', 'step', 1);
  await expect(rate).toBeDisabled();
  await trained(page);

  const after = await rates(page);
  const good = after.qat.findIndex((rate) => rate !== undefined);
  const qat = [...before.qat.slice(0, good), ...after.qat.slice(good)];
  expect(good).toBeGreaterThanOrEqual(2);
  expect(qat.length).toBeLessThan(40);
  expect([...new Set(qat)]).toEqual([1e-3, 1e-4]);
  expect(after.control).toEqual(qat);
});

test('exhausted memory: a smaller batch is offered, and Retry works with it', async ({ page }) => {
  await visit(page, { ...SMALL, batch: 128, steps: 2 });
  await page.locator('[data-step=prepare]').getByRole('button', { name: /^Run/ }).click();
  await expect(page.locator('[data-step=prepare]')).toHaveAttribute('data-status', 'done', LONG);
  // From now on tfjs's memory cannot grow. What the preparation left free (about 270 MiB) is no room for 128 images.
  await worker(page).evaluate(async () => {
    const grow = WebAssembly.Memory.prototype.grow;
    WebAssembly.Memory.prototype.grow = function (pages) {
      if ((globalThis as { full?: boolean }).full)
        throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
      return grow.call(this, pages);
    };
    (globalThis as { full?: boolean }).full = true;
  });
  await start(page);
  await trained(page, 'failed');
  await expect(card(page)).toContainText('The device has no memory left for this batch.');
  // The console has what the device itself said.
  expect(complaints.splice(0).join()).toMatch(/no memory left for this batch\.\nError: malloc\(\d+\) failed/);
  await worker(page).evaluate(() => ((globalThis as { full?: boolean }).full = false));
  await card(page).getByRole('button', { name: 'Retry with batch 64' }).click();
  await trained(page);
  expect(await page.evaluate(() => (globalThis as unknown as Global).playground.recipe.batch)).toBe(64);
});

for (const none of [false, true])
  test(`a lost device: training goes on ${none ? 'on WASM' : 'on a new one'}, and the page says so`, async ({
    page,
  }) => {
    await visit(page, { ...SMALL, backend: 'webgpu', steps: 4 });
    await watchDevices(page);
    await pauseAtStep(page, 'qat', 2);
    await start(page);
    await event(page, 'qat', 'saved', 2);
    await press(page, 'Resume');
    await loseDevice(page, none);
    const reason = `The graphics device was lost. ${none ? 'WASM' : 'A new one'} has taken over.`;
    await expect(header(page)).toContainText(reason, LONG);
    // Advice for WASM alone: a new device needs none.
    const advice = 'Run step 1 again to try WebGPU again.';
    if (none) await expect(header(page)).toContainText(advice);
    else await expect(header(page)).not.toContainText('Run step 1 again to try');
    await expect(card(page)).toContainText('Training has gone on from the last state that was kept.');
    await trained(page);
    const { qat, control } = await losses(page);
    expect([qat.length, control.length]).toEqual([4, 4]);
    expect([...qat, ...control].every((loss) => loss > 0 && loss < 4)).toBe(true);
    const restored = await page.evaluate(() =>
      (globalThis as unknown as Global).told.flatMap((e) =>
        e.type === 'train' && e.run === 'qat' && e.event.type === 'restored' ? [e.event.step] : [],
      ),
    );
    expect(restored.length).toBe(2);
    expect(restored[1]).toBeGreaterThanOrEqual(2);
    // What a lost device's last calls complain of is no error of the page.
    complaints.splice(0);
  });

test('timers that never fire, as in a hidden tab, do not hold training up', async ({ page }) => {
  await visit(page, SMALL);
  await worker(page).evaluate(() => {
    const never = () => 0;
    Object.assign(globalThis, { setTimeout: never, setInterval: never, requestAnimationFrame: never });
  });
  await start(page);
  await trained(page);
});
