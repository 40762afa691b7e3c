// The slider of bits as runes: where it stands, what the integer network there has answered, what was recorded of it.
// Not for computing: src/project/stops.ts does that.
import { getContext, setContext } from 'svelte';
import { PlaygroundError } from '../../core/errors';
import { FIRST_IMAGES, type Answer, type BitWidths, type Stops } from '../../project/stops';
import type { Progress } from '../../worker/api';
import { recordedStop, type RecordedStop } from '../lesson/recorded';

export class Lesson {
  widths = $state.raw<BitWidths>() as BitWidths;
  /** Weights and activations have the same width. */
  together = $state(false);
  /** The newest answer of each stop that was asked, by key(). */
  private answers = $state.raw<Readonly<Record<string, Answer>>>({});
  /** Until the network can answer: what is being done for it. */
  progress = $state.raw<Progress>();
  waiting = $state(false);
  problem = $state.raw<{ readonly message: string; readonly hint: string }>();
  private asked: AbortController | undefined;

  readonly answer = $derived(this.answers[key(this.widths)] as Answer | undefined);
  readonly recorded: RecordedStop = $derived(recordedStop(this.widths));
  /** For screen readers: an answer when its first images are done, and not at each piece. */
  readonly settled = $derived((this.answer?.classified.labels.length ?? 0) >= FIRST_IMAGES);

  constructor(
    private readonly stops: Pick<Stops, 'answers'>,
    { weightBits, activationBits }: BitWidths,
  ) {
    this.widths = { weightBits, activationBits };
    this.together = weightBits === activationBits;
  }

  /** What the network answered at a stop; undefined where it was not asked. */
  answerAt(widths: BitWidths): Answer | undefined {
    return this.answers[key(widths)];
  }

  move(changed: Partial<BitWidths>): void {
    const [bits] = Object.values(changed);
    this.widths = this.together && bits ? { weightBits: bits, activationBits: bits } : { ...this.widths, ...changed };
    void this.ask();
  }

  /** To any stop, apart where it is no stop of both together. */
  jump(widths: BitWidths): void {
    this.together &&= widths.weightBits === widths.activationBits;
    this.move(widths);
  }

  couple(together: boolean): void {
    this.together = together;
    if (together) this.move({ weightBits: this.widths.weightBits });
  }

  /** Asks for the stop the slider stands at; a stop that was asked before and left is let go of. */
  async ask(): Promise<void> {
    this.asked?.abort();
    const { signal } = (this.asked = new AbortController());
    this.problem = undefined;
    this.waiting = true;
    try {
      for await (const answer of this.stops.answers(this.widths, signal)) {
        const known = this.answerAt(answer);
        // Fewer images than before say less.
        if (known && known.classified.labels.length > answer.classified.labels.length) continue;
        this.answers = { ...this.answers, [key(answer)]: answer };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof PlaygroundError)) throw error;
      this.problem = { message: error.message, hint: error.hint };
    } finally {
      if (!signal.aborted) this.waiting = false;
    }
  }
}

const key = ({ weightBits, activationBits }: BitWidths): string => `${weightBits}/${activationBits}`;

const KEY = Symbol('lesson');
export const provideLesson = (lesson: Lesson): Lesson => setContext(KEY, lesson);
export const useLesson = (): Lesson => getContext<Lesson>(KEY);
