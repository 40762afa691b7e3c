// What a student does besides pressing buttons, as runes: predictions made before a figure is shown, the layer suspected,
// answers in own words; kept for the next visit where the browser lets it. Not for judging: exercises/.
import { getContext, setContext } from 'svelte';
import * as v from 'valibot';
import type { BitWidths } from '../../project/stops';
import { keep, kept } from './kept';
import type { Lesson } from './lesson.svelte';
import type { View } from './view.svelte';

const KEPT = 'qat-playground-study';

/** Whose accuracy is guessed: that of the network that is only rounded, or of the one that is trained for it. */
export type Guessed = 'ptq' | 'qat';

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const NotesSchema = v.object({
  /** Shares of images, by what was guessed of which files: see key(). */
  guesses: v.record(v.string(), share),
  /** Who hands the lab report in. */
  author: v.optional(v.string(), ''),
  /** The layer that is thought to hurt most. */
  suspect: v.optional(v.string()),
  /** In own words, by exercise. */
  answers: v.record(v.string(), v.string()),
  /** Hints that were opened, by exercise. */
  hints: v.record(v.string(), v.number()),
});
type Notes = v.InferOutput<typeof NotesSchema>;
const NONE: Notes = { author: '', guesses: {}, answers: {}, hints: {} };

export interface Prediction extends BitWidths {
  readonly guessed: Guessed;
  /** As a share of the images, as the accuracy is. */
  readonly guess: number;
  readonly accuracy: number | undefined;
}

export class Study {
  private notes = $state.raw<Notes>(readNotes(kept(KEPT)));
  /** What the page was last asked to predict, in the order it was, beside what came. */
  readonly predictions: readonly Prediction[] = $derived.by(() =>
    Object.entries(this.notes.guesses).flatMap(([key, guess]) => {
      const [guessed, weightBits, activationBits, files = ''] = key.split(' ') as [Guessed, ...string[]];
      if (files !== this.files) return [];
      const widths = { weightBits: Number(weightBits), activationBits: Number(activationBits) };
      return { guessed, ...widths, guess, accuracy: this.accuracy(guessed, widths) };
    }),
  );

  constructor(
    private readonly lesson: Lesson,
    private readonly view: View,
    /** Of the network and images that are looked at, see Project.files. */
    private readonly files: string,
  ) {}

  guessOf(guessed: Guessed, widths: BitWidths): number | undefined {
    return this.notes.guesses[this.key(guessed, widths)];
  }

  /** A figure is not to be seen before it is guessed. */
  hides(guessed: Guessed, widths: BitWidths): boolean {
    return this.view.predict && this.guessOf(guessed, widths) === undefined;
  }

  /** The first guess counts. @param guess a share, 0..1 */
  guess(guessed: Guessed, widths: BitWidths, guess: number): void {
    if (this.guessOf(guessed, widths) !== undefined) return;
    this.write({ guesses: { ...this.notes.guesses, [this.key(guessed, widths)]: guess } });
  }

  get author(): string {
    return this.notes.author;
  }
  set author(name: string) {
    this.write({ author: name });
  }

  get suspect(): string | undefined {
    return this.notes.suspect;
  }
  set suspect(layer: string | undefined) {
    this.write({ suspect: layer });
  }

  answerTo(exercise: string): string {
    return this.notes.answers[exercise] ?? '';
  }
  answer(exercise: string, text: string): void {
    this.write({ answers: { ...this.notes.answers, [exercise]: text } });
  }

  hintsOf(exercise: string): number {
    return this.notes.hints[exercise] ?? 0;
  }
  /** Opens one more. */
  hint(exercise: string): void {
    this.write({ hints: { ...this.notes.hints, [exercise]: this.hintsOf(exercise) + 1 } });
  }

  /** Forgets all that was guessed and written, for the next student. */
  clear(): void {
    this.replace(NONE);
  }

  private accuracy(guessed: Guessed, widths: BitWidths): number | undefined {
    if (guessed === 'ptq') return this.lesson.answerAt(widths)?.accuracy;
    return this.lesson.healedAt(widths)?.accuracy.qat?.accuracy;
  }

  private key(guessed: Guessed, { weightBits, activationBits }: BitWidths): string {
    const key = `${guessed} ${weightBits} ${activationBits}`;
    return this.files === '' ? key : `${key} ${this.files}`;
  }

  private write(change: Partial<Notes>): void {
    this.replace({ ...this.notes, ...change });
  }

  private replace(notes: Notes): void {
    this.notes = notes;
    keep(KEPT, JSON.stringify(notes));
  }
}

/** What cannot be read begins anew. */
function readNotes(text: string | undefined): Notes {
  try {
    const { success, output } = v.safeParse(NotesSchema, JSON.parse(text ?? 'null'));
    return success ? output : NONE;
  } catch {
    return NONE;
  }
}

const KEY = Symbol('study');
export const provideStudy = (study: Study): Study => setContext(KEY, study);
export const useStudy = (): Study => getContext<Study>(KEY);
