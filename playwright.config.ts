// Two kinds of browser tests: tests/browser (modules from Vite's dev server, and the built page on fake workers) and tests/e2e
// (the built page).
import { defineConfig } from '@playwright/test';
import { chromiumPath, CHROMIUM_ARGS, WEBGPU_ARGS } from './scripts/chromium';
import { fakePage, PORTS } from './tests/ui/address';

/** A build comes before some of them; a busy machine takes its time. */
const server = { reuseExistingServer: !process.env.CI, timeout: 300_000 };
const [source, built] = [PORTS.source, PORTS.built].map((port) => `http://localhost:${port}`);
const launchOptions = { executablePath: chromiumPath(), args: [...CHROMIUM_ARGS, ...WEBGPU_ARGS] };

export default defineConfig({
  // Most tests wait more than they compute.
  workers: 2,
  timeout: 600_000,
  // A busy machine; npm test names what passed only then.
  retries: 1,
  // Of a busy machine, too: what is not so fails a little later.
  expect: { timeout: 15_000 },
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  // Waiting for one element; what takes long waits by itself, up to a test's timeout.
  use: { launchOptions, actionTimeout: 30_000 },
  projects: [
    { name: 'browser', testDir: 'tests/browser', use: { baseURL: source } },
    // npm run faults: not of npm test. On the built page, which is here sooner.
    { name: 'faults', testDir: 'tests/faults', fullyParallel: true, use: { baseURL: built } },
    { name: 'e2e', testDir: 'tests/e2e', use: { baseURL: built } },
  ],
  webServer: [
    {
      command: `npx vite --mode test --port ${PORTS.source} --strictPort`,
      url: `${source}/tests/browser/blank.html`,
      ...server,
    },
    {
      command: `npx vite build --mode test --logLevel warn && npx vite preview --mode test --port ${PORTS.fakes} --strictPort`,
      url: fakePage(),
      ...server,
    },
    { command: `npx vite preview --port ${PORTS.built} --strictPort`, url: built, ...server },
  ],
});
