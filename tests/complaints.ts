// What a page complains about in its console; browser tests expect the list to stay empty. Not for judging it.
import type { Page } from '@playwright/test';

/** Adds the page's uncaught errors and its console messages of these levels to the list, as they come. */
export function noteComplaints(page: Page, complaints: string[], levels: readonly ('error' | 'warning')[]): void {
  page.on('console', (message) => {
    if (levels.some((level) => level === message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
}
