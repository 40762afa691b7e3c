// What the built page's policy ends: strings as code or markup, workers and requests that go elsewhere. That nothing of the page
// itself meets it, and that no request leaves: a whole flow in bare-host.spec.ts, and in Firefox.
import { expect, test } from '@playwright/test';
import { noteViolations, violationsSoFar } from './violations';

/** An address that answers nobody. */
const ELSEWHERE = 'https://elsewhere.invalid/';

test('the policy holds in the page', async ({ page }) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
  await page.evaluate(noteViolations);
  const ended = await page.evaluate(async (elsewhere) => {
    const here = globalThis as unknown as { ran?: boolean };
    const ends = (work: () => unknown) => {
      try {
        work();
        return false;
      } catch {
        return true;
      }
    };
    const inline = document.createElement('script');
    inline.append('ran = true');
    document.body.append(inline);
    const image = new Image();
    const loaded = new Promise((done) => {
      for (const type of ['load', 'error']) image.addEventListener(type, () => done(type));
    });
    image.src = `${elsewhere}image.png`;
    return {
      markup: ends(() => (document.createElement('p').innerHTML = '<b>markup</b>')),
      timeout: ends(() => setTimeout('ran = true')),
      foreignWorker: ends(() => new Worker(`${elsewhere}worker.js`)),
      blobWorker: ends(() => new Worker(URL.createObjectURL(new Blob(['1'])))),
      request: await fetch(elsewhere).then(
        () => false,
        () => true,
      ),
      image: await loaded,
      ran: here.ran ?? false,
    };
  }, ELSEWHERE);
  expect(ended).toEqual({
    ...{ markup: true, timeout: true, foreignWorker: true, blobWorker: true, request: true },
    ...{ image: 'error', ran: false },
  });
  // A script of its own text is a string that becomes code, before anything else is asked of it.
  const met = ['connect-src', 'img-src', 'require-trusted-types-for'];
  expect(await page.evaluate(violationsSoFar)).toEqual(met);
});

test('a policy holds in workers too, where it comes with them', async ({ page }) => {
  await page.goto('/');
  await expect.poll(() => page.workers().some((worker) => worker.url().includes('train.worker'))).toBe(true);
  const worker = page.workers().find((worker) => worker.url().includes('train.worker'))!;
  await worker.evaluate(noteViolations);
  const ended = await worker.evaluate(
    (elsewhere) =>
      fetch(elsewhere).then(
        () => false,
        () => true,
      ),
    ELSEWHERE,
  );
  expect(ended).toBe(true);
  expect(await worker.evaluate(violationsSoFar)).toEqual(['connect-src']);
});
