// Which layer costs what: every layer of a quantized network beside FP32, and the search of widths for each. Not for whole
// networks' answers (stops.ts), nor for the maths (src/analysis, src/lab).
import { proxy } from 'comlink';
import type {
  LayerComparison,
  PreparedOptions,
  PtqChoices,
  SearchPoint,
  SearchRequest,
  TensorReport,
  TrainingRef,
} from '../worker/api';
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
    const compared = await train.compareLayers({ kind: 'ptq', options: { ...options, fuseAddRelu: true } }, IMAGES);
    return compared.map((layer) => ({ ...layer, tensors: reports.find(({ name }) => name === layer.name) }));
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

const IMAGES = { split: 'validation', start: 0, count: COMPARED_IMAGES } as const;
