// Files of a visitor's own, as runes: what is being read, what the last one is or why it was refused, and the integer network
// that stands beside the run's. Not for reading (src/project/open-files.ts) nor for drawing (src/ui/files).
import { getContext, setContext } from 'svelte';
import { PlaygroundError } from '../../core/errors';
import {
  fits,
  openFiles,
  withOpened,
  type GivenFile,
  type Opened,
  type OpenedImages,
  type OpenedIntegers,
} from '../../project/open-files';
import type { IntegerFigures } from '../../project/own-integers';
import type { Own, OwnNetwork } from '../../project/types';
import { recipesOf } from '../files/recipes-of';
import { words } from '../words/words.svelte';
import { jsonIn } from './classroom.svelte';
import type { Playground } from './playground.svelte';
import { problemOf, type Problem } from './problem';

/** A file that was refused, and why. */
interface RefusedFile extends Problem {
  readonly name: string;
}

/** Networks that are measured on the same images. */
export type Measured = 'own' | 'ptq' | 'qat';
interface MeasuredRow extends IntegerFigures {
  readonly of: Measured;
}

/** What waits for the visitor's word, as it takes the place of something. */
export type Offered = { readonly kind: 'network'; readonly network: OwnNetwork } | OpenedImages;

/** What becomes of files beyond this project. */
export interface OwnFilesPlace {
  /** Opens a project with these files in the place of this one. */
  readonly reopen: (own: Own) => void;
  /** Names of files that the page's address asks for and cannot hold. */
  readonly wanted: readonly string[];
}

export class OwnFiles {
  /** What is being read, and how many of its pictures are decoded. */
  reading = $state<string>();
  pictures = $state.raw<{ readonly done: number; readonly total: number }>();
  refused = $state.raw<RefusedFile>();
  /** What became of the file that was given last. */
  said = $state('');
  offered = $state.raw<Offered>();
  integers = $state.raw<OpenedIntegers>();
  rows = $state.raw<readonly MeasuredRow[]>([]);
  /** Images that are done, while networks are measured. */
  measuring = $state.raw<{ readonly done: number; readonly total: number }>();
  private ends = new AbortController();

  constructor(
    private readonly playground: Playground,
    private readonly place: OwnFilesPlace,
  ) {}

  /** Files that this project works with. */
  get inForce(): Own {
    return this.playground.project.own;
  }
  /** Files that the address asks for. */
  get wanted(): readonly string[] {
    return this.playground.hasOwn ? [] : this.place.wanted;
  }

  /** Reads files and uses what they are; refused, they leave everything as it was. */
  async take(files: readonly GivenFile[]): Promise<void> {
    const [first] = files;
    if (!first || this.reading !== undefined) return;
    const name = first.path.split('/')[0]!;
    this.reading = name;
    [this.refused, this.said, this.offered, this.pictures] = [undefined, '', undefined, undefined];
    this.ends = new AbortController();
    try {
      if (this.playground.busy) throw new PlaygroundError('bad-argument', words().files.waits, '');
      const opened = await openFiles(files, this.ends.signal, (done, total) => (this.pictures = { done, total }));
      await this.use(opened);
    } catch (error) {
      if (!this.ends.signal.aborted) this.refused = { ...plain(problemOf(error)), name };
    } finally {
      this.reading = undefined;
    }
  }

  /** Ends the reading. */
  cancel(): void {
    this.ends.abort();
  }

  /** The last layer would be trained anew. */
  trainsLastLayer(offered: Offered): boolean {
    return !fits(withOpened(this.inForce, offered));
  }

  /** Puts what was offered in the place of what there is: in a project of its own. */
  accept(): void {
    if (this.offered && !this.playground.busy) this.place.reopen(withOpened(this.inForce, this.offered));
  }

  decline(): void {
    this.offered = undefined;
  }

  /** Back to the page's own network and images. */
  goBack(): void {
    if (!this.playground.busy) this.place.reopen({});
  }

  async removeIntegers(): Promise<void> {
    this.integers = undefined;
    this.rows = [];
    await this.playground.project.ownIntegers.remove();
  }

  /** Measures the network, and beside it those of the run in hand where it is converted. */
  async measure(): Promise<void> {
    const { project, current } = this.playground;
    const slots: readonly Measured[] = current.states.convert === 'done' ? ['own', 'ptq', 'qat'] : ['own'];
    this.rows = [];
    this.refused = undefined;
    this.measuring = { done: 0, total: 1 };
    try {
      for (const of of slots) {
        const figures = await project.ownIntegers.figures(of, ({ done, total }) => {
          this.measuring = { done, total };
        });
        this.rows = [...this.rows, { ...figures, of }];
      }
    } catch (error) {
      this.refused = { ...plain(problemOf(error)), name: this.integers!.name };
    } finally {
      this.measuring = undefined;
    }
  }

  private async use(opened: Opened): Promise<void> {
    if (opened.kind === 'text') return this.addRuns(opened.name, opened.text);
    if (opened.kind !== 'integers') {
      this.offered = opened;
      this.said =
        opened.kind === 'network'
          ? words().files.network.title(opened.network.name)
          : words().files.images.title(opened.images.name);
      return;
    }
    await this.playground.project.ownIntegers.put(opened.model);
    this.integers = opened;
    this.rows = [];
    this.said = words().files.integers.title(opened.name);
  }

  private addRuns(name: string, text: string): void {
    const { playground } = this;
    const names = recipesOf(name, text, jsonIn).map((given) => {
      playground.add(given.recipe);
      if (given.name) playground.rename(playground.current.id, given.name);
      return playground.current.name;
    });
    this.said = words().files.runs(name, names);
  }
}

/** An error's own enumerable fields are none. */
const plain = ({ code, message, hint }: Problem): Problem => ({ code, message, hint });

const KEY = Symbol('own files');
export const useOwnFiles = (): OwnFiles => getContext<OwnFiles>(KEY);
export const provideOwnFiles = (files: OwnFiles): OwnFiles => setContext(KEY, files);
