// What every end-to-end test does as a visitor: opens the built page, fills fields, waits for steps.
import { expect, type Download, type Locator, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import type { Report } from '../../src/report/types';
import type { Project, StepId } from '../../src/project/types';
import { noteComplaints } from '../complaints';

/** Opens the page and collects what it complains about; the test expects the list to stay empty. */
export async function visit(page: Page): Promise<string[]> {
  const complaints: string[] = [];
  noteComplaints(page, complaints, ['error']);
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('QAT Playground');
  await page.getByRole('button', { name: 'Open all steps' }).click();
  return complaints;
}

export const card = (page: Page, step: StepId): Locator => page.locator(`[data-step=${step}]`);

export async function fill(page: Page, fields: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, value] of Object.entries(fields)) {
    const field = page.getByRole('spinbutton', { name });
    await field.fill(String(value));
    await field.press('Tab');
  }
}

/** Clicks Run all and waits until the last step is done; a failed step ends the wait with its message. */
export async function runAll(page: Page): Promise<Report> {
  await page.getByRole('button', { name: 'Run all nine steps' }).click();
  const end = page.locator('[data-step=save][data-status=done], [data-status=failed]');
  await end.first().waitFor({ timeout: 540_000 });
  await expect(page.locator('[data-status=failed]')).toHaveCount(0);
  return page.evaluate(() => {
    const { playground } = globalThis as unknown as { playground: Project };
    return playground.results.compare!.report;
  });
}

export async function bytesOf(download: Download): Promise<Uint8Array> {
  return new Uint8Array(readFileSync(await download.path()));
}
