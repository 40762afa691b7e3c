// Convolution variants are proven at every start, and measured at the first on an adapter, with a browser, for a text of
// the shaders; a record that does not fit is replaced.
import { expect, test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';

type Variants = typeof import('./webgpu-variants');
const complaints: string[] = [];
test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error', 'warning']);
  await page.goto('/tests/browser/blank.html');
});
test.afterEach(() => expect(complaints).toEqual([]));

/** Calls functions of the page's module one after another; the last one's result. */
const call = (page: Page, ...names: (keyof Variants | readonly [keyof Variants, string])[]) =>
  page.evaluate(async (names) => {
    const module = (await import('/tests/browser/webgpu-variants.ts' as './webgpu-variants')) as unknown as Record<
      string,
      (argument?: string) => unknown
    >;
    let result: unknown;
    for (const name of names)
      result = await (Array.isArray(name) ? module[name[0]](name[1]) : module[name as string]());
    return result;
  }, names);
const choose = async (page: Page, ...before: Parameters<typeof call>[1][]) => {
  await page.goto('/tests/browser/blank.html');
  return call(page, ...before, 'choose') as ReturnType<Variants['choose']>;
};

test('measured once, then taken from storage', async ({ page }) => {
  const first = await choose(page);
  expect(first.from).toBe('measured');
  expect(first.variants).toHaveLength(11);
  expect(first.tensors).toBe(0);
  expect(await choose(page)).toEqual({ ...first, from: 'stored' });
});

for (const change of ['lackShapes', 'otherBrowser'] as const)
  test(`measured anew where the record does not fit: ${change}`, async ({ page }) => {
    await choose(page);
    expect((await choose(page, change)).from).toBe('measured');
    expect((await choose(page, ...(change === 'otherBrowser' ? [change] : []))).from).toBe('stored');
  });

test('measured anew where the shaders have changed', async ({ page }) => {
  await choose(page);
  await page.route('**/webgpu/run.ts*', async (route) => {
    const response = await route.fetch();
    const text = await response.text();
    expect(text).toContain('let group = ');
    await route.fulfill({ response, body: text.replace('let group = ', '/* another text */ let group = ') });
  });
  expect((await choose(page)).from).toBe('measured');
  expect((await choose(page)).from).toBe('stored');
});

test('a stored variant that the browser now rejects is not used', async ({ page }) => {
  await choose(page);
  const { from, variants } = await choose(page, ['allOf', 'subgroups'] as const);
  expect([from, new Set(variants)]).toEqual(['stored', new Set(['subgroups'])]);
  const after = await choose(page, ['spoil', 'subgroups'] as const);
  expect(after.from).toBe('measured');
  expect(after.variants).not.toContain('subgroups');
  expect(after.tensors).toBe(0);
});

test('storage that never answers holds no start up', async ({ page }) => {
  await choose(page);
  expect((await choose(page, 'silentStorage')).from).toBe('measured');
});

test('a database of a later version is left alone, and every start measures', async ({ page }) => {
  await call(page, 'laterVersion');
  expect((await choose(page)).from).toBe('measured');
  expect((await choose(page)).from).toBe('measured');
});

test('variants are offered where the device has them, and taken only when they compute what registers do', async ({
  page,
}) => {
  expect(await call(page, 'prove')).toEqual({
    offered: ['registers', 'subgroups', 'workgroup'],
    plain: ['registers', 'workgroup'],
    right: ['registers', 'subgroups', 'workgroup'],
    wrongSubgroups: ['registers', 'workgroup'],
    wrongWorkgroup: ['registers', 'subgroups'],
  });
});
