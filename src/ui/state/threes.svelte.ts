// FP32, the simulated and the integer network at one picture, as runes: which network, which picture, what each layer made of
// it, and which layers stand open in all three. Not for computing: the project does that.
import { getContext, setContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { LayerParting } from '../../worker/api';
import type { Lesson } from './lesson.svelte';
import type { LookedAt, Picture } from './looked-at.svelte';
import type { Playground } from './playground.svelte';
import { problemOf, type Problem } from './problem';

/** What was found, and of what. */
interface Found {
  readonly asked: string;
  readonly layers: readonly LayerParting[];
  readonly picture: Picture;
}

export class Threes {
  /** The network of PTQ where the slider stands, or what the run in hand has trained. */
  of = $state<'ptq' | 'trained'>('ptq');
  looking = $state(false);
  problem = $state.raw<Problem>();
  private latest = $state.raw<Found>();
  /** By name. */
  private readonly opened = new SvelteSet<string>();

  /** The run in hand has a trained network to show. */
  readonly hasTrained = $derived.by(() => this.playground.current.qatEnded);
  /** Undefined until all three were run, and again where slider, recipe or run have moved on. */
  readonly found = $derived.by(() => (this.latest?.asked === this.asked ? this.latest : undefined));
  readonly apart = $derived.by(() => this.found?.layers.filter(({ differing }) => differing > 0) ?? []);
  readonly anyOpen = $derived.by(() => this.opened.size > 0);

  constructor(
    private readonly playground: Playground,
    private readonly lesson: Lesson,
    readonly looked: LookedAt,
  ) {}

  private get choices() {
    return { ...this.playground.options, ...this.lesson.widths };
  }
  private get asked(): string {
    const { current } = this.playground;
    const network = this.of === 'ptq' ? this.choices : [current.id, current.recipe];
    return JSON.stringify([network, this.looked.key]);
  }

  /** Runs all three on the picture. */
  async look(): Promise<void> {
    if (this.looking) return;
    const { asked, choices, looked, of } = this;
    this.looking = true;
    this.problem = undefined;
    try {
      const picture = await looked.read();
      const layers = await this.playground.project.layers.partings(of === 'ptq' ? choices : of, picture.pixels);
      this.latest = { asked, layers, picture };
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.looking = false;
    }
  }

  isOpen(layer: string): boolean {
    return this.opened.has(layer);
  }
  toggle(layer: string): void {
    if (!this.opened.delete(layer)) this.opened.add(layer);
  }
  openDiffering(): void {
    this.foldAll();
    for (const { name } of this.apart) this.opened.add(name);
  }
  foldAll(): void {
    this.opened.clear();
  }
}

const KEY = Symbol('threes');
export const provideThrees = (threes: Threes): Threes => setContext(KEY, threes);
export const useThrees = (): Threes => getContext<Threes>(KEY);
