// Two kinds of browser tests: tests/browser (modules served by Vite's dev server) and tests/e2e (the built page).
import { defineConfig } from '@playwright/test';
import { chromiumPath, CHROMIUM_ARGS, WEBGPU_ARGS } from './scripts/chromium';

const reuse = !process.env.CI;
const launchOptions = { executablePath: chromiumPath(), args: [...CHROMIUM_ARGS, ...WEBGPU_ARGS] };

export default defineConfig({
  workers: 1,
  timeout: 600_000,
  reporter: [['list'], ['json', { outputFile: 'test-results/playwright.json' }]],
  // Waiting for one element; what takes long waits by itself, up to a test's timeout.
  use: { launchOptions, actionTimeout: 30_000 },
  projects: [
    { name: 'browser', testDir: 'tests/browser', use: { baseURL: 'http://localhost:5199' } },
    { name: 'e2e', testDir: 'tests/e2e', use: { baseURL: 'http://localhost:4199' } },
  ],
  webServer: [
    {
      command: 'npx vite --mode test --port 5199 --strictPort',
      url: 'http://localhost:5199/tests/browser/blank.html',
      reuseExistingServer: reuse,
    },
    { command: 'npx vite preview --port 4199 --strictPort', url: 'http://localhost:4199', reuseExistingServer: reuse },
  ],
});
