// npm run report: the whole pipeline in headless Chromium through the page's own project; prints the article's table.
import { writeFileSync } from 'node:fs';
import { chromium, type Page } from '@playwright/test';
import { build, preview } from 'vite';
import { formatReport } from '../src/report/table';
import type { Report } from '../src/report/types';
import type { Project, ProjectEvent } from '../src/project/types';
import type { ShownResults } from '../src/ui/recorded/recorded-run';
import { CHROMIUM_ARGS, WEBGPU_ARGS, chromiumPath } from './chromium';
import { Histories, recording } from './recording';
import { readArguments } from './report-arguments';

const { recipe, json, record } = (() => {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
})();

/** Prints events, at most one line of progress a second. */
function printer(): (event: ProjectEvent) => void {
  let last = 0;
  return (event) => {
    if (event.type === 'step-started') console.log(`${event.step} ...`);
    if (event.type === 'step-failed') console.log(`${event.step} failed: ${event.message} ${event.hint}`);
    if (event.type === 'train' && event.event.type === 'validation') {
      const { accuracy, integers } = event.event;
      const asIntegers = integers === undefined ? '' : `, as integers ${integers.toFixed(4)}`;
      console.log(`  ${event.run}: validation accuracy ${accuracy.toFixed(4)}${asIntegers}`);
    }
    if (Date.now() - last < 1000) return;
    last = Date.now();
    if (event.type === 'progress')
      console.log(`  ${event.part}: ${event.progress.done} of ${event.progress.total} ${event.progress.what}`);
    if (event.type === 'train' && event.event.type === 'step') {
      const { step, steps, loss, imagesPerSecond, secondsLeft } = event.event;
      console.log(
        `  ${event.run}: step ${step} of ${steps}, loss ${loss.toFixed(4)}, ` +
          `${imagesPerSecond.toFixed(1)} images/s, ${secondsLeft.toFixed(0)} s left`,
      );
    }
  };
}

const histories = new Histories();

async function runAll(page: Page): Promise<Report> {
  const print = printer();
  await page.exposeFunction('printEvent', (event: ProjectEvent) => {
    histories.take(event);
    print(event);
  });
  await page.waitForFunction(() => 'playground' in globalThis);
  return page.evaluate(async (recipe) => {
    const { playground, printEvent } = globalThis as unknown as {
      playground: Project;
      printEvent(event: ProjectEvent): void;
    };
    playground.on(printEvent);
    playground.recipe = recipe;
    return playground.runAll();
  }, recipe);
}

/** What the steps gave, but for what is no plain data, and the file besides. */
const shown = (page: Page): Promise<ShownResults> =>
  page.evaluate(async () => {
    const { playground } = globalThis as unknown as { playground: Project };
    const { filename, bytes } = await playground.run('save');
    const { train, compare, ...results } = playground.results;
    const [qat, control] = [train!.qat, train!.control].map(({ steps, finished, diverged }) => {
      return { steps, finished, diverged };
    });
    return {
      ...results,
      ...{ train: { qat, control }, compare: { report: compare!.report }, save: { filename, bytes } },
    } as ShownResults;
  });

await build({ logLevel: 'warn' });
const server = await preview({ preview: { port: 0, host: 'localhost', open: false }, logLevel: 'warn' });
const browser = await chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS, ...WEBGPU_ARGS] });
try {
  const page = await browser.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') console.error(`[page] ${message.text()}`);
  });
  await page.goto(server.resolvedUrls!.local[0]!);
  const report = await runAll(page);
  console.log(`\n${formatReport(report)}`);
  if (json) {
    writeFileSync(json, JSON.stringify(report, null, 2) + '\n');
    console.log(`\nWritten: ${json}`);
  }
  if (record) {
    writeFileSync(record, recording(recipe, await shown(page), histories));
    console.log(`\nWritten: ${record}`);
  }
} catch (error) {
  console.error((error as Error).message.split('\n')[0]);
  process.exitCode = 1;
} finally {
  await browser.close();
  await server.close();
}
