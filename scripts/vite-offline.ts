// A Vite plugin that writes the service worker beside the built page, with the list of files that it keeps, and the version
// into both.
// Not for what the worker does: src/offline.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin, type Rolldown } from 'vite';
import type { Shell } from '../src/offline/shell';

const FILE = 'sw.js';
/** Weights and images: many, and kept when they are first used. */
const USED = /\.bin$/;

const sum = (content: Buffer | string) => createHash('sha256').update(content).digest('hex');

/** What the page says its version is (src/ui/main.ts). */
const withVersion = (html: string, version: string) =>
  html.replace('<head>', `<head>\n    <meta name="version" content="${version}" />`);

function shellOf(folder: string): Shell {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path !== FILE && statSync(join(folder, path)).isFile())
    .sort();
  const files = all
    .filter((path) => !USED.test(path))
    .map((path) => ({ path: path === 'index.html' ? '' : path, sha256: sum(readFileSync(join(folder, path))) }));
  const used = all
    .filter((path) => USED.test(path))
    .map((path) => ({ path, bytes: statSync(join(folder, path)).size }));
  return { version: sum(JSON.stringify([files, used])).slice(0, 16), files, used };
}

/** Of the folder as it is, but for the version that is then written into the page. */
function versioned(folder: string): Shell {
  const { version } = shellOf(folder);
  const page = join(folder, 'index.html');
  writeFileSync(page, withVersion(readFileSync(page, 'utf8'), version));
  return { ...shellOf(folder), version };
}

/** To be used for the page alone: a worker on a page of tests would keep what they change. */
export function offlineWorker(): Plugin {
  let folder: string;
  return {
    name: 'offline-worker',
    apply: 'build',
    configResolved({ root, build: { outDir } }) {
      folder = join(root, outDir);
    },
    writeBundle: {
      order: 'post',
      async handler() {
        const worker = join(import.meta.dirname, '../src/offline/worker.ts');
        const [{ output }] = (await build({
          configFile: false,
          logLevel: 'warn',
          define: { SHELL: JSON.stringify(versioned(folder)) },
          build: { write: false, target: 'es2023', lib: { entry: worker, formats: ['iife'], name: 'worker' } },
        })) as Rolldown.RolldownOutput[];
        writeFileSync(join(folder, FILE), output[0].code);
      },
    },
  };
}
