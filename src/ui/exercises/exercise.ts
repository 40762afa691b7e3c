// What an exercise is, and what is known of the networks that a student has made: the ground it is judged on.
// Not for the exercises themselves: exercises.ts; nor for what they ask: words/.
import type { Words } from '../words/words.svelte';

/** An integer network that answered here, and what stands beside it on the same images. */
export interface Network {
  /** E.g. 'Run 2' or 'the slider'. */
  readonly made: string;
  readonly kind: 'ptq' | 'qat';
  readonly weightBits: number;
  readonly activationBits: number;
  /** Shares of the same images. */
  readonly accuracy: number;
  readonly fp32?: number;
  readonly images: number;
  /** Of its file; undefined where it is not known. */
  readonly bytes?: number;
}

/** A whole run: all four models on the same test images, as shares. */
export interface WholeRun {
  readonly made: string;
  readonly fp32: number;
  readonly ptq: number;
  readonly qat: number;
  readonly control: number;
}

export interface Known {
  readonly networks: readonly Network[];
  readonly runs: readonly WholeRun[];
  /** Accuracy that is lost where one layer alone has the fewest bits, by layer; empty until it is measured. */
  readonly damages: Readonly<Record<string, number>>;
  /** The layer that the student holds for the worst. */
  readonly suspect: string | undefined;
}

export interface Verdict {
  readonly met: boolean;
  /** What it rests on, or what is missing yet: a sentence. */
  readonly evidence: string;
}

export interface Exercise {
  readonly id: keyof Words['exercises']['all'];
  /** The student is asked for a layer. */
  readonly namesLayer?: true;
  judge(known: Known): Verdict;
}
