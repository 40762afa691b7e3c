// What a browser does to what a page has stored, and to the page itself while it trains: storage taken away or never given, a tab
// killed or frozen, another version at work. Full, silent and damaged databases: tests/browser/steadiness.spec.ts and
// saved-trainings.spec.ts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';
import {
  card,
  event,
  header,
  losses,
  pauseAtStep,
  press,
  SMALL,
  start,
  trained,
  unbroken,
  visit,
  worker,
} from '../browser/training-page';

/** Longer than a thread may stand still: src/core/threads.ts. */
const FROZEN_MILLISECONDS = 10_000;
const DATABASE = 'qat-playground-training';
const button = (page: Page, name: string | RegExp) => header(page).getByRole('button', { name });
const devtools = (page: Page) => page.context().newCDPSession(page);

const complaints: string[] = [];
test.beforeEach(() => void (complaints.length = 0));
test.afterEach(() => expect(complaints).toEqual([]));

/** A training that waits, soon after its first step, and is saved. */
async function paused(page: Page): Promise<void> {
  noteComplaints(page, complaints, ['error']);
  await visit(page, SMALL);
  await pauseAtStep(page, 'qat', 1);
  await start(page);
  await event(page, 'qat', 'paused', 1);
  await event(page, 'qat', 'saved', 1);
}

test('storage that is evicted while the page trains: it goes on to the same bits, and saves anew', async ({
  page,
  browser,
}) => {
  const whole = await unbroken(browser);
  await paused(page);
  const origin = new URL(page.url()).origin;
  const storageTypes = 'indexeddb,local_storage,cache_storage,service_workers';
  await (await devtools(page)).send('Storage.clearDataForOrigin', { origin, storageTypes });
  await press(page, 'Resume');
  await trained(page);
  expect(await losses(page)).toEqual(whole);
  await expect(card(page)).toContainText('Saved in this browser up to step 6 of the control');
  await visit(page);
  await button(page, 'Take over its result').click();
  await trained(page);
});

test('storage that is blocked from the start: all the same, to the same bits, and the page says that nothing is saved', async ({
  browser,
  launchOptions,
  baseURL,
}, testInfo) => {
  const whole = await unbroken(browser);
  // As "Block all cookies and site data" is: localStorage, IndexedDB, Cache, locks and service workers are all refused.
  const profile = testInfo.outputPath('profile');
  mkdirSync(join(profile, 'Default'), { recursive: true });
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, 'Default', 'Preferences'), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, { ...launchOptions, baseURL });
  try {
    const page = await context.newPage();
    noteComplaints(page, complaints, ['error']);
    await visit(page, SMALL);
    await expect(page.evaluate(() => localStorage.length)).rejects.toThrow('Access is denied');
    await start(page);
    await trained(page);
    expect(await losses(page)).toEqual(whole);
    // A thread has a lock by which its end is noticed.
    await expect(header(page)).toContainText('1 thread; shared memory is available.');
    await expect(card(page)).toContainText('its progress is not saved');
    await expect(card(page)).toContainText('Allow storage for this page');
  } finally {
    await context.close();
  }
});

test('a tab that is killed in the middle of a write: what was saved before is whole, and goes on to the same bits', async ({
  context,
  browser,
}) => {
  const whole = await unbroken(browser);
  const killed = await context.newPage();
  await paused(killed);
  // From now on a state is written and its transaction held open: it is never ended.
  await worker(killed).evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value, key) {
      const request = put.call(this, value, key);
      if (this.name === 'states') {
        const hold = () => (this.get('nothing').onsuccess = hold);
        hold();
        Object.assign(globalThis, { writing: true });
      }
      return request;
    };
  });
  await press(killed, 'Resume');
  await expect.poll(() => worker(killed).evaluate(() => 'writing' in globalThis)).toBe(true);
  const crashed = killed.waitForEvent('crash');
  (await devtools(killed)).send('Page.crash').catch(() => {});
  await crashed;

  const page = await context.newPage();
  await visit(page, SMALL);
  // The pause comes after the first step, or on a busy machine after the next.
  const resume = button(page, /^Resume training at step [1-3] of 6/);
  const saved = Number(/(?<=at step )\d/.exec(await resume.innerText())![0]);
  await resume.click();
  await trained(page);
  const { qat, control } = await losses(page);
  expect(qat.slice(saved)).toEqual(whole.qat.slice(saved));
  expect(qat.findIndex((loss) => loss !== undefined)).toBe(saved);
  expect(control).toEqual(whole.control);
});

test('a tab that is frozen and thawed: training goes on to the same bits', async ({ page, browser }) => {
  test.skip(process.platform === 'win32', 'No signals.');
  const whole = await unbroken(browser);
  noteComplaints(page, complaints, ['error']);
  await visit(page, SMALL);
  await start(page);
  await event(page, 'qat', 'step', 1);
  // As a phone does it: the page's process, workers and threads included, has no turn any more. (DevTools' own "frozen" needs
  // a page that is not seen, and Playwright has every page believe that it is.)
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const processes = processInfo.filter(({ type }) => type === 'renderer');
  expect(processes.length).toBeGreaterThan(0);
  for (const { id } of processes) process.kill(id, 'SIGSTOP');
  try {
    await new Promise((resolve) => setTimeout(resolve, FROZEN_MILLISECONDS));
    expect(
      await Promise.race([page.evaluate(() => 'awake'), new Promise((resolve) => setTimeout(resolve, 1000, 'asleep'))]),
    ).toBe('asleep');
  } finally {
    for (const { id } of processes) process.kill(id, 'SIGCONT');
  }
  await trained(page);
  expect(await losses(page)).toEqual(whole);
});

test('a newer version takes the database over while this one trains: it goes on to the same bits, and says that nothing is saved', async ({
  context,
  browser,
}) => {
  const whole = await unbroken(browser);
  const [page, newer] = [await context.newPage(), await context.newPage()];
  await paused(page);
  await newer.goto('/licences.txt');
  const kept = await newer.evaluate(
    (name) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open(name, 9);
        opening.onerror = () => reject(opening.error!);
        opening.onsuccess = () => {
          const database = opening.result;
          const count = database.transaction('states').objectStore('states').count();
          count.onsuccess = () => resolve(count.result);
        };
      }),
    DATABASE,
  );
  expect(kept).toBe(1);
  await press(page, 'Resume');
  await trained(page);
  expect(await losses(page)).toEqual(whole);
  await expect(card(page)).toContainText('its progress is not saved. A newer version of this page has saved trainings');
});
