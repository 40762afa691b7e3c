// Widths of layers, measured one choice after the other. Not for which choices: sensitivity.ts, greedy.ts.
import type { LayerBits } from '../quant/layer-bits';

/** Every layer that may have fewer bits, with the widths it has. */
export interface Assignment {
  readonly layers: LayerBits;
}
/** How good a network with these widths is, e.g. its accuracy on validation images, 0..1; more is better. */
export type Measure = (layers: LayerBits) => Promise<number>;
export type Measured<A extends Assignment> = A & { readonly accuracy: number };

/** Ends when the signal is aborted, without what was being measured then. @throws as `measure` */
export async function* measured<A extends Assignment>(
  assignments: Iterable<A>,
  measure: Measure,
  signal: AbortSignal,
): AsyncGenerator<Measured<A>> {
  for (const assignment of assignments) {
    if (signal.aborted) return;
    const accuracy = await measure(assignment.layers);
    if (signal.aborted) return;
    yield { ...assignment, accuracy };
  }
}
