// Two kinds of browser tests: tests/browser (modules from Vite's dev server, and the built page on fake workers) and tests/e2e
// (the built page).
import { defineConfig } from '@playwright/test';
import { chromiumPath, CHROMIUM_ARGS, WEBGPU_ARGS } from './scripts/chromium';
import { fakePage, FAKES_PORT } from './tests/ui/address';

/** A build comes before some of them; a busy machine takes its time. */
const server = { reuseExistingServer: !process.env.CI, timeout: 300_000 };
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
    { name: 'browser', testDir: 'tests/browser', use: { baseURL: 'http://localhost:5199' } },
    // npm run faults: not of npm test.
    { name: 'faults', testDir: 'tests/faults', use: { baseURL: 'http://localhost:5199' } },
    { name: 'e2e', testDir: 'tests/e2e', use: { baseURL: 'http://localhost:4199' } },
  ],
  webServer: [
    {
      command: 'npx vite --mode test --port 5199 --strictPort',
      url: 'http://localhost:5199/tests/browser/blank.html',
      ...server,
    },
    {
      command: `npx vite build --mode test --logLevel warn && npx vite preview --mode test --port ${FAKES_PORT} --strictPort`,
      url: fakePage(),
      ...server,
    },
    { command: 'npx vite preview --port 4199 --strictPort', url: 'http://localhost:4199', ...server },
  ],
});
