// Quantizers whose scales and zero points are parameters, learned with the weights: LSQ (Esser et al. 2020), as
// torch.ao.quantization's _LearnableFakeQuantize. Names, sizes, where they begin and what they mean.
// Not for gradients (src/device) nor for steps (src/train).
import { areFinite, diverged } from '../core/finite';
import type { Param, ParamStore } from '../core/params';
import type { PerChannelQParams } from '../core/qparams';
import { roundHalfEven } from '../core/rounding';
import { parameter } from '../graph/fold';
import { clamp } from './fake-quant';
import type { FrozenQuantizers } from './freeze';
import { rangeCount } from './granularity';
import { weightKey } from './prepare';
import { LARGEST_SCALE, roundedUp } from './qparams';
import type { LearnedSpec, QatGraph } from './types';

export interface LearnedQuantizer {
  /** Of its scales and zero points among the parameters, [channels, 2]. */
  readonly name: string;
  /** Id of the node whose output or weight it quantizes. */
  readonly id: string;
  readonly of: 'activation' | 'weight';
  readonly spec: LearnedSpec;
  /** 1 for a whole tensor. */
  readonly channels: number;
}

/** The name of the parameter that holds a quantizer's scales and zero points. @param key node id or weightKey(id) */
export const qparamsName = (key: string): string => `${key}.qparams`;

/** Every learned quantizer of a graph, in its order. */
export const learnedQuantizers = (graph: QatGraph): LearnedQuantizer[] =>
  graph.nodes.flatMap(({ id, out }): LearnedQuantizer[] => {
    const { activation, weight } = graph.quant[id] ?? {};
    const [output, weights] = [qparamsName(id), qparamsName(weightKey(id))];
    return [
      ...(activation?.observer === 'learned'
        ? [{ name: output, id, of: 'activation', spec: activation, channels: 1 } as const]
        : []),
      ...(weight?.observer === 'learned'
        ? [{ name: weights, id, of: 'weight', spec: weight, channels: rangeCount(weight, out.c) } as const]
        : []),
    ];
  });

/** Of a scale that is rounded up to a power of two, the middle of what is, by its logarithm: it can move to either side. */
const MIDDLE = Math.SQRT1_2;

/**
 * Where learning begins: the scales and zero points that another method found. @returns by name, [channels, 2]: each
 * channel's scale, then its zero point
 */
export const initialQParams = (graph: QatGraph, { activations, weights }: FrozenQuantizers): ParamStore =>
  new Map(
    learnedQuantizers(graph).map(({ name, id, of, spec, channels }): [string, Param] => {
      const part = spec.powerOfTwo ? MIDDLE : 1;
      const pairs = (scales: ArrayLike<number>, zeroPoints: ArrayLike<number>) =>
        Float32Array.from({ length: 2 * channels }, (_, i) => (i % 2 ? zeroPoints[i >> 1] : scales[i >> 1] * part));
      const tensor = () => pairs([activations.get(id)!.scale], [activations.get(id)!.zeroPoint]);
      const each = () => pairs(weights.get(id)!.q.scales, weights.get(id)!.q.zeroPoints);
      return [name, { shape: [channels, 2], data: of === 'weight' ? each() : tensor() }];
    }),
  );

/**
 * What a learned quantizer has come to: its zero points rounded to even and clamped to the codes, its scales rounded up
 * where they are to be powers of two.
 * @throws PlaygroundError 'diverged' where a scale is not positive or above LARGEST_SCALE, 'bad-file' where it is missing
 */
export function learnedQParams({ name, spec, channels }: LearnedQuantizer, params: ParamStore): PerChannelQParams {
  const { data } = parameter(params, name, 2 * channels);
  const { qmin, qmax, powerOfTwo } = spec;
  const isScale = (v: number, i: number) => i % 2 === 1 || (v > 0 && v <= LARGEST_SCALE);
  if (!areFinite(data) || !data.every(isScale)) throw diverged(`The learned scales of ${name} cannot quantize.`);
  return {
    scales: Float32Array.from({ length: channels }, (_, c) => (powerOfTwo ? roundedUp(data[2 * c]) : data[2 * c])),
    zeroPoints: Int32Array.from({ length: channels }, (_, c) => clamp(roundHalfEven(data[2 * c + 1]), qmin, qmax)),
    ...{ qmin, qmax },
  };
}

/** A learned scale is at least this, as an observer's is. */
export const SMALLEST_SCALE = 2 ** -23;

/**
 * LSQ's factor of a scale's gradient, 1 / sqrt(N * qmax) with N the values that share the scale: a weight's of one
 * channel, an output's of one image. With it a scale learns about as fast, for its size, as the weights do.
 */
export const gradientScale = (shared: number, qmax: number): number => 1 / Math.sqrt(shared * qmax);
