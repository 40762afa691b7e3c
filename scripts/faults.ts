// npm run faults [-- --json FILE]: the real page in a real browser, and what a network, a disk, a GPU and a browser do to it:
// tests/faults, and those of the browser tests that are about the same. Last line: tried, survived, lost. Not in npm test as a
// whole; what a visitor sees of each fault: docs/reliability.md.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { JSONReport, JSONReportSuite } from '@playwright/test/reporter';

/** Those that npm test runs too. */
const SPECS = [
  ...['bad-network', 'downloads', 'killed-workers', 'rejected-shaders', 'saved-trainings', 'steadiness', 'threads'],
  ...['shelf', 'webgpu-not-finite', 'offline'],
];
const REPORT = 'test-results/playwright.json';
/** Most of the time is waiting: for attempts that come later, for limits on what never comes. */
const WORKERS = 3;

const { values } = parseArgs({ options: { json: { type: 'string' } } });
// By commands of their own: a build in this process would have what comes later believe that it is in production.
const npx = (...args: string[]) => spawnSync('npx', args, { stdio: 'inherit' }).status;
rmSync(REPORT, { force: true });
if (npx('vite', 'build', '--logLevel', 'warn') !== 0) throw new Error('The page could not be built.');
const specs = ['tests/faults', ...SPECS.map((name) => `/${name}.spec`)];
// At once or not at all: what is survived at the second try is lost.
npx('playwright', 'test', ...specs, `--workers=${WORKERS}`, '--retries=0');

interface Fault {
  readonly name: string;
  readonly survived: boolean;
}
const faultsIn = ({ title, specs, suites = [] }: JSONReportSuite): Fault[] => [
  ...specs
    .filter(({ tests }) => tests.some(({ status }) => status !== 'skipped'))
    .map((spec) => ({ name: `${title}: ${spec.title}`, survived: spec.ok })),
  ...suites.flatMap(faultsIn),
];
const { suites, errors } = JSON.parse(readFileSync(REPORT, 'utf8')) as JSONReport;
const faults = suites.flatMap(faultsIn);
const lost = faults.filter(({ survived }) => !survived);
for (const { name } of lost) console.log(`LOST ${name}`);
for (const { message } of errors) console.log(`ERROR ${message}`);
if (values.json) writeFileSync(values.json, JSON.stringify({ faults }, null, 2) + '\n');
console.log(`\n${faults.length} tried, ${faults.length - lost.length} survived, ${lost.length} lost`);
process.exitCode = faults.length > 0 && lost.length === 0 && errors.length === 0 ? 0 : 1;
