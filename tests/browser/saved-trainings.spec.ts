// What is saved of trainings when several pages of one browser train, look, delete and close; and databases that
// other versions of the page left. On the real page; the rules are tested beside their sources (src/train/saved).
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import { hurryWaits } from './sabotage';
import {
  header,
  card,
  event,
  LONG,
  losses,
  pauseAtStep,
  press,
  SMALL,
  start,
  trained,
  visit,
  worker,
  type Global,
} from './training-page';

const complaints: string[] = [];
test.beforeEach(({ context }) => {
  complaints.length = 0;
  context.on('page', (page) => noteComplaints(page, complaints, ['error']));
});
test.afterEach(() => expect(complaints).toEqual([]));

const button = (page: Page, name: string | RegExp) => header(page).getByRole('button', { name });
/** Runs step 1 alone. */
async function load(page: Page): Promise<void> {
  const step = page.locator('[data-step=load]');
  await step.getByRole('button', { name: /^Run/ }).click();
  await expect(step).toHaveAttribute('data-status', 'done', LONG);
}
/** Deletes the one run of the page. */
async function deleteRun(page: Page): Promise<void> {
  await button(page, /^Delete Run \d+$/).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused(LONG);
}
/** Begins a training, pauses it, and waits until that is saved. */
async function pausedTraining(page: Page, choices: Partial<typeof SMALL> | { steps: number }, run = 'qat') {
  await visit(page, { ...SMALL, ...choices });
  await pauseAtStep(page, run, 1);
  await start(page);
  await event(page, run, 'paused', 1);
  await event(page, run, 'saved', 1);
}

test('a training that goes on in another tab can be neither discarded nor taken up there; once that is closed, it can', async ({
  context,
}) => {
  const [a, b] = [await context.newPage(), await context.newPage()];
  await pausedTraining(a, { steps: 7 });
  await visit(b, SMALL);
  await expect(header(b)).toContainText('is training in another tab');
  await expect(button(b, /Resume|Discard/)).toHaveCount(0);
  // Not by the project either.
  const refused = await b.evaluate(async () => {
    const { playground } = globalThis as unknown as Global;
    const [{ id }] = (await playground.savedTrainings()).trainings;
    const why = (error: Error) => error.message;
    return [await playground.resumeSaved(id).then(String, why), await playground.discard(id).then(String, why)];
  });
  for (const why of refused) expect(why).toContain('is training in another tab');
  await a.close();
  await button(b, /^Resume training at step \d of 7/).click();
  await trained(b);
  await expect(card(b)).toContainText('Step 7 of 7');
});

test('deleting a run in one tab leaves what another tab trains: its ended QAT run and its control', async ({
  context,
}) => {
  const [a, b] = [await context.newPage(), await context.newPage()];
  // So many that the pause comes before the last: a control's steps are short.
  await pausedTraining(a, { steps: 30 }, 'control');
  await visit(b, SMALL);
  await load(b);
  await deleteRun(b);
  await expect(header(b)).toContainText('is training in another tab');
  await press(a, 'Step');
  await event(a, 'control', 'saved', 2);
  await a.close();
  await button(b, /^Resume the control at step \d+ of 30/).click();
  await trained(b);
  await expect(card(b).getByRole('region', { name: 'QAT run' })).toContainText('Step 30 of 30');
});

test('a new training lives beside a saved one, which stays on offer', async ({ context }) => {
  const first = await context.newPage();
  await pausedTraining(first, { steps: 9 });
  await first.close();
  const page = await context.newPage();
  await visit(page, { ...SMALL, steps: 2 });
  const resume = button(page, /^Resume training at step \d of 9/);
  await load(page);
  await expect(resume).toBeVisible();
  await start(page);
  await trained(page);
  await expect(resume).toBeVisible();
  await visit(page);
  await expect(button(page, 'Take over its result')).toBeVisible();
  await expect(resume).toBeVisible();
  // Deleting the run forgets this tab's own training alone.
  await button(page, 'Take over its result').click();
  await trained(page);
  await deleteRun(page);
  await expect(resume).toBeVisible();
  await visit(page);
  await expect(resume).toBeVisible();
  await expect(button(page, 'Take over its result')).toHaveCount(0);
});

