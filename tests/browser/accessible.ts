// What axe finds on a page or a part of it, light and dark, is nothing. Not for keys, widths or what is read out:
// ui-access.spec.ts.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Where a page is dark nothing but its colours differs. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** @param part a selector; without it the whole page is looked at */
export async function accessible(page: Page, part?: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    // A colour on its way to another is neither. Not waited for: out of sight (content-visibility) none ever arrives.
    await page.evaluate(() => {
      for (const one of document.getAnimations()) if (one instanceof CSSTransition) one.finish();
    });
    const axe = new AxeBuilder({ page });
    if (part) axe.include(part);
    if (colorScheme === 'dark') axe.withRules(OF_COLOURS);
    const { violations } = await axe.analyze();
    expect(
      violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      colorScheme,
    ).toEqual([]);
  }
}
