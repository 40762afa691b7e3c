// Where Chromium is and how the tests and commands start it. Not for installing it: see setup.mjs.
import { existsSync } from 'node:fs';

/** Flags every headless run uses. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Flags that give a software WebGPU adapter where there is no GPU. */
export const WEBGPU_ARGS = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** CHROME_PATH, or the system's Chromium. @throws with what to do when there is none. */
export function chromiumPath(): string {
  const asked = process.env.CHROME_PATH;
  const found = [asked, ...CANDIDATES].find((path) => path && existsSync(path));
  if (!found) throw new Error('No Chromium found: install it (e.g. apt-get install chromium) or set CHROME_PATH.');
  return found;
}
