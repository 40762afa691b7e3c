// A value for drawing, made at most once a frame however often its sources change. Not for text: that follows at once.
import { untrack } from 'svelte';
import { inTurn } from './turns';

/**
 * `make()`, made anew in a frame after something that `tells` reads has changed; not at all in a hidden tab.
 * To be called while a component is set up.
 */
export function perFrame<T>(tells: () => unknown, make: () => T): { readonly current: T } {
  let current = $state.raw(untrack(make));
  let takeBack: (() => void) | undefined;
  $effect(() => {
    tells();
    takeBack ??= inTurn(() => {
      takeBack = undefined;
      current = make();
    });
  });
  $effect(() => () => takeBack?.());
  return {
    get current() {
      return current;
    },
  };
}
