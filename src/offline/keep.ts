// Has the browser keep the page, for a visit without a network. Not for answering then: worker.ts.
import { wrap } from 'comlink';
import type { KeptPage, ShellApi } from './api';

/**
 * Registers the service worker beside the page, once the page is loaded.
 * @returns undefined where the browser has none to offer; where it will not keep the page, nothing is ever told
 */
export function keepPage(): KeptPage | undefined {
  // The types promise it; plain http and some private windows have none.
  const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!container) return undefined;
  const registered = register(container);

  return {
    async look() {
      const active = (await registered)?.active;
      return active ? ask(active).kept() : undefined;
    },
    on(tell) {
      void container.ready.then(() => tell('kept'));
      void registered.then((registration) => {
        if (!registration) return;
        if (registration.waiting) tell('newer');
        registration.addEventListener('updatefound', () => {
          const { installing, active } = registration;
          installing?.addEventListener('statechange', () => {
            if (installing.state === 'installed' && active) tell('newer');
          });
        });
      });
    },
    async takeOver() {
      const waiting = (await registered)?.waiting;
      container.addEventListener('controllerchange', () => location.reload(), { once: true });
      return waiting ? ask(waiting).takeOver() : false;
    },
  };
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
