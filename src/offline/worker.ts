// The service worker: keeps one version of the page and answers for it, with the headers that came with each file.
// A newer version waits until no page of this one is open. Not for what is kept: shell.ts.
import { expose } from 'comlink';
import type { ShellApi } from './api';
import { KeptShell, type Shell } from './shell';

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build. */
declare const SHELL: Shell;

const shell = new KeptShell(SHELL, self.registration.scope, caches);

const api: ShellApi = {
  kept: () => shell.kept(),
  takeOver: async () => {
    const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    if (pages.filter(({ url }) => url.startsWith(self.registration.scope)).length > 1) return false;
    await self.skipWaiting();
    return true;
  },
};

self.addEventListener('install', (event) => event.waitUntil(shell.install()));
// The page of the first visit is served from here too, as far as it has files to load yet.
self.addEventListener('activate', (event) => event.waitUntil(shell.clean().then(() => self.clients.claim())));
self.addEventListener('fetch', (event) => {
  const answer = shell.answer(event.request);
  if (answer) event.respondWith(answer);
});
// A port for each question: a worker at rest is ended, and with it what it listened to.
self.addEventListener('message', ({ ports }) => expose(api, ports[0]));
