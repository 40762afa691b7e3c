// The files that a class handed in, as runes: those that were read, and why others were not. They stay in this page. Not for
// what may stand in a file: classroom/class-file.ts.
import { getContext, setContext } from 'svelte';
import { PlaygroundError } from '../../core/errors';
import { MOST_BYTES, readClassFile, type ClassFile } from '../classroom/class-file';
import { LAB_REPORT_ID } from '../exercises/lab-report';
import { bytes } from '../format';
import { words } from '../words/words.svelte';
import { problemOf, type Problem } from './problem';

interface Refused extends Problem {
  readonly name: string;
}

export class Classroom {
  files = $state.raw<readonly ClassFile[]>([]);
  refused = $state.raw<readonly Refused[]>([]);
  /** How many of the files that were taken last are not read yet. */
  waiting = $state(0);
  /** Files that said what another one had said already. */
  repeated = $state(0);

  /** Reads files one after the other; one that is no report does not keep the others from counting. */
  async take(files: readonly File[]): Promise<void> {
    this.waiting += files.length;
    for (const file of files) {
      await this.takeOne(file);
      this.waiting--;
    }
  }

  clear(): void {
    [this.files, this.refused, this.repeated] = [[], [], 0];
  }

  private async takeOne(file: File): Promise<void> {
    const name = file.webkitRelativePath || file.name;
    try {
      const read = readClassFile(name, await textOf(file), jsonIn);
      // A class may hand in under one name; what counts is what stands in a file.
      if (this.files.some((other) => contentOf(other) === contentOf(read))) this.repeated++;
      else this.files = [...this.files, read];
    } catch (error) {
      const { message, hint } = problemOf(error);
      this.refused = [...this.refused.filter((other) => other.name !== name), { name, message, hint }];
    }
  }
}

const contentOf = ({ author, runs, exercises }: ClassFile): string => JSON.stringify([author, runs, exercises]);

/** @throws PlaygroundError 'bad-file' where it is too large or cannot be read, as a folder cannot */
async function textOf(file: File): Promise<string> {
  const t = words().classroom;
  if (file.size > MOST_BYTES) throw new PlaygroundError('bad-file', t.tooLarge(bytes(file.size)), t.whatToTake);
  try {
    return await file.text();
  } catch (cause) {
    throw new PlaygroundError('bad-file', t.notReadable, t.chooseFolder, { cause });
  }
}

/** The element of a saved report that holds it as JSON, in which no '<' stands. */
const REPORT_ELEMENT = new RegExp(`<script [^>]*\\bid="${LAB_REPORT_ID}"[^>]*>([^<]*)</script>`);

/** The report in a page's HTML. Not by a parser: that would hold the file's styles against this page's policy. */
export const jsonIn = (html: string): string | undefined => REPORT_ELEMENT.exec(html)?.[1];

const KEY = Symbol('classroom');
export const useClassroom = (): Classroom => getContext<Classroom>(KEY);
export const provideClassroom = (classroom: Classroom): Classroom => setContext(KEY, classroom);