test('runs side by side: a control that another run has trained is not trained again; what is not in hand is read back', async ({
  page,
}) => {
  await visit(page, { ...SMALL, steps: 2 });
  await start(page);
  await trained(page);
  await button(page, 'New run with these choices').click();
  await page.evaluate(() => {
    const { playground, told } = globalThis as unknown as Global;
    told.length = 0;
    playground.choose({ qconfig: 'fbgemm' });
  });
  await start(page);
  await trained(page);
  const { qat, control } = await losses(page);
  expect([qat.length, control.length]).toEqual([2, 0]);
  const controls = await page.evaluate(async () => {
    const { playground } = globalThis as unknown as Global;
    const all = playground.runs.map(({ results }) => [...results.train!.control.losses]);
    playground.select(playground.runs[0].id);
    await playground.run('convert');
    return all;
  });
  expect(controls[0]).toHaveLength(2);
  expect(controls[1]).toEqual(controls[0]);
});

test('a reload before the first state is saved: the choices are there', async ({ page }) => {
  await visit(page, { ...SMALL, steps: 8, weightBits: 5 });
  await start(page);
  await event(page, 'qat', 'restored', 0);
  await visit(page);
  await expect(header(page)).toContainText('5-bit weights');
  await button(page, /^Resume training at step \d of 8/).click();
  await trained(page);
  expect(await page.evaluate(() => (globalThis as unknown as Global).playground.recipe.weightBits)).toBe(5);
});

const DATABASE = 'qat-playground-training';
/** The browser's database by its own API, beside the page. */
const blank = (page: Page) => page.goto('/tests/browser/blank.html');

test('what version 1 of the database holds is carried over and goes on', async ({ page }) => {
  await pausedTraining(page, { steps: 5 });
  await blank(page);
  // The same training as version 1 of the page kept it.
  await page.evaluate(async (name) => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error!);
      });
    const database = await done(indexedDB.open(name));
    const stores = database.transaction(['trainings', 'states']);
    const [{ id, options, runs }] = await done(stores.objectStore('trainings').getAll());
    const state = await done(stores.objectStore('states').get([id, 'qat']));
    database.close();
    await done(indexedDB.deleteDatabase(name));
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('runs');
    const old = await done(opening);
    const { losses, validations } = runs.qat.history;
    const record = { version: 1, id, kind: 'qat', options, step: runs.qat.step, history: { losses, validations } };
    const put = old.transaction('runs', 'readwrite').objectStore('runs');
    await Promise.all([done(put.put(record, 'qat')), done(put.put(state, 'qat/state'))]);
    old.close();
  }, DATABASE);
  await visit(page, SMALL);
  await button(page, /^Resume training at step \d of 5/).click();
  await trained(page);
  await expect(card(page).getByRole('region', { name: 'QAT run' })).toContainText('Step 5 of 5');
});

test('a database of a newer version is left alone; the page says so and works on without saving', async ({ page }) => {
  const newer = (page: Page) =>
    page.evaluate(
      (name) =>
        new Promise((resolve) => {
          const opening = indexedDB.open(name, 9);
          opening.onupgradeneeded = () => opening.result.createObjectStore('later').put('kept', 'key');
          opening.onsuccess = () => {
            const request = opening.result.transaction('later').objectStore('later').get('key');
            request.onsuccess = () => {
              opening.result.close();
              resolve(request.result);
            };
          };
        }),
      DATABASE,
    );
  await blank(page);
  await newer(page);
  await visit(page, { ...SMALL, steps: 2 });
  await expect(header(page)).toContainText('A newer version of this page has saved trainings in this browser');
  await start(page);
  await trained(page);
  await expect(card(page)).toContainText('its progress is not saved. A newer version of this page has saved trainings');
  await blank(page);
  expect(await newer(page)).toBe('kept');
});

