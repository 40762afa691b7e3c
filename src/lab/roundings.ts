// Roundings that were learned, also in part, by what decides on them: learning goes on from there. In memory, the newest
// alone. Not for learning them: src/train/rounding.
import type { CalibrationOptions } from '../quant/methods/calibration';
import type { PtqOptions } from '../quant/methods/ptq';
import type { RoundingContext } from '../train/rounding/learn-roundings';

/** Of learning. */
type Decisive = Pick<RoundingContext, 'options' | 'seed'>;

/** Each holds a byte for every weight. */
const KEPT = 4;

export class Roundings {
  /** The newest last. */
  private readonly known = new Map<string, Map<string, Int8Array>>();

  /** Codes by node id, to be added to as blocks are done. */
  of(options: PtqOptions & CalibrationOptions, learning: Decisive): Map<string, Int8Array> {
    const key = keyOf(options, learning);
    const codes = this.known.get(key) ?? new Map<string, Int8Array>();
    this.known.delete(key);
    this.known.set(key, codes);
    for (const oldest of [...this.known.keys()].slice(0, -KEPT)) this.known.delete(oldest);
    return codes;
  }
}

/** All but what becomes of the codes afterwards, and what is done in place of learning. */
function keyOf(
  { layers = new Map(), clips = new Map(), ...choices }: PtqOptions & CalibrationOptions,
  { options, seed }: Decisive,
): string {
  const deciding = Object.entries(choices).filter(([choice]) => choice !== 'rounding' && choice !== 'correctBias');
  return JSON.stringify([deciding.sort(), [...layers], [...clips], options, seed]);
}
