// Which layer costs what: every layer of a quantized network beside FP32, and the search of widths for each. Not for whole
// networks' answers (stops.ts), nor for the maths (src/analysis, src/lab).
import { proxy } from 'comlink';
import type {
  LayerComparison,
  LayerMaps,
  Position,
  PreparedOptions,
  PtqChoices,
  SearchPoint,
  SearchRequest,
  TensorDetail,
  TensorReport,
  TrainingRef,
  Walk,
} from '../worker/api';
import { Latest } from './latest';
import type { Stops } from './stops';
import type { Workers } from './workers';

/** Of one operation of the network that PTQ gives. */
export interface LayerCost extends LayerComparison {
  /** Of what it holds and gives: undefined of an operation that only passes codes on. */
  readonly tensors: TensorReport | undefined;
}

/** What a search in the page tries: few enough for a minute. */
export const SEARCH: Omit<SearchRequest, 'budget' | 'threads'> = { weightBits: [8, 4, 3, 2], images: 1000 };
/** Validation images that layers are compared on. */
export const COMPARED_IMAGES = 16;

export class LayerStudy {
  /** The network that the engine holds to be looked into, and the maps of an image. */
  private readonly inspected = new Latest<unknown>();
  private readonly mapped = new Latest<LayerMaps[]>();

  /** @param workers those there are now @param stops that load and calibrate @param threads of the engine */
  constructor(
    private readonly workers: () => Pick<Workers, 'train' | 'engine'>,
    private readonly stops: Pick<Stops, 'prepare'>,
    private readonly threads = () => navigator.hardwareConcurrency,
  ) {}

  /** The network as PTQ makes it. @throws PlaygroundError as the load step does */
  async quantized(options: PreparedOptions): Promise<LayerCost[]> {
    await this.stops.prepare(options);
    const { train, engine } = this.workers();
    const reports = await engine.tensors(options);
    const compared = await train.compareLayers(ptqOf(options), IMAGES);
    return compared.map((layer) => ({ ...layer, tensors: reports.find(({ name }) => name === layer.name) }));
  }

  /** One node's tensors over the grids of their codes. @throws PlaygroundError as the load step does */
  async detail(choices: PtqChoices, id: string): Promise<TensorDetail> {
    await this.stops.prepare(choices);
    return this.workers().engine.detail(choices, id);
  }

  /** What FP32, the simulated and the integer network of PTQ make of one validation image, operation by operation. */
  async maps(options: PreparedOptions, index: number): Promise<LayerMaps[]> {
    await this.stops.prepare(options);
    const workers = this.workers();
    return this.mapped.of(workers, JSON.stringify([options, index]), () =>
      workers.train.layerMaps(ptqOf(options), 'validation', index),
    );
  }

  /** One output of the integer network of PTQ, of one validation image. @throws PlaygroundError as EngineApi.walk */
  async walk(choices: PtqChoices, index: number, layer: string, at: Position): Promise<Walk> {
    await this.inspect(choices);
    return this.workers().engine.walk('inspected', 'validation', index, layer, at);
  }

  /** Microseconds of each operation of the network of PTQ on one thread, layer after layer. */
  async times(choices: PtqChoices): Promise<ReadonlyMap<string, number>> {
    await this.inspect(choices);
    const layers = await this.workers().engine.profile('inspected');
    return new Map(layers.map(({ name, microseconds }) => [name, microseconds]));
  }

  /** Has the engine hold that network, on one thread. */
  private async inspect(choices: PtqChoices): Promise<void> {
    const workers = this.workers();
    await this.stops.prepare(choices);
    await this.inspected.of(workers, JSON.stringify(choices), () => workers.engine.quantize('inspected', choices, 1));
  }

  /** What training has made of it. @throws PlaygroundError 'bad-argument' where nothing was trained */
  trained(training: TrainingRef): Promise<LayerComparison[]> {
    return this.workers().train.compareLayers({ kind: 'qat', training }, IMAGES);
  }

  /**
   * Searches widths for each layer, by validation images; the slider may be asked meanwhile.
   * @param onPoint told of each network as it was measured @returns whether it came to its end
   */
  async search(
    choices: PtqChoices,
    budget: SearchRequest['budget'],
    onPoint: (point: SearchPoint) => void,
    signal: AbortSignal,
  ): Promise<boolean> {
    await this.stops.prepare(choices);
    if (signal.aborted) return false;
    const { engine } = this.workers();
    const end = () => void engine.endSearch();
    signal.addEventListener('abort', end, { once: true });
    try {
      const request = { ...SEARCH, budget, threads: this.threads() };
      return await engine.searchWidths(choices, request, proxy(onPoint));
    } finally {
      signal.removeEventListener('abort', end);
    }
  }
}

/** The slider's network has its sums and ReLUs in one. */
const ptqOf = (options: PreparedOptions) => ({ kind: 'ptq', options: { ...options, fuseAddRelu: true } }) as const;

const IMAGES = { split: 'validation', start: 0, count: COMPARED_IMAGES } as const;
