// Where the simulated network and the integers part on one image, layer by layer, and by what: found by giving each layer's
// integers what the simulation has before it. Not for the three networks themselves (three-networks.ts), nor for how far from
// FP32 they are: layers.ts.
import type { ImageSpec } from '../core/image-spec';
import type { ParamStore } from '../core/params';
import type { QParams } from '../core/qparams';
import type { Position } from '../analysis/product';
import type { Int8Model, Int8Tensor } from '../int8/int8-model';
import { definitionOf } from '../int8/ops/table';
import { quantizeActivation } from '../quant/fake-quant';
import type { FrozenWeight } from '../quant/freeze';
import type { StartEngine } from './teacher';
import { ThreeNetworks, type LayerMaps, type QuantizedNetwork } from './three-networks';

/** Steps from the border of two codes within which float32 may sum to either side of it. */
const TIE = 1e-3;
/** Differing codes that are shown one by one, at most. */
const SHOWN = 6;

/** What makes codes of a layer differ, each code counted once. */
export type Cause =
  /** Of the same input codes: what the simulation rounds lies at most this many steps from the border of two codes. */
  | { readonly kind: 'tie'; readonly codes: number; readonly distance: number }
  /** Of the same input codes: these channels' weights were simulated with other scales, the channel's furthest from 1 as an example. */
  | {
      readonly kind: 'scales';
      readonly codes: number;
      readonly channels: number;
      readonly simulated: number;
      readonly integer: number;
    }
  /** Other input codes, which began to differ in that layer. */
  | { readonly kind: 'inherited'; readonly codes: number; readonly from: string }
  /** Of the same input codes, and for none of these reasons. */
  | { readonly kind: 'itself'; readonly codes: number };

/** One code that differs. */
interface PartedCode extends Position {
  readonly kind: Cause['kind'];
  readonly simulated: number;
  readonly integer: number;
  /** What the simulation rounds, in codes: 16.99998 becomes 17. */
  readonly sum: number;
}

/** What a layer makes of an image in three networks, and where two of them part. */
export interface LayerParting extends LayerMaps {
  /** Of its integer codes, those that the simulation has otherwise, and by how much at most. */
  readonly differing: number;
  readonly largest: number;
  /** Of all that differ; those that the layer makes itself come first. */
  readonly causes: readonly Cause[];
  /** A few of them, in the same order. */
  readonly parted: readonly PartedCode[];
}

/**
 * @param reference the FP32 network's parameters, in the same graph
 * @param pixels of one image
 * @returns the image as codes, then every operation of the integer network in its order
 * @throws PlaygroundError as convert or as `startEngine`
 */
export async function partings(
  network: QuantizedNetwork,
  reference: ParamStore,
  spec: ImageSpec,
  pixels: Uint8Array,
  startEngine: StartEngine,
): Promise<LayerParting[]> {
  const three = await ThreeNetworks.start(network, reference, spec, startEngine);
  try {
    const maps = await three.maps(pixels);
    return partingsOf(three.model, maps, await three.sums(pixels), network.quantizers.weights);
  } finally {
    three.dispose();
  }
}

/** What is known of a tensor once its layer was looked at. */
interface Seen {
  readonly simulated: Uint8Array;
  readonly integer: Uint8Array;
  readonly differs: boolean;
  /** The first layer, by its place in the network, that made a difference that may have come here. */
  readonly first: number | undefined;
}

