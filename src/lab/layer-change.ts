// One layer before and after training, each network by itself on the same images: its tensors over the grids of their codes,
// and how far from FP32 it is. Not for what a calibration saw (tensor-report.ts), nor for all layers: layers.ts.
import { Similarity } from '../analysis/similarity';
import { weightSteps } from '../analysis/weight-steps';
import type { ParamStore } from '../core/params';
import type { QParams } from '../core/qparams';
import { inferenceWeights } from '../graph/fold';
import type { WeightedNode } from '../graph/types';
import { quantizeWeight } from '../quant/fake-quant';
import { simulating } from '../quant/freeze';
import { histc, type Histogram } from '../quant/histogram';
import { FloatModel } from '../train/float-model';
import { outputsOf, sumsOf } from '../train/outputs';
import type { QuantizedNetwork } from './three-networks';

/** Bins of an activation's values. */
const BINS = 512;

/** A network, and the FP32 parameters it is compared to, in the same graph. */
export interface Compared {
  readonly network: QuantizedNetwork;
  readonly reference: ParamStore;
}

/** A layer in one network; undefined what it does not have. */
export interface LayerHeld {
  /** What leaves it, before it is rounded, and its quantizer. */
  readonly activation: { readonly histogram: Histogram; readonly q: QParams } | undefined;
  /** Weights in steps of their channel's scale; the scale is the mean of all channels. */
  readonly weight:
    { readonly steps: Histogram; readonly scale: number; readonly qmin: number; readonly qmax: number } | undefined;
  /** Of what the simulated network makes of it, against FP32: see Similarity. */
  readonly sqnr: number;
}

/** Of what the two have in common; undefined where one of them has no such layer. */
export interface LayerChange {
  readonly before: LayerHeld;
  readonly after: LayerHeld;
  /** Share of its weights' codes that are not what they were; undefined without weights. */
  readonly changed: number | undefined;
}

/** @param x images, normalised, NHWC */
export async function layerChange(
  before: Compared,
  after: Compared,
  id: string,
  x: Float32Array,
): Promise<LayerChange | undefined> {
  if (![before, after].every(({ network }) => network.graph.nodes.some((node) => node.id === id))) return undefined;
  const [values, valuesAfter] = [await valuesOf(before, id, x), await valuesOf(after, id, x)];
  // Both over one range, that they may be laid one above the other.
  const ends = [values, valuesAfter].flatMap(({ sums }) => [least(sums), largest(sums)]);
  const range = [Math.min(...ends), Math.max(...ends)] as const;
  const [codes, codesAfter] = [weightOf(before.network, id)?.codes, weightOf(after.network, id)?.codes];
  return {
    before: heldBy(before.network, id, values, range),
    after: heldBy(after.network, id, valuesAfter, range),
    changed: codes && codesAfter && codes.filter((code, i) => code !== codesAfter[i]).length / codes.length,
  };
}

interface Values {
  /** Before they are rounded. */
  readonly sums: Float32Array;
  readonly sqnr: number;
}

async function valuesOf({ network, reference }: Compared, id: string, x: Float32Array): Promise<Values> {
  const { graph, params, quantizers } = network;
  const models: FloatModel[] = [];
  const started = (model: FloatModel) => (models.push(model), model);
  const ids = new Set([id]);
  try {
    const float = await only(outputsOf(started(new FloatModel(graph, reference)), x, ids));
    const fake = started(new FloatModel(graph, params, simulating(quantizers)));
    const simulated = await only(outputsOf(fake, x, ids));
    return { sums: await only(sumsOf(fake, x, ids)), sqnr: new Similarity().add(float, simulated).sqnr };
  } finally {
    for (const model of models) model.dispose();
  }
}

async function only(outputs: AsyncIterable<readonly [string, Float32Array]>): Promise<Float32Array> {
  for await (const [, values] of outputs) return values;
  throw new Error('The network has no such output.');
}

function heldBy(
  network: QuantizedNetwork,
  id: string,
  { sums, sqnr }: Values,
  [min, max]: readonly [number, number],
): LayerHeld {
  const q = network.quantizers.activations.get(id);
  const weight = weightOf(network, id);
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    activation: q && { histogram: { counts: histc(sums, BINS, min, max), min, max }, q },
    weight: weight && {
      steps: weightSteps(weight.data, weight.q),
      ...{ scale: mean(weight.q.scales), qmin: weight.q.qmin, qmax: weight.q.qmax },
    },
    sqnr,
  };
}

/** As inference has it: values, quantizer and codes. */
function weightOf({ graph, params, quantizers }: QuantizedNetwork, id: string) {
  const frozen = quantizers.weights.get(id);
  if (!frozen) return undefined;
  const node = graph.nodes.find((node) => node.id === id) as WeightedNode;
  const { data } = inferenceWeights(node, params).weight;
  const { q, codes = quantizeWeight(data, q) } = frozen;
  return { data, q, codes };
}

const least = (values: Float32Array): number => values.reduce((a, b) => Math.min(a, b), Infinity);
const largest = (values: Float32Array): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
