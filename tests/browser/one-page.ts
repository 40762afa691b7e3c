// One page for all tests of a file, where compiling shaders is most of the work. Not for what the page complains of.
import { test, type Page } from '@playwright/test';
import { noteComplaints } from '../complaints';

/** @param complaints gets what the page complains of @returns the page, once the tests of the file run */
export function onePage(complaints: string[]): () => Page {
  let page: Page;
  test.beforeAll(async ({ browser }) => {
    page = await browser.newPage();
    noteComplaints(page, complaints, ['error', 'warning']);
    await page.goto('/tests/browser/blank.html');
  });
  test.afterAll(() => page.close());
  return () => page;
}
