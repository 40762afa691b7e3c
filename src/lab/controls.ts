// Controls that were trained, by what decides on their every bit: runs which have it in common share one control.
// In memory, the newest alone. Not for storing them: src/train/saved.
import type { KeptRun } from '../train/kept-run';
import type { TrainOptions } from '../train/types';
import type { FloatChoices } from './prepared';

/** Each holds a state of 90 MB. */
const KEPT = 2;

export class Controls {
  /** The newest last. */
  private readonly ended = new Map<string, KeptRun>();

  /**
   * The control of such a run, if it was trained to its end. @param options of a run that replays another
   * @param network that it trains
   */
  of(options: TrainOptions, network: FloatChoices): KeptRun | undefined {
    return this.ended.get(keyOf(options, network));
  }

  /** Takes a control that has ended; one that was stopped answers for no other run. */
  add(options: TrainOptions, network: FloatChoices, control: KeptRun): void {
    const { result } = control;
    if (!result || !(result.finished || result.diverged)) return;
    const key = keyOf(options, network);
    this.ended.delete(key);
    this.ended.set(key, control);
    for (const oldest of [...this.ended.keys()].slice(0, -KEPT)) this.ended.delete(oldest);
  }
}

/** Seed, batch, freezing, and the steps and rates that are replayed; not the rate at which it would begin, which is not. */
function keyOf({ replay, ...options }: TrainOptions, { batchNorm, equalize }: FloatChoices): string {
  const { steps, schedule } = replay!;
  const rates = schedule.map(({ step, rate }) => [step, rate]);
  const network = [batchNorm, equalize && batchNorm === 'folded'];
  return JSON.stringify([network, Object.entries({ ...options, learningRate: 0 }).sort(), steps, rates]);
}
