// Has the browser keep the page, for a visit without a network. Not for answering then: worker.ts.
import { wrap } from 'comlink';
import type { KeptEvent, KeptPage, ShellApi } from './api';

/**
 * Registers the service worker beside the page, once the page is loaded.
 * @param version of the page, as the build wrote it
 * @returns undefined where the browser has none to offer
 */
export function keepPage(version: string): KeptPage | undefined {
  // The types promise it; plain http and some private windows have none.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return undefined;
  const answeredAll = container.controller !== null;
  const registered = register(container);

  return {
    answeredAll,
    async look() {
      const active = (await registered)?.active;
      return active ? ask(active).kept() : undefined;
    },
    on(tell) {
      void registered.then((registration) => {
        if (!registration) return tell('refused');
        watch(registration, tell);
      });
      // Only one that is active can be asked.
      void container.ready.then(async ({ active }) => {
        tell('kept');
        if (answeredAll) return;
        const ours = await ask(active!).claim(version);
        tell(ours ? 'answers' : 'newer');
      });
    },
    async takeOver() {
      const waiting = (await registered)?.waiting;
      // One that does not wait is in force already, for the next page that is opened.
      if (!waiting) location.reload();
      waiting?.addEventListener('statechange', () => {
        if (waiting.state === 'activated') location.reload();
      });
      return waiting ? ask(waiting).takeOver() : true;
    },
  };
}

/** Tells when a newer version waits, and when the first one cannot be kept. */
function watch(registration: ServiceWorkerRegistration, tell: (event: KeptEvent) => void): void {
  const follow = (installing: ServiceWorker | null) =>
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && registration.active) tell('newer');
      if (installing.state === 'redundant' && !registration.active) tell('refused');
    });
  if (registration.waiting) tell('newer');
  follow(registration.installing);
  registration.addEventListener('updatefound', () => follow(registration.installing));
}

/** A registration; undefined where the browser refuses: storage that is full or not allowed does the page no harm. */
async function register(container: ServiceWorkerContainer): Promise<ServiceWorkerRegistration | undefined> {
  if (document.readyState !== 'complete')
    await new Promise((loaded) => addEventListener('load', loaded, { once: true }));
  try {
    return await container.register('sw.js', { updateViaCache: 'none' });
  } catch {
    return undefined;
  }
}

function ask(worker: ServiceWorker) {
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(undefined, [port2]);
  return wrap<ShellApi>(port1);
}
