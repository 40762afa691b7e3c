// The page in another language: asked for by address, by hand and by the browser; kept, lost on the way, and read out.
import { expect, type Page } from '@playwright/test';
import { accessible } from './accessible';
import { card, done, test, type Global } from './ui-page';
import { fakePage } from '../ui/address';

const CHINESE = '&address=lang%3Dzh';
const visit = (page: Page, query = '') => page.goto(fakePage(`delay=1${query}`));
const language = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const lang = (page: Page) => page.locator('html').getAttribute('lang');
const runAll = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const address = (page: Page) => page.evaluate(() => (globalThis as unknown as Global).address);

test('an address opens the page in Chinese, its title and the document’s language too', async ({ page }) => {
  await visit(page, CHINESE);
  await expect(runAll(page, '运行全部九个步骤')).toBeVisible();
  expect(await lang(page)).toBe('zh-Hans');
  await expect(page).toHaveTitle(/量化感知训练/);
  await expect(page.getByRole('group', { name: '语言' })).toBeVisible();
  await expect(language(page, '简体中文')).toHaveAttribute('aria-pressed', 'true');
  await expect(language(page, 'English')).toHaveAttribute('lang', 'en');
  expect(await address(page)).toContain('lang=zh');
});

test('by hand and by keyboard: all changes at once, focus and choices stay, and it is there at the next visit', async ({
  page,
}) => {
  await visit(page);
  expect(await lang(page)).toBe('en');
  await page.getByRole('slider', { name: 'Bits per number' }).fill('3');
  await language(page, '简体中文').focus();
  await page.keyboard.press('Enter');
  await expect(runAll(page, '运行全部九个步骤')).toBeVisible();
  expect(await lang(page)).toBe('zh-Hans');
  await expect(language(page, '简体中文')).toBeFocused();
  await expect(page.locator('#lesson-card input[type=range]').first()).toHaveValue('3');
  // Kept; an address comes before it, and is kept in its place.
  await visit(page);
  await expect(runAll(page, '运行全部九个步骤')).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(language(page, 'English')).toBeFocused();
  await page.keyboard.press('Space');
  await expect(runAll(page, 'Run all nine steps')).toBeVisible();
  expect([await lang(page), await page.title()]).toEqual(['en', 'QAT Playground']);
  expect(await address(page)).not.toContain('lang');
  await visit(page);
  await expect(runAll(page, 'Run all nine steps')).toBeVisible();
});

test.describe('in a browser that prefers Chinese', () => {
  test.use({ locale: 'zh-CN' });
  test('the page is Chinese until English is chosen', async ({ page }) => {
    await visit(page);
    await language(page, 'English').click();
    await expect(runAll(page, 'Run all nine steps')).toBeVisible();
    await visit(page);
    await expect(runAll(page, 'Run all nine steps')).toBeVisible();
  });
});

