// Which layer costs what: every layer of a quantized network beside FP32, and the search of widths for each. Not for whole
// networks' answers (stops.ts), nor for the maths (src/analysis, src/lab).
import { proxy } from 'comlink';
import type {
  LayerChange,
  LayerComparison,
  LayerMaps,
  LayerParting,
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
import { Latest } from '../core/latest';
import { unawaited } from './life';
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
export const COMPARED = { split: 'validation', start: 0, count: COMPARED_IMAGES } as const;
/** Those that one layer is looked at on, before and after training. */
export const CHANGE_IMAGES = 64;

export class LayerStudy {
  /** The network that the engine holds to be looked into, and the maps of an image. */
  private readonly inspected = new Latest<unknown>();
  private readonly mapped = new Latest<LayerMaps[]>();
  private readonly parted = new Latest<LayerParting[]>();

  /**
   * @param workers those there are now @param stops that load and calibrate
   * @param training what the run in hand has trained; throws where it has trained nothing @param threads of the engine
   */
  constructor(
    private readonly workers: () => Pick<Workers, 'train' | 'engine' | 'over'>,
    private readonly stops: Pick<Stops, 'prepare'>,
    private readonly training: () => TrainingRef,
    private readonly threads = () => navigator.hardwareConcurrency,
  ) {}

  /** The network as PTQ makes it. @throws PlaygroundError as the load step does */
  async quantized(options: PreparedOptions): Promise<LayerCost[]> {
    await this.stops.prepare(options);
    const { train, engine } = this.workers();
    const reports = await engine.tensors(options);
    const compared = await train.compareLayers(ptqOf(options), COMPARED);
    return compared.map((layer) => ({ ...layer, tensors: reports.find(({ name }) => name === layer.name) }));
  }

  /** One node's tensors over the grids of their codes. @throws PlaygroundError as the load step does */
  async detail(choices: PtqChoices, id: string): Promise<TensorDetail> {
    await this.stops.prepare(choices);
    return this.workers().engine.detail(choices, id);
  }

  /** What FP32, the simulated and the integer network of PTQ make of one image, by its bytes, operation by operation. */
  async maps(options: PreparedOptions, pixels: Uint8Array): Promise<LayerMaps[]> {
    await this.stops.prepare(options);
    const workers = this.workers();
    return this.mapped.of(workers, JSON.stringify([options, [...pixels]]), () =>
      workers.train.layerMaps(ptqOf(options), pixels),
    );
  }

  /** One output of the integer network of PTQ, of one image by its bytes. @throws PlaygroundError as EngineApi.walk */
  async walk(choices: PtqChoices, pixels: Uint8Array, layer: string, at: Position): Promise<Walk> {
    await this.inspect(choices);
    return this.workers().engine.walk('inspected', pixels, layer, at);
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

  /**
   * What the three make of one image, by its bytes, and where the simulated and the integer network part, and by what.
   * @param of PTQ by these choices, or what the run in hand has trained @throws PlaygroundError as trained, or as the load step does
   */
  async partings(of: PreparedOptions | 'trained', pixels: Uint8Array): Promise<LayerParting[]> {
    const subject = of === 'trained' ? this.trainedSubject() : ptqOf(of);
    if (subject.kind === 'ptq') await this.stops.prepare(subject.options);
    const workers = this.workers();
    return this.parted.of(workers, JSON.stringify([subject, [...pixels]]), () =>
      workers.train.partings(subject, pixels),
    );
  }

  /** What training has made of it. @throws PlaygroundError 'bad-argument' where nothing was trained */
  async trained(): Promise<LayerComparison[]> {
    return this.workers().train.compareLayers(this.trainedSubject(), COMPARED);
  }

  /** One layer before and after it was trained, on the same validation images. @throws PlaygroundError as trained */
  async change(id: string): Promise<LayerChange | undefined> {
    return this.workers().train.layerChange(this.training(), id, { ...COMPARED, count: CHANGE_IMAGES });
  }

  private trainedSubject() {
    return { kind: 'qat', training: this.training() } as const;
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
    const workers = this.workers();
    const { engine } = workers;
    const end = () => unawaited(workers, engine.endSearch());
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