/** Puts a value among the records of the page's database, which is open nowhere. */
const putRecord = (page: Page, id: string, value: unknown) =>
  page.evaluate(
    ([name, id, value]) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(name as string);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('trainings', 'readwrite');
          transaction.objectStore('trainings').put(value, id as string);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    [DATABASE, id, value] as const,
  );

test('a damaged training is named and removed alone, when it is listed or when it is taken up', async ({ page }) => {
  await visit(page, SMALL);
  const options = await page.evaluate(() => (globalThis as unknown as Global).playground.recipe);
  const history = { losses: [1, 1], validations: [], schedule: [{ step: 0, rate: 1e-3 }] };
  // A whole record whose state is gone.
  const record = { id: 'whole', options, savedAt: 1, runs: { qat: { step: 2, history } } };
  await expect
    .poll(() => page.evaluate(async (n) => (await indexedDB.databases()).some((d) => d.name === n), DATABASE))
    .toBe(true);
  await putRecord(page, 'broken', { ...record, id: 'broken', runs: {} });
  await putRecord(page, 'whole', record);
  await visit(page, SMALL);
  await expect(header(page)).toContainText(
    'A training saved in this browser cannot be used: it is damaged (runs.qat is missing).',
  );
  const resume = button(page, 'Resume training at step 2 of 6');
  await expect(resume).toBeVisible();
  await visit(page, SMALL);
  await expect(resume).toBeVisible();
  await expect(header(page)).not.toContainText('damaged');
  await resume.click();
  await trained(page, 'failed');
  await expect(card(page)).toContainText('A training saved in this browser cannot be used: its state is missing.');
  await card(page).getByRole('button', { name: 'Retry' }).click();
  await trained(page);
  await visit(page, SMALL);
  await expect(button(page, 'Take over its result')).toHaveCount(1);
  await expect(resume).toHaveCount(0);
});

test('a database that does not answer: training goes on, not saved, until it answers again', async ({ page }) => {
  await visit(page, { ...SMALL, steps: 9 });
  // Its deletion waits for a connection that stays open; all that is asked of it later waits for the deletion.
  await page.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
          const held = opening.result;
          Object.assign(globalThis, { letGo: () => held.close() });
          indexedDB.deleteDatabase(name).onblocked = () => resolve();
        };
      }),
    DATABASE,
  );
  await page.evaluate(() => (globalThis as unknown as Global).playground.run('prepare'));
  // Each of several attempts to save would wait for half a minute.
  await worker(page).evaluate(hurryWaits, Infinity);
  await pauseAtStep(page, 'control', 1);
  await start(page);
  await event(page, 'control', 'not-saved', 1);
  await expect(card(page)).toContainText('its progress is not saved. The browser’s storage does not answer.');
  await worker(page).evaluate(() => (globalThis as unknown as { calm(): void }).calm());
  await page.evaluate(() => (globalThis as unknown as { letGo(): void }).letGo());
  const answers = () =>
    page.evaluate(() =>
      (globalThis as unknown as Global).playground.savedTrainings().then(
        () => true,
        () => false,
      ),
    );
  await expect.poll(answers).toBe(true);
  await press(page, 'Resume');
  await trained(page);
  await expect(card(page)).toContainText('Saved in this browser up to step 9 of the control');
  await visit(page);
  await button(page, 'Take over its result').click();
  await trained(page);
});

test('another tab that holds the database of version 1 open is named; once it lets go the page saves', async ({
  context,
}) => {
  const [old, page] = [await context.newPage(), await context.newPage()];
  await blank(old);
  await old.evaluate(
    (name) =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open(name, 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('runs');
        opening.onsuccess = () => {
          Object.assign(globalThis, { held: opening.result });
          resolve();
        };
      }),
    DATABASE,
  );
  await visit(page, { ...SMALL, steps: 2 });
  await expect(header(page)).toContainText('Another tab holds an older version of this page', LONG);
  await expect(header(page)).toContainText('Close or reload the other tabs of this page.');
  await old.close();
  await expect(header(page)).not.toContainText('Another tab');
  await start(page);
  await event(page, 'qat', 'saved', 0);
});
