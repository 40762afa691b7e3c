// Why codes of a layer differ, in words. Not for finding it out: src/lab/parting.ts.
import { impossible } from '../../core/impossible';
import type { Cause } from '../../worker/api';
import { real } from '../format';
import { words } from '../words/words.svelte';

/** With markup: for Rich. */
export function causeText(cause: Cause): string {
  const t = words().threes.cause;
  switch (cause.kind) {
    case 'tie':
      return t.tie(cause.codes, real(cause.distance, 1));
    case 'scales':
      return t.scales(cause.codes, cause.channels, real(cause.simulated, 4), real(cause.integer, 4));
    case 'inherited':
      return t.inherited(cause.codes, cause.from);
    case 'itself':
      return t.itself(cause.codes);
    default:
      return impossible(cause, 'cause');
  }
}
