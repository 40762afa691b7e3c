// Stops of the slider of bits that answer at once, with invented figures in the right types. For tests of the page only.
import { PlaygroundError } from '../../src/core/errors';
import type { Answer, BitWidths } from '../../src/project/stops';
import type { PtqChoices } from '../../src/worker/api';

export class FakeStops {
  /** Every stop that was asked for, e.g. '4/4'. */
  readonly asked: string[] = [];
  /** The next stop fails. */
  fails = false;
  /** Images after which the answers wait. */
  readonly pieces = [250, 1000, 5000];
  /** Lets the next piece go; while undefined nothing waits. */
  hold: Promise<void> | undefined;

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /** A range that was set by hand costs a tenth. */
  async *answers(choices: BitWidths & Pick<PtqChoices, 'clips'>, signal: AbortSignal): AsyncGenerator<Answer> {
    const { weightBits, activationBits, clips } = choices;
    const widths = { weightBits, activationBits };
    this.asked.push(`${weightBits}/${activationBits}${clips ? ` ${JSON.stringify(clips)}` : ''}`);
    await Promise.resolve();
    if (this.fails) {
      this.fails = false;
      throw new PlaygroundError('network', 'weights-002.bin could not be fetched.', 'Check the connection.');
    }
    const accuracy = (Math.min(weightBits, activationBits) - (clips ? 1 : 0)) / 10;
    const quantized = {
      ...{ description: 'wasm', threads: 2, planMilliseconds: 90 },
      convertMilliseconds: 80,
      bytes: 2 ** 20,
    };
    for (const images of this.pieces) {
      await this.hold;
      if (signal.aborted) return;
      const labels = new Uint8Array(images);
      const predictions = labels.map((_, i) => Number(i >= images * accuracy));
      yield {
        ...widths,
        accuracy,
        classified: { labels, predictions },
        quantized,
        milliseconds: images > 250 ? 0.25 : undefined,
      };
    }
  }
}
