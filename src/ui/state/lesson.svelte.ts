// The lesson that opens the page, as runes: where the slider of bits stands, what the integer network there answers, what
// was recorded of it, and what QAT made of it. Not for computing: the project does that.
import { getContext, setContext, untrack } from 'svelte';
import type { Figures } from '../../project/figures';
import type { Recipe } from '../../recipe/recipe';
import type { Evaluation } from '../../report/types';
import { FIRST_IMAGES, type Answer, type BitWidths } from '../../project/stops';
import { RECORDED, recordedStop, type RecordedStop } from '../lesson/recorded';
import type { Playground } from './playground.svelte';
import { problemOf, type Problem } from './problem';

/** By the widths of a stop and how it is quantized: see key(). */
type ByStop<T> = Readonly<Record<string, T | undefined>>;

/** Figures beside QAT's, at the widths it trained for. */
export type Healing = Figures & BitWidths;

export class Lesson {
  widths = $state.raw<BitWidths>() as BitWidths;
  /** Weights and activations have the same width. */
  together = $state(false);
  waiting = $state(false);
  /** QAT, or its figures, are on their way. */
  healing = $state(false);
  problem = $state.raw<Problem>();
  private answers = $state.raw<ByStop<Answer>>({});
  private healed = $state.raw<ByStop<Healing>>({});
  private asked: AbortController | undefined;

  /** What else decides how a stop is quantized: the recipe's choices of the run in hand. */
  private get method(): string {
    return methodOf(this.playground.options);
  }

  /** The newest answer of the stop, the figures beside QAT's, and what it showed when it was recorded. */
  readonly answer: Answer | undefined = $derived(this.answers[this.key(this.widths)]);
  readonly figures: Healing | undefined = $derived(this.healed[this.key(this.widths)]);
  /** The same, or what step 8 measured of the stop: its latencies have other threads, so they stay in its card. */
  readonly beside: Figures | undefined = $derived(this.figures ?? this.compared());
  readonly recorded: RecordedStop | undefined = $derived(this.recordedAt(this.widths));
  /** What FP32 showed on the same images. */
  readonly recordedFp32 = $derived.by(() => (this.playground.hasOwn ? undefined : RECORDED.fp32));
  /** The first images are done: time for a screen reader to hear of it. */
  readonly settled = $derived(
    (this.answer?.classified.labels.length ?? 0) >= FIRST_IMAGES || this.answer?.milliseconds !== undefined,
  );
  /** Bytes of each model's file, as far as they are known. */
  readonly sizes = $derived.by(() => {
    const { load, convert } = this.playground.results;
    const ptq = this.answer?.quantized.bytes ?? this.recorded?.bytes;
    const fp32 = convert?.ptq.fp32Bytes ?? (load ? 4 * load.parameters : this.recordedFp32?.bytes);
    return { fp32, ptq, qat: this.beside && ptq };
  });

  constructor(private readonly playground: Playground) {
    const { weightBits, activationBits } = playground.options;
    this.widths = { weightBits, activationBits };
    this.together = weightBits === activationBits;
  }

  /** What a stop showed when it was recorded; nothing was of a visitor's own network or images. */
  recordedAt(widths: BitWidths): RecordedStop | undefined {
    return this.playground.hasOwn ? undefined : recordedStop(widths);
  }

  /** What the network answered at a stop; undefined where it was not asked. */
  answerAt(widths: BitWidths): Answer | undefined {
    return this.answers[this.key(widths)];
  }

  /** Of every stop that was asked, in whatever way it was quantized. */
  get answered(): readonly Answer[] {
    return Object.values(this.answers).filter((answer) => answer !== undefined);
  }

  /** Figures of all stops that were healed. */
  get healings(): readonly Healing[] {
    return Object.values(this.healed).filter((healing) => healing !== undefined);
  }

  /** What QAT made of the network at a stop; undefined where it was not healed. */
  healedAt(widths: BitWidths): Healing | undefined {
    return this.healed[this.key(widths)];
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
    const choices = { ...this.playground.options, ...this.widths };
    const key = this.key(this.widths);
    try {
      for await (const answer of this.playground.project.stops.answers(choices, signal)) {
        const known = this.answers[key];
        // Fewer images than before say less.
        if (known && known.classified.labels.length > answer.classified.labels.length) continue;
        this.answers = { ...this.answers, [key]: answer };
      }
    } catch (error) {
      if (!signal.aborted) this.problem = problemOf(error);
    } finally {
      if (!signal.aborted) this.waiting = false;
    }
  }

  /** What the slider has asked for ends where it is, for something else to be answered. */
  giveWay(): void {
    this.asked?.abort();
    this.waiting = false;
  }

  /** Asks the stop again when it is quantized in another way; to be called in an effect. */
  follow(): void {
    void this.method;
    if (untrack(() => this.asked && !this.answer && !this.healing)) void untrack(() => this.ask());
  }

  /**
   * QAT at the widths where the slider stands, in the run in hand while nothing was trained in it, else in a new one
   * beside it; then its figures.
   * @param method choices that are made for it; none: as the recipe is
   */
  async heal(method: Partial<Recipe> = {}): Promise<void> {
    const { playground, widths } = this;
    if (this.healing || playground.busy) return;
    const { project } = playground;
    // What rests on the slider makes way for the measurement.
    this.giveWay();
    this.problem = undefined;
    this.healing = true;
    try {
      const { qatEnded, recipe } = playground.current;
      const same = recipe.weightBits === widths.weightBits && recipe.activationBits === widths.activationBits;
      const next = { ...recipe, ...method, ...widths };
      if (qatEnded && !same) project.add(next);
      else project.choose(next);
      if (!(await playground.heal())) return this.tellWhyNot();
      const key = this.key(widths);
      for await (const figures of project.figures()) this.healed = { ...this.healed, [key]: { ...figures, ...widths } };
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.healing = false;
    }
  }

  private compared(): Figures | undefined {
    const { compare } = this.playground.results;
    if (!compare) return undefined;
    const { report, fp32, ptq, int8 } = compare;
    if (this.key(report.options, methodOf(report.options)) !== this.key(this.widths)) return undefined;
    const figure = (classified: Evaluation) => ({ classified, accuracy: classified.accuracy });
    return {
      split: 'test',
      accuracy: { fp32: figure(fp32), ptq: figure(ptq), qat: figure(int8) },
      milliseconds: {},
    };
  }

  private key(widths: BitWidths, method = this.method): string {
    return `${widths.weightBits}/${widths.activationBits} ${method}`;
  }

  /** The step that failed says it in its own card, further down. */
  private tellWhyNot(): void {
    const { steps } = this.playground;
    this.problem = Object.values(steps).find(({ status }) => status === 'failed')?.failure;
  }
}

/** What PTQ reads besides the widths. */
function methodOf(recipe: Recipe): string {
  const { keepEight, layerBits, ranges, weightRanges, rounding, correctBias, equalize } = recipe;
  const { reduceRange, weightScheme, narrowRange, powerOfTwo } = recipe;
  const scheme = [reduceRange, weightScheme, narrowRange, powerOfTwo];
  return [...scheme, keepEight, layerBits, ranges, weightRanges, rounding, correctBias, equalize].join(' ');
}

const KEY = Symbol('lesson');
export const provideLesson = (lesson: Lesson): Lesson => setContext(KEY, lesson);
export const useLesson = (): Lesson => getContext<Lesson>(KEY);
