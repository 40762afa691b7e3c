// What a fuzzer needs of a reader: real files to begin with, how to reach into them, and the reader. Not for which readers
// there are: targets.ts.
import type { Mutate } from './mutate';

export interface Target {
  readonly name: string;
  /** Whole files, each a few KB at most. */
  readonly seeds: readonly Uint8Array[];
  /** Ways of changing a file, one of which is taken each time. */
  readonly mutations: readonly Mutate[];
  /** Reads a file to its end, values too. A PlaygroundError is an answer; whatever else it throws is not. */
  read(file: Uint8Array): void;
}
