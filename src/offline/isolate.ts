// How the page comes to memory that threads can share. It must be isolated for that, which a host grants with two headers;
// where it sends none, the service worker adds them (shell.ts), from the first reload on. Not for how many threads there then
// are: src/core/threads.ts.
import type { Isolation, KeptPage } from './api';

/** By any of these a visitor has begun with something, which a reload would take away. */
const BEGINNINGS = ['pointerdown', 'keydown', 'wheel', 'click', 'input', 'paste', 'drop'];

/**
 * Reloads the page once where that isolates it: as soon as the copy answers for it, and only while nothing was done on it.
 * A page that has been reloaded, by itself or by hand, is not reloaded again, so this cannot go round in a loop.
 * @param kept undefined where the browser keeps no copy
 * @param tell is called at once, and with every change
 */
export function isolate(kept: KeptPage | undefined, tell: (isolation: Isolation) => void): void {
  if (globalThis.crossOriginIsolated) return tell('here');
  // What answers sends the headers: this browser does not heed them, or the page is a frame of another.
  if (!kept || kept.answeredAll) return tell('never');
  tell('coming');

  let begun = false;
  for (const type of BEGINNINGS)
    addEventListener(type, () => (begun = true), { once: true, capture: true, passive: true });
  kept.on((event) => {
    if (event === 'refused') tell('never');
    if (event !== 'answers' && event !== 'newer') return;
    if (begun || wasReloaded()) tell('reload');
    else location.reload();
  });
}

const wasReloaded = () =>
  performance.getEntriesByType('navigation').some((entry) => (entry as PerformanceNavigationTiming).type === 'reload');
