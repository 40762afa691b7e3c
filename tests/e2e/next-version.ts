// A version of the page after the one in `dist`, as a build would have it: its scripts and styles have other names, and those
// of the version before are gone. Not for whether a page notices: offline.spec.ts.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { Site } from './site';

const sum = (text: string) => createHash('sha256').update(text).digest('hex');

/** The version that the worker in `dist` says it is of. */
export const builtVersion = (): string => /(?<=version:`)\w+/.exec(readFileSync('dist/sw.js', 'utf8'))![0];

/** Has the site serve it, its page marked by the attribute data-next. @param version four letters */
export function deploy(site: Site, version: string): void {
  const assets = readdirSync('dist/assets');
  const built = Object.fromEntries(
    [...assets.map((name) => `assets/${name}`), 'index.html', 'sw.js'].map((name) => [
      name,
      readFileSync(`dist/${name}`, 'utf8'),
    ]),
  );
  // Half of its hash tells a chunk from others of its name.
  const renamed = (name: string) => name.replace(/.{4}(?=\.\w+$)/, version);
  const rewritten = (text: string) => {
    const all = assets.reduce((sofar, name) => sofar.replaceAll(name, renamed(name)), text);
    return all.replaceAll(builtVersion(), version).replace('<html lang="en"', '<html lang="en" data-next');
  };
  const { 'sw.js': worker, ...files } = built;
  let next = rewritten(worker);
  for (const [name, text] of Object.entries(files)) {
    const now = rewritten(text);
    next = next.replace(sum(text), sum(now));
    site.changed.set(name === 'index.html' ? name : renamed(name), now);
    if (name !== 'index.html') site.gone.add(name);
  }
  site.changed.set('sw.js', next);
}
