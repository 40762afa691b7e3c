// The real page in the middle of a training, as the browser tests handle it: few steps of small batches on WASM.
// Not for what they test.
import { expect, type Browser, type Page, type Worker } from '@playwright/test';
import type { Recipe } from '../../src/recipe/recipe';
import type { Project, ProjectEvent } from '../../src/project/types';
import type { TrainApi } from '../../src/worker/api';

/** What a visited page holds. */
export interface Global {
  playground: Project;
  told: ProjectEvent[];
}

export const SMALL: Partial<Recipe> = {
  ...{ backend: 'wasm', steps: 6, batch: 2, images: 64, learningRate: 1e-3, schedule: 'constant' },
  ...{ weightBits: 8, activationBits: 8 },
};
export const LONG = { timeout: 240_000 };
export const card = (page: Page) => page.locator('[data-step=train]');
export const header = (page: Page) => page.locator('header').first();

/** The page, listening to its project. */
export async function visit(page: Page, options?: Partial<Recipe>): Promise<void> {
  await (options ? page.goto('/') : page.reload());
  await page.waitForFunction(() => 'playground' in globalThis);
  await page.getByRole('button', { name: 'Open all steps' }).click();
  // On a busy machine the page is ready before its worker is attached.
  await expect.poll(() => worker(page) !== undefined, LONG).toBe(true);
  await page.evaluate((chosen) => {
    const here = globalThis as unknown as Global;
    const { playground } = here;
    if (chosen) playground.choose(chosen);
    here.told = [];
    playground.on((event) => here.told.push(event));
  }, options);
  await brief(page);
}

/**
 * Leaves out most of a short training's proofs, which take most of its time: many images, and for each validation the whole
 * state read back.
 */
export const brief = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const { playground } = globalThis as unknown as Global;
    const { workers } = playground as unknown as { workers: { train: TrainApi } };
    const { train } = workers;
    const brief: Partial<TrainApi> = {
      verify: (_, onProgress) => train.verify({ randomTests: 4, imageTests: 4 }, onProgress),
      train: (options, ...rest) =>
        train.train({ ...options, validateEvery: options.steps, validationImages: 16 }, ...rest),
    };
    workers.train = new Proxy(train, { get: (all, name) => Reflect.get(name in brief ? brief : all, name) as unknown });
  });

/** Clicks the train step's Run. */
export const start = (page: Page) => card(page).getByRole('button', { name: /^Run/ }).click();
export const trained = (page: Page, status = 'done') => expect(card(page)).toHaveAttribute('data-status', status, LONG);

/** Losses by run and step; a step that was taken twice counts as it was taken last. */
export const losses = (page: Page) => ofSteps(page, 'loss');
/** Learning rates, likewise. */
export const rates = (page: Page) => ofSteps(page, 'learningRate');

function ofSteps(page: Page, what: 'loss' | 'learningRate'): Promise<Record<'qat' | 'control', number[]>> {
  return page.evaluate((what) => {
    const all = { qat: [] as number[], control: [] as number[] };
    for (const event of (globalThis as unknown as Global).told)
      if (event.type === 'train' && event.event.type === 'step')
        all[event.run][event.event.step - 1] = event.event[what];
    return all;
  }, what);
}

/** Losses of a training of SMALL that nothing troubles: the same bits each time, so one is enough for all tests. */
export const unbroken = (browser: Browser) => (whole ??= trainUnbroken(browser));
let whole: ReturnType<typeof losses> | undefined;
async function trainUnbroken(browser: Browser): ReturnType<typeof losses> {
  const page = await browser.newPage();
  await visit(page, SMALL);
  await start(page);
  await trained(page);
  const all = await losses(page);
  await page.close();
  return all;
}

/** Waits for an event of a run. */
export const event = (page: Page, run: string, type: string, step: number) =>
  page.waitForFunction(
    ([run, type, step]) =>
      (globalThis as unknown as Global).told.some(
        (e) => e.type === 'train' && e.run === run && e.event.type === type && e.event.step >= (step as number),
      ),
    [run, type, step],
    LONG,
  );

export const worker = (page: Page): Worker => page.workers().find((w) => w.url().includes('train.worker'))!;
export const press = (page: Page, name: string) => card(page).getByRole('button', { name, exact: true }).click();

/** Has the page pause a run at the first of its steps, from `step` on, that it takes; a click may come when a short run is over. */
export const pauseAtStep = (page: Page, run: string, step: number) =>
  page.evaluate(
    ([run, step]) => {
      const { playground } = globalThis as unknown as Global;
      const end = playground.on((e) => {
        if (e.type !== 'train' || e.run !== run || e.event.type !== 'step' || e.event.step < (step as number)) return;
        end();
        playground.pause();
      });
    },
    [run, step],
  );

/** Has the train worker remember its devices: to be called before training starts. */
export const watchDevices = (page: Page) =>
  worker(page).evaluate(() => {
    const here = globalThis as unknown as { devices: GPUDevice[]; none?: boolean };
    here.devices = [];
    const { requestDevice } = GPUAdapter.prototype;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await requestDevice.call(this, descriptor);
      here.devices.push(device);
      return device;
    };
    const { requestAdapter } = GPU.prototype;
    GPU.prototype.requestAdapter = async function (options) {
      return here.none ? null : requestAdapter.call(this, options);
    };
  });

/** Takes the newest device away from the train worker; with `none` it finds no other adapter. */
export const loseDevice = (page: Page, none: boolean) =>
  worker(page).evaluate((none) => {
    const here = globalThis as unknown as { devices: GPUDevice[]; none?: boolean };
    here.none = none;
    here.devices.at(-1)!.destroy();
  }, none);