function partingsOf(
  { tensors, ops }: Int8Model,
  maps: readonly LayerMaps[],
  sums: ReadonlyMap<string, Float32Array>,
  weights: ReadonlyMap<string, FrozenWeight>,
): LayerParting[] {
  const seen: Seen[] = [];
  return maps.map((map, place) => {
    const { name, tensor, codes } = map;
    const simulated = quantizeActivation(map.simulated, tensor.q);
    // The image, which comes first, has no operation.
    const op = place === 0 ? undefined : ops[place - 1];
    const inputs = op?.inputs.map((input) => seen[input]) ?? [];
    const came = least(inputs.map(({ first }) => first));
    const own =
      op &&
      definitionOf(op).compute(
        op,
        op.inputs.map((input) => tensors[input]),
        tensor,
      );
    const differing = [...codes.keys()].filter((i) => codes[i] !== simulated[i]);
    /** What its integers make of the simulation's codes, and of their own: where both are the same, once. */
    const of = (which: 'simulated' | 'integer') => (own ? own(...inputs.map((input) => input[which])) : codes);
    const expected = differing.length > 0 ? of('simulated') : codes;
    const defined = inputs.some(({ differs }) => differs) && differing.length > 0 ? of('integer') : expected;
    const scales = new Scales(weights.get(name));
    const all = differing.map((i): PartedCode => {
      const channel = i % tensor.c;
      const sum = inCodes(sums.get(name)![i], tensor.q);
      const kind = () => {
        if (codes[i] !== defined[i]) return 'itself';
        if (expected[i] === simulated[i]) return 'inherited';
        if (scales.differ(channel)) return 'scales';
        return toBorder(sum) <= TIE ? 'tie' : 'itself';
      };
      return { ...at(i, tensor), kind: kind(), simulated: simulated[i], integer: codes[i], sum };
    });
    const makes = all.some(({ kind }) => kind !== 'inherited');
    const first = least([came, makes ? place : undefined]);
    seen[op?.output ?? 0] = {
      simulated,
      integer: codes,
      differs: all.length > 0,
      first: all.length > 0 ? first : undefined,
    };
    const sorted = [...all].sort((a, b) => Number(a.kind === 'inherited') - Number(b.kind === 'inherited'));
    return {
      ...map,
      differing: all.length,
      largest: all.reduce((most, code) => Math.max(most, Math.abs(code.simulated - code.integer)), 0),
      causes: causesOf(all, scales, came === undefined ? '' : maps[came].name),
      parted: sorted.slice(0, SHOWN),
    };
  });
}

function causesOf(all: readonly PartedCode[], scales: Scales, from: string): Cause[] {
  const by = (kind: Cause['kind']) => all.filter((code) => code.kind === kind);
  const [tie, scaled, inherited, itself] = [by('tie'), by('scales'), by('inherited'), by('itself')];
  const causes: Cause[] = [];
  if (scaled.length > 0) causes.push({ kind: 'scales', codes: scaled.length, ...scales.furthest });
  if (itself.length > 0) causes.push({ kind: 'itself', codes: itself.length });
  if (tie.length > 0)
    causes.push({ kind: 'tie', codes: tie.length, distance: Math.max(...tie.map(({ sum }) => toBorder(sum))) });
  if (inherited.length > 0) causes.push({ kind: 'inherited', codes: inherited.length, from });
  return causes;
}

/** The scales that a weight was simulated with beside those of its integers. */
class Scales {
  constructor(private readonly weight: FrozenWeight | undefined) {}

  differ(channel: number): boolean {
    const { q, trained } = this.weight ?? {};
    return !!q && !!trained && (q.scales[channel] !== trained.scales[channel] || trained.zeroPoints[channel] !== 0);
  }

  /** How many channels have two, and the scales of the one where they are furthest apart. */
  get furthest(): { readonly channels: number; readonly simulated: number; readonly integer: number } {
    const { q, trained } = this.weight!;
    const differing = [...q.scales.keys()].filter((channel) => this.differ(channel));
    const apart = (channel: number) => Math.abs(Math.log(trained!.scales[channel] / q.scales[channel]));
    const channel = differing.reduce((most, other) => (apart(other) > apart(most) ? other : most));
    return { channels: differing.length, simulated: trained!.scales[channel], integer: q.scales[channel] };
  }
}

/** Before rounding, as fakeQuantize has it. */
const inCodes = (value: number, { scale, zeroPoint }: QParams): number =>
  Math.fround(value * Math.fround(1 / scale)) + zeroPoint;
const toBorder = (sum: number): number => Math.abs(sum - Math.floor(sum) - 0.5);

const at = (i: number, { w, c }: Int8Tensor): Position => {
  const pixel = Math.floor(i / c);
  return { y: Math.floor(pixel / w), x: pixel % w, channel: i % c };
};

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
