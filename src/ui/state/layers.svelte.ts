// Which layer hurts, as runes: every layer of the network where the slider stands, what training made of them, and the
// search of widths for each. Not for computing: the project does that.
import { getContext, setContext } from 'svelte';
import { paretoFront } from '../../analysis/pareto';
import type { LayerCost } from '../../project/layer-study';
import { writeLayerBits } from '../../recipe/layer-bits';
import type { LayerComparison, SearchPoint, SearchRequest } from '../../worker/api';
import type { Lesson } from './lesson.svelte';
import type { Playground } from './playground.svelte';
import { words } from '../words/words.svelte';
import { problemOf, type Problem } from './problem';

export type Budget = SearchRequest['budget'];

type Doing = 'look' | 'search' | 'times';

/** What was found out of one network, and of which. */
interface Of<T> {
  readonly network: string;
  readonly found: T;
}

interface Search {
  readonly budget: Budget;
  readonly points: readonly SearchPoint[];
  /** Came to its end. */
  readonly whole: boolean;
}

export class Layers {
  /** What is being computed. */
  doing = $state.raw<Doing>();
  problem = $state.raw<Problem>();
  private looked = $state.raw<Of<readonly LayerCost[]>>();
  private retrained = $state.raw<Of<readonly LayerComparison[]>>();
  private timed = $state.raw<Of<ReadonlyMap<string, number>>>();
  private searched = $state.raw<Of<Search>>();
  private hand: AbortController | undefined;

  /** Layer by layer; undefined until it is looked into, and again where the slider or the recipe has moved on. */
  readonly costs = $derived.by(() => this.here(this.looked));
  readonly trained = $derived.by(() => this.here(this.retrained));
  /** Microseconds of each layer on one thread. */
  readonly times = $derived.by(() => this.here(this.timed));
  readonly search = $derived.by(() => (this.searched?.network === this.free ? this.searched.found : undefined));
  /** The networks of the search that no other beats in both, from the least costly up. */
  readonly front = $derived(paretoFront(this.search?.points ?? []));
  /** Accuracy that was lost where one layer alone had the fewest bits, by layer. */
  readonly damages: Readonly<Record<string, number>> = $derived.by(() => {
    const points = this.search?.points ?? [];
    const alone = points.flatMap((point) => (point.step === 'sensitivity' ? [point] : []));
    const fewest = Math.min(...alone.map(({ widths }) => widths.weightBits));
    const at = alone.filter(({ widths }) => widths.weightBits === fewest);
    return Object.fromEntries(at.map(({ layer, accuracy }) => [layer, points[0].accuracy - accuracy]));
  });

  constructor(
    private readonly playground: Playground,
    private readonly lesson: Lesson,
  ) {}

  /** All that decides on the network: the recipe where the slider stands. */
  private get choices() {
    return { ...this.playground.options, ...this.lesson.widths };
  }
  private get network(): string {
    return JSON.stringify(this.choices);
  }
  /** The network without the bits of single layers, which a search replaces. */
  private get free(): string {
    return JSON.stringify({ ...this.choices, layerBits: '' });
  }

  private here<T>(of: Of<T> | undefined): T | undefined {
    return of?.network === this.network ? of.found : undefined;
  }

  /** Each layer as PTQ makes it, and where it was healed, as training made it. */
  look(): Promise<void> {
    return this.work('look', async () => {
      const { network, choices } = this;
      const { project } = this.playground;
      this.looked = { network, found: await project.layers.quantized(choices) };
      if (this.lesson.figures) this.retrained = { network, found: await project.layers.trained() };
    });
  }

  /** How long each layer takes. */
  time(): Promise<void> {
    return this.work('times', async () => {
      const { network, choices } = this;
      this.timed = { network, found: await this.playground.project.layers.times(choices) };
    });
  }

  /** Widths for each layer: what was found so far stays where it is ended. */
  seek(budget: Budget): Promise<void> {
    return this.work('search', async (signal) => {
      const { free: network, choices } = this;
      const { project } = this.playground;
      const points: SearchPoint[] = [];
      const tell = (whole: boolean) => (this.searched = { network, found: { budget, points: [...points], whole } });
      tell(false);
      const take = (point: SearchPoint): void => {
        points.push(point);
        tell(false);
      };
      tell(await project.layers.search({ ...choices, layerBits: '' }, budget, take, signal));
    });
  }

  end(): void {
    this.hand?.abort();
  }

  /** A network of the search into the recipe: the slider and QAT have its widths from then on. */
  use({ layers }: SearchPoint): void {
    this.playground.choose({ layerBits: writeLayerBits(layers) });
    this.playground.announcement = words().layers.used;
  }

  private async work(doing: Doing, what: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    if (this.doing) return;
    this.doing = doing;
    this.problem = undefined;
    const { signal } = (this.hand = new AbortController());
    try {
      await what(signal);
    } catch (error) {
      this.problem = problemOf(error);
    } finally {
      this.doing = undefined;
    }
  }
}

const KEY = Symbol('layers');
export const provideLayers = (layers: Layers): Layers => setContext(KEY, layers);
export const useLayers = (): Layers => getContext<Layers>(KEY);