test('texts that cannot be loaded leave the page in English, with a message; the next attempt gets them', async ({
  page,
  complaints,
}) => {
  // In the built page the texts of a language are a file of their own.
  const texts = /\/zh-[^/]*\.js/;
  await page.route(texts, (route) => route.abort());
  await visit(page, CHINESE);
  await expect(page.getByRole('alert')).toContainText('The texts of this language could not be loaded.');
  await expect(runAll(page, 'Run all nine steps')).toBeVisible();
  expect(await lang(page)).toBe('en');
  await expect(language(page, 'English')).toHaveAttribute('aria-pressed', 'true');
  await page.unroute(texts);
  await language(page, '简体中文').click();
  await expect(runAll(page, '运行全部九个步骤')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  expect(complaints.splice(0).join()).toMatch(/ERR_FAILED.*could not be loaded\.\n.*dynamically imported module/s);
});

test('a problem says in Chinese what its kind is, and below it what it said itself', async ({ page }) => {
  await visit(page, '&address=lang%3Dzh%26steps%3Dmany');
  await expect(page.getByText('未能按本页地址中的选项打开')).toBeVisible();
  const original = page.getByText('原始说明（英文）').locator('[lang=en]');
  await expect(original).toContainText('steps');
});

/** Words of three letters and more that are the same in Chinese: names, and what PyTorch, the engine and this page call things. */
const NAMES = `
  PyTorch TorchScript TensorRT Python Chrome Edge Chromium Node Intel Xeon Processor Playground Page Down Ctrl
  Adam HistogramObserver Linear Quantize torchao fbgemm qnnpack qconfig eager wasm relaxed simd tfjs logits
  Lite Netron Model Explorer Runtime npz safetensors torchvision zip
  input quant dequant relu maxpool avgpool flatten add mse atol rtol gamma sigma eps max min docs prepare simulated
`.split(/\s+/);
/** What is left of a text without names and identifiers: those have a digit, a mark inside, two capitals, or capitals alone. */
const foreignWords = (text: string): string[] =>
  (text.match(/[A-Za-z_][\w.]*\w/g) ?? []).filter(
    (word) => /[A-Za-z]{3}/.test(word) && !/[\d_.]|[A-Z].*[A-Z]/.test(word) && !NAMES.includes(word),
  );

/** Has the page note every text that it shows from now on, for however short. */
const note = (page: Page) =>
  page.evaluate(() => {
    const quoted = 'code, pre, script, style, [lang=en]';
    const attributes = ['aria-label', 'aria-valuetext', 'title', 'alt', 'placeholder'];
    const shown = new Set<string>();
    const noteIn = (node: Node): void => {
      const element = node instanceof Element ? node : node.parentElement;
      if (element?.closest(quoted)) return;
      if (node instanceof Element) for (const name of attributes) shown.add(node.getAttribute(name) ?? '');
      else shown.add(node.textContent ?? '');
      for (const child of node.childNodes) noteIn(child);
    };
    noteIn(document.body);
    const changes = { subtree: true, childList: true, characterData: true, attributeFilter: attributes };
    new MutationObserver((records) => {
      for (const { target, addedNodes } of records) for (const node of [target, ...addedNodes]) noteIn(node);
    }).observe(document.body, changes);
    Object.assign(globalThis, { shown });
  });
const noted = (page: Page) => page.evaluate(() => [...(globalThis as unknown as { shown: Set<string> }).shown]);

test('a whole run in Chinese shows no English word but names and what it quotes as English', async ({ page }) => {
  // With bits that the script of eager mode has to leave out.
  await visit(page, `&address=${encodeURIComponent('lang=zh&layer-bits=conv1%3D4/4')}`);
  await note(page);
  await page.getByRole('button', { name: '展开所有步骤' }).click();
  await runAll(page, '运行全部九个步骤').click();
  await done(page, 'save');
  await expect(card(page, 'compare').getByRole('heading', { level: 2 })).toContainText('比较');
  await expect(page.getByRole('button', { name: '实验 1', exact: true })).toBeVisible();

  const network = page.locator('#network-card');
  for (const stage of ['已加载', '已融合', '已准备', '已转换'])
    await network.getByRole('radio', { name: stage }).check();
  await expect(network.locator('[data-node=flatten]')).toHaveText('展平');
  for (const node of ['input', 'conv1', 'fc']) await network.locator(`[data-node=${node}]`).click();
  await expect(network.getByRole('heading', { name: 'fc: QuantizedLinear' })).toBeVisible();
  // Whatever is folded: questions, glossary, traps, the plan of the engine.
  await page.evaluate(() => {
    for (const folded of document.querySelectorAll('details')) folded.open = true;
  });
  await expect(card(page, 'convert')).toContainText('激活值 0..127 放得进 7 位');
  await expect(page.locator('#code-card li')).toContainText('conv1：');

  const found = await noted(page);
  /** Each with a text that has it. */
  const foreign = found.flatMap((text) => foreignWords(text).map((word) => [word, text]));
  expect(Object.fromEntries(foreign)).toEqual({});
  // It looked at something.
  expect(found.length).toBeGreaterThan(300);
});

test('a run is called by its number in the language in force, and by a name that was typed in every one', async ({
  page,
}) => {
  await visit(page, CHINESE);
  const called = (name: string) => page.getByRole('button', { name, exact: true });
  const rename = async (name: string, typed?: string) => {
    await page.getByRole('button', { name: `重命名 ${name}` }).click();
    const field = page.getByRole('textbox', { name: `${name} 的名称` });
    if (typed) await field.fill(typed);
    await field.press('Enter');
  };
  await page.getByRole('button', { name: '以这些选项新建实验' }).click();
  await rename('实验 1');
  await rename('实验 2', 'Zwei');
  await language(page, 'English').click();
  await expect(called('Run 1')).toBeVisible();
  await expect(called('Zwei')).toBeVisible();
  // Kept by its number, too.
  await page.getByRole('button', { name: 'Pin Run 1' }).click();
  await language(page, '简体中文').click();
  // A language is kept once it is there: loading it may fail.
  await expect(called('实验 1')).toBeVisible();
  await visit(page);
  const kept = page.getByRole('row', { name: /^实验 1，/ });
  await expect(kept).toBeVisible();
  await language(page, 'English').click();
  await expect(page.getByRole('row', { name: /^Run 1, / })).toBeVisible();
});

test('axe finds nothing, and nothing scrolls sideways on a telephone', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 800 });
  await visit(page, CHINESE);
  await expect(runAll(page, '运行全部九个步骤')).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
  await accessible(page);
});
