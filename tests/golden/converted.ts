// The converted networks of the fixtures as Int8Models: our conversion fed with PyTorch's ranges and, for QAT topics,
// PyTorch's trained weights. For tests of the conversion and of every integer engine.
import { convert, type ConvertOptions } from '../../src/convert/convert';
import type { Int8Model, Int8Op } from '../../src/int8/int8-model';
import type { ObservedRange } from '../../src/core/qparams';
import { fuse } from '../../src/graph/fuse';
import { resnet18 } from '../../src/graph/resnet18';
import type { Graph } from '../../src/graph/types';
import { keepEightBits, type KeepEight } from '../../src/quant/eight-bits';
import { freeze } from '../../src/quant/freeze';
import { observeWeights } from '../../src/quant/observe-weights';
import { prepareQat } from '../../src/quant/prepare';
import { getDefaultQatQConfig, getDefaultQConfig, type QConfigOptions, type WeightScheme } from '../../src/quant/qconfigs';
import { loadFixture, type Fixture } from './fixture';
import { loadCheckpoint } from './network';

/** Pretrained weights, min-max ranges: all that convert makes can be compared. */
export const PTQ_TOPICS = [
  'int8_ptq_minmax_add',
  'int8_ptq_minmax_add_relu',
  'int8_ptq_minmax_add_relu_8bit',
  'int8_ptq_minmax_add_relu_w4',
  'int8_ptq_qnnpack',
  'int8_ptq_unfused',
] as const;
/** Pretrained weights; the fixture has the histograms' ends, not the ranges chosen within: qparams are the fixture's. */
export const HISTOGRAM_TOPIC = 'int8_ptq_histogram_add';
/** Trained weights: codes, scales and biases are the fixture's. */
export const QAT_TOPICS = ['int8_qat_add', 'int8_qat_add_relu'] as const;
export type ConvertedTopic = (typeof PTQ_TOPICS)[number] | typeof HISTOGRAM_TOPIC | (typeof QAT_TOPICS)[number];

interface ConvertedLayer {
  readonly name: string;
  readonly op: string;
  readonly inputs: string[];
  readonly scale: number;
  readonly zero_point: number;
  readonly relu?: boolean;
  readonly kernel?: number;
  readonly stride?: number;
  readonly pad?: number;
  readonly weights_sha256?: string;
}
export interface ConvertedValues {
  readonly layers: readonly ConvertedLayer[];
  readonly images: { readonly first: number; readonly traced: number; readonly predicted: number };
  readonly predictions: readonly number[];
  readonly predictions_at_127?: readonly number[];
  readonly made: {
    readonly add_relu: boolean;
    readonly qmax: number;
    readonly weight_bits?: number;
    readonly weight_scheme?: WeightScheme;
    readonly fused?: boolean;
  };
  /** Other engines of PyTorch: how far a layer's codes are from ours of the same inputs at most, and how many are. */
  readonly engines?: Readonly<Record<string, { readonly largest: number; readonly share: number }>>;
  readonly observed: Readonly<Record<string, { readonly min: number; readonly max: number }>>;
}

/**
 * @param saturateAt 'quint8': PyTorch's integers (codes.*, predictions); 'qconfig': the simulation's clamp
 * (codes_at_127.*, predictions_at_127, where the fixture has them)
 */
export function loadConverted(
  topic: ConvertedTopic,
  saturateAt: ConvertOptions['saturateAt'] = 'quint8',
): { fixture: Fixture<ConvertedValues>; model: Int8Model } {
  const fixture = loadFixture<ConvertedValues>(topic);
  const { made, observed, layers } = fixture.values;
  const { params, sha256 } = loadCheckpoint();
  if (sha256 !== fixture.checkpoint) throw new Error(`${topic} was made from other weights than public/checkpoint`);

  const { weight_bits: weightBits = 8, weight_scheme: weightScheme } = made;
  const options = { weightBits, weightScheme, reduceRange: made.qmax === 127 };
  const ranges = rangesOf(observed);
  const trained = fixture.names.some((name) => name.startsWith('weights_delta.'));
  const qconfig = trained ? getDefaultQatQConfig('fbgemm', options) : getDefaultQConfig('fbgemm', options);
  const graph = prepareQat(floatGraphOf(fixture.values), qconfig, { fuseAddRelu: made.add_relu });
  const model = convert(graph, params, freeze(graph, observeWeights(graph, params, ranges)), { saturateAt });
  if (trained) return { fixture, model: { ...model, ops: model.ops.map((op) => withTrainedWeights(op, fixture)) } };
  if (topic !== HISTOGRAM_TOPIC) return { fixture, model };

  const layerOf = (tensor: number) => (tensor === 0 ? 'quant' : model.ops.find(({ output }) => output === tensor)!.name);
  const tensors = model.tensors.map((tensor, i) => {
    const { scale, zero_point } = layers.find(({ name }) => name === layerOf(i))!;
    return { ...tensor, q: { ...tensor.q, scale, zeroPoint: zero_point } };
  });
  return { fixture, model: { ...model, tensors } };
}

/** What PyTorch prepared. */
export function floatGraphOf({ made: { fused = true } }: ConvertedValues): Graph {
  const graph = resnet18();
  return fused ? fuse(graph).graph : graph;
}

/** The pretrained network at any widths, what is kept at 8 bits aside: the fixture's ranges are of float activations. */
export function quantizedTo(
  widths: Pick<QConfigOptions, 'weightBits' | 'activationBits'>,
  keep: KeepEight = 'none',
): Int8Model {
  const { observed } = loadFixture<ConvertedValues>('int8_ptq_minmax_add_relu').values;
  const { params } = loadCheckpoint();
  const prepared = prepareQat(fuse(resnet18()).graph, getDefaultQConfig('fbgemm', widths), { fuseAddRelu: true });
  const graph = keepEightBits(prepared, keep);
  return convert(graph, params, freeze(graph, observeWeights(graph, params, rangesOf(observed))));
}

const rangesOf = (observed: ConvertedValues['observed']) =>
  new Map<string, ObservedRange>(
    Object.entries(observed).map(([id, { min, max }]) => [id, { min: Float32Array.of(min), max: Float32Array.of(max) }]),
  );

/** Weights are stored as differences from the pretrained ones, which `op` has. */
function withTrainedWeights(op: Int8Op, fixture: Fixture<ConvertedValues>): Int8Op {
  if (op.op !== 'conv' && op.op !== 'linear') return op;
  const delta = fixture.i8(`weights_delta.${op.name}`);
  return {
    ...op,
    weights: op.weights.map((code, i) => code + delta[i]),
    weightScales: fixture.f32(`weight_scales.${op.name}`),
    bias: fixture.f32(`bias.${op.name}`),
  };
}
