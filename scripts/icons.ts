// Draws public/icons of public/favicon.svg, for where an installed page needs pixels. To be run when the picture changes:
// `npx tsx scripts/icons.ts`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chromium } from '@playwright/test';
import { CHROMIUM_ARGS, chromiumPath } from './chromium';

const FOLDER = 'public/icons';
/** Of a maskable icon what lies outside a circle of 80 % may be cut off; its ground fills the rest. */
const SAFE = 0.75;

const svg = readFileSync('public/favicon.svg', 'utf8');
const [ground] = /#[0-9a-f]{6}/.exec(svg)!;
mkdirSync(FOLDER, { recursive: true });

const browser = await chromium.launch({ executablePath: chromiumPath(), args: CHROMIUM_ARGS });
const page = await browser.newPage();
for (const [name, size, share] of [
  ['192', 192, 1],
  ['512', 512, 1],
  ['maskable-512', 512, SAFE],
] as const) {
  await page.setViewportSize({ width: size, height: size });
  const side = Math.round(size * share);
  const backdrop = share < 1 ? `background: ${ground};` : '';
  await page.setContent(
    `<body style="margin: 0; height: 100vh; display: grid; place-items: center; ${backdrop}">` +
      svg.replace('<svg ', `<svg width="${side}" height="${side}" `),
  );
  writeFileSync(`${FOLDER}/${name}.png`, await page.screenshot({ omitBackground: true }));
}
await browser.close();
