// What axe finds on a page or a part of it, light and dark, is nothing. Not for keys, widths or what is read out:
// ui-access.spec.ts.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Where a page is dark nothing but its colours differs. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** Leaves the page light and without motion. @param part a selector; without it the whole page is looked at */
export async function accessible(page: Page, part?: string): Promise<void> {
  // A colour on its way to another is neither, and one that starts out of sight (content-visibility) starts when axe asks for it:
  // without motion all are there at once.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const axe = new AxeBuilder({ page });
    if (part) axe.include(part);
    if (colorScheme === 'dark') axe.withRules(OF_COLOURS);
    const { violations } = await axe.analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
      colorScheme,
    ).toEqual([]);
  }
}
