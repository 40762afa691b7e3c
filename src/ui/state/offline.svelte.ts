// What this browser keeps of the page for a visit without a network, as runes. Not for keeping it: src/offline.
import { getContext, setContext } from 'svelte';
import type { KeptPage } from '../../offline/api';
import type { Kept } from '../../offline/shell';

export class Offline {
  /** Undefined while the page does not open without a network. */
  kept = $state.raw<Kept>();
  /** A newer version of the page waits to be opened. */
  newer = $state(false);
  /** It could not be, for other tabs. */
  othersOpen = $state(false);

  /** @param page undefined where nothing can be kept, or nothing is to be */
  constructor(private readonly page: KeptPage | undefined) {
    page?.on((event) => {
      if (event === 'newer') this.newer = true;
      if (event === 'kept') void this.look();
    });
  }

  async look(): Promise<void> {
    this.kept = await this.page?.look();
  }

  async takeOver(): Promise<void> {
    this.othersOpen = !(await this.page?.takeOver());
  }
}

const KEY = Symbol('offline');
export const provideOffline = (offline: Offline): Offline => setContext(KEY, offline);
export const useOffline = (): Offline => getContext<Offline>(KEY);
