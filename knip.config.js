// What finds unused files, exports and dependencies (npm run check): unused is what is not reached from here, from
// index.html, package.json's scripts, the tests, or workers by their address.
export default {
  entry: [
    // Modules that browsers load by address.
    'tests/browser/*.ts',
    'tests/ui/fake.ts',
    'bench/pages/*.ts',
    // Benchmarks, the recording of the slider's stops and the drawing of icons, run by name.
    'bench/*.ts',
    'scripts/record-stops.ts',
    'scripts/icons.ts',
    // Built by scripts/build-engine-package.ts.
    'src/embed/index.ts',
    // Built by scripts/vite-offline.ts.
    'src/offline/worker.ts',
    // What is compiled to WASM; some of it is read by files that the build generates alone.
    'src/**/assembly/!(template).ts',
  ],
  project: ['{src,tests,bench,scripts}/**/*.{ts,svelte,mjs}'],
  // Those files.
  ignoreUnresolved: ['./kernels', './args', './dispatch'],
};
