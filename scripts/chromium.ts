// Where Chromium is and how the tests and commands start it. Not for installing it: see setup.mjs.
import { existsSync } from 'node:fs';
import chromium from './chromium.json' with { type: 'json' };

/** Flags every headless run uses. */
export const CHROMIUM_ARGS = chromium.args;

/** Flags that give a software WebGPU adapter where there is no GPU. */
export const WEBGPU_ARGS = chromium.webgpuArgs;

/** CHROME_PATH, or the system's Chromium. @throws with what to do when there is none. */
export function chromiumPath(): string {
  const found = [process.env.CHROME_PATH, ...chromium.candidates].find((path) => path && existsSync(path));
  if (!found) throw new Error('No Chromium found: install it (e.g. apt-get install chromium) or set CHROME_PATH.');
  return found;
}
