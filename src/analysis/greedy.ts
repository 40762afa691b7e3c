// Mixed precision by sensitivities: from all layers at the highest widths down, always what frees most for what it costs.
// As if layers' damages added up (the assumption of ZeroQ, Cai et al. 2020, and HAWQ-V2, Dong et al. 2020), which is why
// what comes of it has to be measured. Not for measuring: measured.ts, search.ts.
import type { LayerBits, LayerWidths } from '../quant/layer-bits';
import type { Assignment } from './measured';
import { uniform, type Damage } from './sensitivity';

export interface Sized extends Assignment {
  readonly cost: number;
}

export interface Choices {
  /** Layers that may have fewer bits, by node id. */
  readonly layers: readonly string[];
  /** From the highest widths down; at least one. */
  readonly widths: readonly LayerWidths[];
  /** What a network of these widths takes: bytes of its file, or a time; less is better. */
  cost(layers: LayerBits): number;
}

interface Step extends Sized {
  readonly saved: number;
  readonly ratio: number;
}

/**
 * Each assignment lowers one layer of the one before it, by one or more of the widths, such that (what is saved) / (damage
 * added) is greatest; what adds none comes first, what saves most of it before others. Ends where nothing saves any more.
 */
export function* greedyAssignments({ layers, widths, cost }: Choices, damage: Damage): Generator<Sized> {
  const highest = uniform(layers, widths[0]);
  let best: Step | undefined = { layers: highest, cost: cost(highest), ratio: 0, saved: 0 };
  while (best) {
    const now: Step = best;
    yield { layers: now.layers, cost: now.cost };
    best = undefined;
    for (const layer of layers) {
      const held = now.layers.get(layer)!;
      for (const lower of widths.slice(widths.indexOf(held) + 1)) {
        const lowered = new Map(now.layers).set(layer, lower);
        const left = cost(lowered);
        const saved = now.cost - left;
        if (!(saved > 0)) continue;
        const added = damage(layer, lower) - damage(layer, held);
        const ratio = added > 0 ? saved / added : Infinity;
        if (!best || ratio > best.ratio || (ratio === best.ratio && saved > best.saved))
          best = { layers: lowered, cost: left, ratio, saved };
      }
    }
  }
}
