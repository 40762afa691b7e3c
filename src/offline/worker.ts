// The service worker: keeps one version of the page and answers for it. A page of the first visit asks for that (claim), for
// what it has to load yet. A newer version waits until no page of this one is open. Not for what is kept: shell.ts.
import { expose } from 'comlink';
import type { ShellApi } from './api';
import { KeptShell, type Shell } from './shell';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const SHELL: Shell;

const built = SHELL;
const shell = new KeptShell(built, self.registration.scope, caches);

/** Pages that have said that they are of this version. */
const known = new Set<string>();

/** @param includeUncontrolled those too that this worker does not answer for */
async function pages(includeUncontrolled: boolean): Promise<string[]> {
  const all = await self.clients.matchAll({ type: 'window', includeUncontrolled });
  return all.filter(({ url }) => url.startsWith(self.registration.scope)).map(({ id }) => id);
}

const apiFor = (asking: string): ShellApi => ({
  kept: () => shell.kept(),
  takeOver: async () => {
    if ((await pages(true)).length > 1) return false;
    await self.skipWaiting();
    return true;
  },
  claim: async (version) => {
    if (version !== built.version) return false;
    known.add(asking);
    const answered = await pages(false);
    // Claiming takes all of them.
    if ((await pages(true)).some((id) => !answered.includes(id) && !known.has(id))) return false;
    await self.clients.claim();
    return true;
  },
});

self.addEventListener('install', (event) => event.waitUntil(shell.install()));
self.addEventListener('activate', (event) => event.waitUntil(shell.clean()));
self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request);
  if (answer) event.respondWith(answer);
});
// A port for each question: a worker at rest is ended, and with it what it listened to.
self.addEventListener('message', ({ ports, source }) => expose(apiFor((source as Client).id), ports[0]));
