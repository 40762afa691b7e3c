// Whether threads can share memory in this page, as a rune. Not for bringing it about: src/offline/isolate.ts.
import { getContext, setContext } from 'svelte';
import type { Isolation } from '../../offline/api';

/** Tells at once, and with every change. */
export type IsolationSource = (tell: (isolation: Isolation) => void) => void;

export class IsolationState {
  now = $state<Isolation>('coming');

  constructor(source: IsolationSource) {
    source((isolation) => (this.now = isolation));
  }
}

const KEY = Symbol('isolation');
export const provideIsolation = (state: IsolationState): IsolationState => setContext(KEY, state);
export const useIsolation = (): IsolationState => getContext<IsolationState>(KEY);
