import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { Shipped } from './scripts/vite-licences.ts';
import { offlineWorker } from './scripts/vite-offline.ts';
import { policies } from './scripts/vite-policy.ts';
import { tfjsWasmThreads } from './scripts/vite-tfjs-wasm.ts';
import { headersFor } from './src/offline/headers.ts';

const shipped = new Shipped();

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [svelte(), policies(), shipped.write(), mode !== 'test' && offlineWorker()],
  // Mode 'test' serves sources to the browser tests: no reload while a test runs.
  server: { headers: headersFor('/'), hmr: mode === 'test' ? false : undefined },
  worker: { format: 'es', plugins: () => [tfjsWasmThreads(), shipped.collect()] },
  build: {
    ...{ target: 'es2023', chunkSizeWarningLimit: 3000 },
    ...(mode === 'test' && { outDir: '.cache/page-on-fakes', rollupOptions: { input: 'tests/ui/fake.html' } }),
  },
  optimizeDeps: {
    entries: ['index.html', 'tests/browser/*.ts'],
    include: ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-webgpu', '@tensorflow/tfjs-backend-wasm', 'comlink', 'idb'],
  },
  test: {
    include: ['src/**/*.test.ts', 'tests/{golden,docs,fuzz}/**/*.test.ts', 'scripts/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    coverage: {
      include: ['src/**/*.ts'],
      exclude: ['src/**/assembly/**', 'src/**/testing/**', 'src/**/testing.ts'],
      reporter: ['text'],
      reportOnFailure: true,
      reportsDirectory: 'test-results/coverage',
    },
  },
}));
