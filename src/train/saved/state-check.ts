// Whether a stored state is one that its run's graph can go on from: names, sizes, finiteness. Not for records: record.ts.
import type { Param, ParamStore } from '../../core/params';
import type { ObservedRange } from '../../core/qparams';
import type { Graph, WeightedNode } from '../../graph/types';
import type { Histogram } from '../../quant/histogram';
import { BINS } from '../../quant/histogram-observer';
import type { QatGraph } from '../../quant/types';
import { freshRun, type KeptRun } from '../kept-run';
import type { OscillationState } from '../oscillations';
import type { TrainState } from '../state';
import { stateLayout } from '../state-layout';
import { unusable, type RunRecord } from './record';

/** What states had not from the first day: what was stored without it had none. */
const ADDED: Partial<TrainState> = {
  squares: new Map(),
  averages: new Map(),
  statistics: new Map(),
  oscillations: new Map(),
};

/** What a run trains, and the parameters it begins with. */
export interface Start {
  readonly graph: Graph | QatGraph;
  readonly params: ParamStore;
  /** What a fresh run begins with in their place, where finding it takes longer. */
  begins?(): Promise<ParamStore>;
}

/**
 * What was kept of a run, from its record and the state stored with it; at step 0 it is the start.
 * @throws PlaygroundError 'storage' when the state is of another step or network, or damaged
 */
export function asKeptRun(record: RunRecord, state: unknown, start: Start): KeptRun {
  const { step, history, result } = record;
  if (step === 0) return { ...freshRun(start.params), result };
  const whole = isObject(state) ? { ...ADDED, ...state } : state;
  checkState(whole, step, start);
  return { state: whole, history, result };
}

function checkState(value: unknown, step: number, { graph, params: first }: Start): asserts value is TrainState {
  if (!isObject(value)) throw unusable('its state is missing');
  const { params, momentum, squares, averages, statistics, oscillations, ranges, histograms, ...rest } =
    value as Partial<Record<keyof TrainState, unknown>>;
  if (rest.step !== step || typeof rest.observersFrozen !== 'boolean') throw unusable('its state is of another step');
  const layout = stateLayout(graph);
  const learned = [...layout.trainable.keys(), ...layout.learned.keys()];
  const fits = (name: string, param: unknown) => isParam(param, first.get(name)!);
  checkMap('params', params, [...learned, ...layout.running.keys()], fits);
  checkMap('momentum', momentum, learned, fits);
  // All or, where none are kept, none.
  const none = (map: unknown) => map instanceof Map && map.size === 0;
  checkMap('squares', squares, none(squares) ? [] : learned, fits);
  checkMap('averages', averages, none(averages) ? [] : learned, fits);
  checkMap('statistics', statistics, none(statistics) ? [] : [...layout.running.keys()], fits);
  const watched = none(oscillations)
    ? []
    : graph.nodes.filter(({ id }) => 'quant' in graph && graph.quant[id]?.weight?.simulate);
  checkMap(
    'oscillations',
    oscillations,
    watched.map(({ id }) => id),
    (id, known) => {
      const { weight } = graph.nodes.find((node) => node.id === id) as WeightedNode;
      return isOscillation(known, first.get(weight)!.data.length);
    },
  );
  checkMap('ranges', ranges, [...layout.ranges.keys()], (key, range) => isRange(range, layout.ranges.get(key)!));
  // Of those alone that have seen something.
  const seen = histograms instanceof Map ? [...layout.histograms].filter((id) => histograms.has(id)) : [];
  checkMap('histograms', histograms, seen, (_, histogram) => isHistogram(histogram));
}

/** @throws PlaygroundError 'storage' unless the value is a map of exactly these names to fitting values */
function checkMap(
  what: string,
  map: unknown,
  names: readonly string[],
  fits: (name: string, value: unknown) => boolean,
): void {
  if (!(map instanceof Map) || map.size !== names.length) throw unusable(`its ${what} are damaged`);
  for (const name of names) if (!fits(name, map.get(name))) throw unusable(`its ${what} are damaged at ${name}`);
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const finite = (values: Float32Array): boolean => values.every(Number.isFinite);
const isFloats = (value: unknown, length: number): value is Float32Array =>
  value instanceof Float32Array && value.length === length;

function isParam(value: unknown, like: Param): boolean {
  const { shape, data } = Object(value) as Partial<Param>;
  return String(shape) === String(like.shape) && isFloats(data, like.data.length) && finite(data);
}

function isOscillation(value: unknown, length: number): boolean {
  const { looks, codes, directions, changed, frequencies, means } = Object(value) as Partial<OscillationState>;
  return (
    [codes, directions].every((bytes) => bytes instanceof Int8Array && bytes.length === length) &&
    changed instanceof Int32Array &&
    changed.length === length &&
    changed.every((look) => look >= 0 && look <= looks!) &&
    [frequencies, means].every((floats) => isFloats(floats, length) && finite(floats))
  );
}

/** Channels that have seen nothing have an infinite range, upside down. */
function isRange(value: unknown, channels: number): boolean {
  const { min, max } = Object(value) as Partial<ObservedRange>;
  if (!isFloats(min, channels) || !isFloats(max, channels)) return false;
  return min.every((low, c) => isSpan(low, max[c]) || (low === Infinity && max[c] === -Infinity));
}

function isHistogram(value: unknown): boolean {
  const { counts, min, max } = Object(value) as Partial<Histogram>;
  return isFloats(counts, BINS) && counts.every((count) => count >= 0 && count < Infinity) && isSpan(min, max);
}

const isSpan = (min: unknown, max: unknown): boolean =>
  Number.isFinite(min) && Number.isFinite(max) && (min as number) <= (max as number);
