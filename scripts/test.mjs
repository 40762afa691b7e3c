// npm test: makes the checkout ready, then typecheck, lint, format, unused code, unit, golden, browser and end-to-end tests.
// Every static check counts as one test. At the end the ten slowest; the last line is "N passed, N failed".
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { bin, ensureChromium, ensureFirefox, ensurePackages, prepareAssets, ROOT, run } from './setup.mjs';

let passed = 0;
let failed = 0;
const skipped = [];
/** That passed when they were run again. */
const again = [];
/** Seconds and name of every test that says how long it took. */
const times = [];
/** How many of the slowest are named at the end. */
const SLOWEST = 10;

function count(ok, name) {
  if (ok) passed++;
  else {
    failed++;
    console.log(`FAILED: ${name}`);
  }
}

function heading(title) {
  console.log(`\n=== ${title}`);
}

/** Runs a test runner that leaves a JSON report; a runner that leaves none counts as one failure. */
function suite(title, command, args, file, read) {
  heading(title);
  const path = join(ROOT, file);
  rmSync(path, { force: true });
  const code = run(command, args);
  try {
    const before = failed;
    read(JSON.parse(readFileSync(path, 'utf8')));
    if (code !== 0 && failed === before) count(false, `${title} ended with code ${code}`);
  } catch (error) {
    count(false, `${title}: no report (${error.message})`);
  }
}

function readVitest(report) {
  for (const file of report.testResults) {
    if (file.assertionResults.length === 0) count(false, file.name);
    for (const test of file.assertionResults) {
      if (test.status === 'passed' || test.status === 'failed') count(test.status === 'passed', test.fullName);
      else skipped.push(test.fullName);
      times.push({ seconds: (test.duration ?? 0) / 1000, name: test.fullName });
    }
  }
}

function readPlaywright(report) {
  const walk = (suites) => {
    for (const { specs, suites: inner = [] } of suites) {
      for (const spec of specs) {
        if (spec.tests.every((test) => test.status === 'skipped')) skipped.push(spec.title);
        else count(spec.ok, spec.title);
        if (spec.tests.some((test) => test.status === 'flaky')) again.push(spec.title);
        const results = spec.tests.flatMap((test) => test.results);
        const ms = results.reduce((sum, { duration }) => sum + duration, 0);
        times.push({ seconds: ms / 1000, name: `${spec.file}: ${spec.title}` });
      }
      walk(inner);
    }
  };
  for (const error of report.errors) count(false, error.message);
  walk(report.suites);
}

ensurePackages();
ensureChromium();
ensureFirefox();
prepareAssets();

for (const [name, command, ...args] of [
  ['typecheck', 'tsc'],
  ['typecheck of components', 'svelte-check', '--fail-on-warnings'],
  ['lint', 'eslint', '.', '--max-warnings', '0'],
  ['format', 'prettier', '--check', '.', '--log-level', 'warn'],
  ['unused code', 'knip'],
  ['build', 'vite', 'build', '--logLevel', 'warn'],
]) {
  heading(name);
  count(run(bin(command), args) === 0, name);
}
const unitReport = 'test-results/vitest.json';
suite(
  'unit and golden tests',
  bin('vitest'),
  ['run', '--reporter=dot', '--reporter=json', `--outputFile.json=${unitReport}`],
  unitReport,
  readVitest,
);
suite(
  'browser and end-to-end tests',
  bin('playwright'),
  ['test', '--project=browser', '--project=e2e'],
  'test-results/playwright.json',
  readPlaywright,
);

console.log(`\n=== the ${SLOWEST} slowest`);
for (const { seconds, name } of times.sort((a, b) => b.seconds - a.seconds).slice(0, SLOWEST))
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${name}`);
for (const name of skipped) console.log(`SKIPPED: ${name}`);
if (skipped.length) console.log(`${skipped.length} skipped`);
for (const name of again) console.log(`FAILED, PASSED WHEN RUN AGAIN: ${name}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
