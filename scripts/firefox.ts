// Where Firefox is. Not for installing it: see setup.mjs.
import { existsSync } from 'node:fs';
import firefox from './firefox.json' with { type: 'json' };

/** FIREFOX_PATH, or the system's Firefox; undefined when there is none. */
export const firefoxPath = (): string | undefined =>
  [process.env.FIREFOX_PATH, ...firefox.candidates].find((path) => path && existsSync(path));
