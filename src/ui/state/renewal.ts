// What replaces the page's session by a new one, for whoever offers it: Start over, and going on with a saved training
// where steps have run. Not for doing it: App does.
import { getContext, setContext } from 'svelte';

export interface Renewal {
  /** Forgets the results and what is saved of this page's training. */
  startOver(): void;
  /** Goes on with a saved training; what is saved of this page's own stays. */
  resume(id: string): void;
}

const KEY = Symbol('renewal');
export const useRenewal = (): Renewal => getContext<Renewal>(KEY);
export const provideRenewal = (renewal: Renewal): void => void setContext(KEY, renewal);
