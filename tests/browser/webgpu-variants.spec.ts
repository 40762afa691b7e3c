// Convolution variants are measured at the first start on an adapter and kept; a record that does not fit is replaced.
import { expect, test } from '@playwright/test';
import { noteComplaints } from '../complaints';

test('measured once, then taken from storage', async ({ page }) => {
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error', 'warning']);

  const choose = async () => {
    await page.goto('/tests/browser/blank.html');
    return page.evaluate(async () => {
      const variants: typeof import('./webgpu-variants') = await import(
        '/tests/browser/webgpu-variants.ts' as './webgpu-variants'
      );
      return variants.choose();
    });
  };
  const first = await choose();
  expect(first.from).toBe('measured');
  expect(first.variants).toHaveLength(11);
  expect(first.tensors).toBe(0);
  expect(await choose()).toEqual({ ...first, from: 'stored' });

  await page.evaluate(async () => {
    const variants: typeof import('./webgpu-variants') = await import(
      '/tests/browser/webgpu-variants.ts' as './webgpu-variants'
    );
    await variants.damage();
  });
  expect((await choose()).from).toBe('measured');
  expect((await choose()).from).toBe('stored');
  expect(complaints).toEqual([]);
});

test('subgroups are offered where the device has them, and taken only when they compute what registers do', async ({
  page,
}) => {
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error', 'warning']);
  await page.goto('/tests/browser/blank.html');
  const proof = await page.evaluate(async () => {
    const variants: typeof import('./webgpu-variants') = await import(
      '/tests/browser/webgpu-variants.ts' as './webgpu-variants'
    );
    return variants.prove();
  });
  expect(proof).toEqual({
    offered: ['registers', 'subgroups', 'workgroup'],
    plain: ['registers', 'workgroup'],
    right: true,
    wrong: false,
  });
  expect(complaints).toEqual([]);
});
