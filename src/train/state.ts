// What training changes, on the device: weights, running statistics, momentum, observed ranges; and as plain arrays.
// Not for the arithmetic of a step: train-forward.ts and trainer.ts.
import * as tf from '@tensorflow/tfjs';
import type { ParamStore } from '../core/params';
import { isUnseen, type ObservedRange } from '../core/qparams';
import { parameter } from '../graph/fold';
import type { Graph } from '../graph/types';
import { freeze, NONE, type FrozenQuantizers } from '../quant/freeze';
import type { Histogram } from '../quant/histogram';
import { BINS, HistogramObserver } from '../quant/histogram-observer';
import { observeWeights } from '../quant/observe-weights';
import type { QatGraph } from '../quant/types';
import { rangeTensor } from './float-model';
import { followStatistics } from './follow-statistics';
import { toTfjs } from './layout';
import type { HistogramTensors } from './ops/quantize';
import type { OscillationState } from './oscillations';
import type { ParameterGroup } from './optimizers/optimizer';
import { stateLayout } from './state-layout';
import { readVariables, variableOf } from './variables';

/** Everything needed to go on training as if it had never stopped; plain arrays in PyTorch's names and layouts. */
export interface TrainState {
  readonly step: number;
  readonly params: ParamStore;
  /** What the optimizer remembers: see Memory. */
  readonly momentum: ParamStore;
  readonly squares: ParamStore;
  /** Running averages of what is trained; empty where none are kept, and before the first step. */
  readonly averages: ParamStore;
  /** Re-estimated means and variances of batch norms, which stand for the running ones; empty before a run's end. */
  readonly statistics: ParamStore;
  /** By node id, how the codes of weights have changed, where some are held for it; else empty. */
  readonly oscillations: ReadonlyMap<string, OscillationState>;
  readonly ranges: ReadonlyMap<string, ObservedRange>;
  /** By node id, of those that have seen something. */
  readonly histograms: ReadonlyMap<string, Histogram>;
  /** Whether the last step kept the observers' ranges. */
  readonly observersFrozen: boolean;
}

/** Before the first step. @param params the weights to start from */
export function freshState(params: ParamStore): TrainState {
  return {
    ...{ step: 0, params, observersFrozen: false },
    ...{ momentum: new Map(), squares: new Map(), averages: new Map(), statistics: new Map() },
    ...{ oscillations: new Map(), ranges: new Map(), histograms: new Map() },
  };
}

/** Weights in PyTorch's layouts and the quantizers of them and of the activations; a float network has none. */
export interface Trained {
  readonly params: ParamStore;
  readonly quantizers: FrozenQuantizers;
}

/**
 * What both FloatModel and convert take, so that simulated and integer model share their codes: quantizers over the
 * weights as they are now, unless observers are frozen; of averages and statistics where there are any. @throws PlaygroundError as freeze
 */
export function trainedBy(
  graph: Graph | QatGraph,
  state: Pick<TrainState, 'params' | 'averages' | 'statistics' | 'ranges' | 'histograms' | 'observersFrozen'>,
): Trained {
  const { histograms, observersFrozen, statistics } = state;
  const learned = { params: new Map([...state.params, ...state.averages]), ranges: state.ranges };
  const network = followStatistics(graph, learned, statistics);
  const { params } = network;
  if (!('quant' in graph)) return { params, quantizers: NONE };
  const ranges = new Map(network.ranges);
  for (const [id, histogram] of histograms) ranges.set(id, new HistogramObserver(histogram).range()!);
  const seen = observersFrozen ? ranges : observeWeights(graph, params, ranges);
  return { params, quantizers: freeze(graph, seen, params) };
}

export class DeviceState {
  /** By PyTorch's name, in tfjs's layout. */
  readonly trainable: ReadonlyMap<string, tf.Variable>;
  /** Scales and zero points that are learned: by name, [2, channels]. */
  readonly learned: ReadonlyMap<string, tf.Variable<tf.Rank.R2>>;
  /** Of both. */
  readonly groups: readonly ParameterGroup[];
  /** Running means and variances. */
  readonly running = new Map<string, tf.Variable<tf.Rank.R1>>();
  /** By node id and weightKey(id): [2, 1] or [2, C]; infinite before anything was seen. */
  readonly ranges = new Map<string, tf.Variable<tf.Rank.R2>>();
  /** By node id; an infinite range before anything was seen. */
  readonly histograms = new Map<string, HistogramTensors<tf.Variable<tf.Rank.R1>>>();

  private readonly made: tf.Variable[] = [];

  constructor(graph: Graph | QatGraph, state: Pick<TrainState, 'params' | 'ranges' | 'histograms'>) {
    const { trainable, running, learned, ranges, histograms } = stateLayout(graph);
    const load = (name: string, length: number) => toTfjs(parameter(state.params, name, length));
    const variables = (lengths: ReadonlyMap<string, number>) =>
      new Map(
        [...lengths].map(([name, length]) => {
          const { shape, data } = load(name, length);
          return [name, this.variable(tf.tensor(data, [...shape]), true)];
        }),
      );
    try {
      this.trainable = variables(trainable);
      this.learned = variables(learned) as Map<string, tf.Variable<tf.Rank.R2>>;
      this.groups = [
        { variables: this.trainable, decays: true },
        ...(learned.size > 0 ? [{ variables: this.learned, decays: false }] : []),
      ];
      for (const [name, length] of running)
        this.running.set(name, this.variable(tf.tensor1d(load(name, length).data), false));
      for (const [key, channels] of ranges) {
        const unseen = {
          min: new Float32Array(channels).fill(Infinity),
          max: new Float32Array(channels).fill(-Infinity),
        };
        this.ranges.set(key, this.variable(rangeTensor(state.ranges.get(key) ?? unseen), false));
      }
      for (const id of histograms) {
        const known = state.histograms.get(id) ?? { counts: new Float32Array(BINS), min: Infinity, max: -Infinity };
        this.histograms.set(id, {
          counts: this.variable(tf.tensor1d(known.counts), false),
          range: this.variable(tf.tensor1d([known.min, known.max]), false),
        });
      }
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Trainable parameters and running statistics, in PyTorch's layouts. */
  async params(): Promise<ParamStore> {
    const [weights, scales, running] = [this.trainable, this.learned, this.running];
    return new Map([
      ...(await readVariables(weights)),
      ...(await readVariables(scales)),
      ...(await readVariables(running)),
    ]);
  }

  async observedRanges(): Promise<ReadonlyMap<string, ObservedRange>> {
    const ranges = new Map<string, ObservedRange>();
    for (const [key, range] of this.ranges) {
      const values = (await range.data()) as Float32Array;
      const channels = values.length / 2;
      ranges.set(key, { min: values.slice(0, channels), max: values.slice(channels) });
    }
    return ranges;
  }

  async observedHistograms(): Promise<ReadonlyMap<string, Histogram>> {
    const histograms = new Map<string, Histogram>();
    for (const [id, { counts, range }] of this.histograms) {
      const [min, max] = await range.data();
      if (!isUnseen(min, max)) histograms.set(id, { counts: (await counts.data<'float32'>()).slice(), min, max });
    }
    return histograms;
  }

  dispose(): void {
    tf.dispose(this.made);
  }

  /** A variable that dispose() disposes of. */
  private variable<R extends tf.Rank>(tensor: tf.Tensor<R>, trainable: boolean): tf.Variable<R> {
    const made = variableOf(tensor, trainable);
    this.made.push(made as tf.Variable);
    return made;
  }
}
