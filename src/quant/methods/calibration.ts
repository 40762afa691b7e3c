// What post-training quantization has to see of a network's activations, once for all bit widths and methods: which graph is
// run, what watches which of its outputs, and what is kept of it. Not for running it: src/train's calibrate.
import type { ParamStore } from '../../core/params';
import type { ObservedRange } from '../../core/qparams';
import { nodeById } from '../../graph/graph';
import type { Graph, WeightedNode } from '../../graph/types';
import type { Histogram } from '../histogram';
import { HistogramObserver } from '../histogram-observer';
import { MeanMap, weightInputMeans } from '../input-means';
import { observeWeights } from '../observe-weights';
import { prepareQat, type PrepareOptions } from '../prepare';
import { getDefaultQConfig } from '../qconfigs';
import type { QatGraph } from '../types';
import { equalize } from './equalize';

export interface CalibrationOptions extends PrepareOptions {
  /** Default false: weights as they are. Ranges differ with it, so that it belongs to calibration. */
  readonly equalize?: boolean;
}

/** A calibrated network, ready to be quantized at any bit width. Plain data: it crosses to another worker as it is. */
export interface Calibrated extends PrepareOptions {
  /** Fused, its batch norms folded; or nothing of it fused. */
  readonly graph: Graph;
  readonly params: ParamStore;
  /** What the calibration saw of each activation, by node id. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** By node id, of weights by weightKey: PyTorch's own, which depend on no bit width. */
  readonly ranges: ReadonlyMap<string, ObservedRange>;
  /** By id of the nodes with weights: see weightInputMeans. */
  readonly inputMeans: ReadonlyMap<string, Float32Array>;
}

/** Sees the outputs of a node, a batch after the other. */
interface Watcher {
  observe(x: Float32Array): void;
}

export class Calibration {
  /** Between stubs, nothing simulated: what is to be run, with `params`. */
  readonly graph: QatGraph;
  readonly params: ParamStore;
  /** By node id. */
  readonly watchers: ReadonlyMap<string, readonly Watcher[]>;
  private readonly floats: Graph;
  private readonly histograms: ReadonlyMap<string, HistogramObserver>;
  private readonly means: ReadonlyMap<string, MeanMap>;

  /** @param network its batch norms folded (foldBatchNorms), or nothing of it fused */
  constructor(
    network: { readonly graph: Graph; readonly params: ParamStore },
    private readonly options: CalibrationOptions,
  ) {
    this.floats = network.graph;
    this.params = options.equalize ? equalize(network.graph, network.params) : network.params;
    this.graph = prepareQat(network.graph, getDefaultQConfig('fbgemm'), options);
    const observed = Object.entries(this.graph.quant).filter(([, { activation }]) => activation);
    this.histograms = new Map(observed.map(([id]) => [id, new HistogramObserver()]));
    this.means = new Map(
      weightedNodes(this.graph).map(({ inputs: [id] }) => {
        const { h, w, c } = nodeById(this.graph, id).out;
        return [id, new MeanMap(h * w * c)];
      }),
    );
    const watched = new Set([...this.histograms.keys(), ...this.means.keys()]);
    this.watchers = new Map(
      [...watched].map((id) => [
        id,
        [this.histograms.get(id), this.means.get(id)].filter((seen) => seen !== undefined),
      ]),
    );
  }

  /** What was seen until now; an activation of which nothing was has no histogram and no range. */
  calibrated(): Calibrated {
    const histograms = new Map<string, Histogram>();
    const activations = new Map<string, ObservedRange>();
    for (const [id, observer] of this.histograms) {
      const range = observer.range();
      if (!range) continue;
      histograms.set(id, observer.histogram!);
      activations.set(id, range);
    }
    const inputMeans = new Map(
      weightedNodes(this.graph).map((node) => {
        const [input] = node.inputs;
        return [node.id, weightInputMeans(node, this.means.get(input)!.mean(), nodeById(this.graph, input).out)];
      }),
    );
    const { fuseAddRelu } = this.options;
    const ranges = observeWeights(this.graph, this.params, activations);
    return { graph: this.floats, params: this.params, fuseAddRelu, histograms, ranges, inputMeans };
  }
}

const weightedNodes = ({ nodes }: Graph): WeightedNode[] =>
  nodes.filter((node) => node.op === 'conv' || node.op === 'linear');
