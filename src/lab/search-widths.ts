// The search of widths for each layer of a calibrated network, by what its integers get right: src/analysis/search.ts with
// networks that are quantized after training. Not for trained ones, whose every point would take minutes.
import { searchWidths, type SearchPoint } from '../analysis/search';
import { uniform } from '../analysis/sensitivity';
import { weightBytes } from '../analysis/weight-bytes';
import { convert } from '../convert/convert';
import { PlaygroundError } from '../core/errors';
import { BITS } from '../core/qparams';
import type { Int8Model } from '../int8/int8-model';
import type { FrozenQuantizers } from '../quant/freeze';
import type { LayerBits, LayerWidths } from '../quant/layer-bits';
import type { Calibrated } from '../quant/methods/calibration';
import { ptq, ptqGraph, type PtqOptions } from '../quant/methods/ptq';
import type { QatGraph } from '../quant/types';

export interface WidthsRequest {
  /** Widths of weights that a layer may have, from the most bits down; activations keep theirs. */
  readonly weightBits: readonly number[];
  /** What is to be saved: bytes of weights in the file, or microseconds of an image on one thread. */
  readonly budget: 'bytes' | 'time';
}

/** How a network is measured. */
export interface Measures {
  /** Share of images that a network gets right. */
  accuracy(model: Int8Model): Promise<number>;
  /** Microseconds of each of its operations. */
  times(model: Int8Model): Promise<ReadonlyMap<string, number>>;
}

/**
 * Layers that `options` keep at 8 bits, or give widths of their own, are left as they are.
 * @returns every network as it was measured: see SearchPoint; what it costs is in the budget's unit, of the whole network
 * @throws PlaygroundError 'bad-argument' on widths that are not from 8 down to 2, or as `measures`
 */
export async function* searchNetwork(
  calibration: Calibrated,
  options: PtqOptions,
  { weightBits, budget }: WidthsRequest,
  measures: Measures,
  signal: AbortSignal,
): AsyncGenerator<SearchPoint> {
  checkWidths(weightBits);
  const networks = new Networks(calibration, options);
  const { layers, activationBits } = networks;
  const widths = weightBits.map((bits) => ({ weightBits: bits, activationBits }));
  const cost = budget === 'bytes' ? bytesCost(calibration, options) : await timeCost(networks, widths, measures);
  yield* searchWidths({ layers, widths, cost }, (bits) => measures.accuracy(networks.of(bits)), signal);
}

/** Quantized networks of any widths, each layer quantized once for each of its widths. */
class Networks {
  readonly activationBits: number;
  /** Those with weights whose widths may be chosen, by node id, in the network's order. */
  readonly layers: readonly string[];
  private readonly quantized = new Map<number, { readonly graph: QatGraph; readonly quantizers: FrozenQuantizers }>();

  constructor(
    private readonly calibration: Calibrated,
    private readonly options: PtqOptions,
  ) {
    this.activationBits = options.activationBits ?? BITS.max;
    const { nodes, quant } = ptqGraph(calibration, { ...options, weightBits: BITS.min });
    const free = ({ id }: { readonly id: string }) => quant[id]?.weight?.qmax === 1 && !options.layers?.has(id);
    this.layers = nodes.filter(free).map(({ id }) => id);
  }

  /** All layers whose widths may be chosen at one. */
  uniform(weightBits: number): { readonly graph: QatGraph; readonly quantizers: FrozenQuantizers } {
    const known = this.quantized.get(weightBits) ?? ptq(this.calibration, { ...this.options, weightBits });
    this.quantized.set(weightBits, known);
    return known;
  }

  /** What ptq and convert make of the calibrated network at these widths. */
  of(layers: LayerBits): Int8Model {
    const [first] = layers.values();
    const base = this.uniform(first?.weightBits ?? BITS.max);
    const quant = { ...base.graph.quant };
    const weights = new Map(base.quantizers.weights);
    for (const [id, { weightBits }] of layers) {
      const { graph, quantizers } = this.uniform(weightBits);
      quant[id] = graph.quant[id];
      weights.set(id, quantizers.weights.get(id)!);
    }
    const { activations } = base.quantizers;
    return convert({ ...base.graph, quant }, this.calibration.params, { activations, weights });
  }
}

function bytesCost({ graph }: Calibrated, { layers: own = new Map() }: PtqOptions) {
  const bytes = weightBytes(graph, BITS.max);
  return (layers: LayerBits) => bytes(new Map([...own, ...layers]));
}

/** As if a layer took as long in any network as where all have its widths; all else as in the first of them. */
async function timeCost(networks: Networks, widths: readonly LayerWidths[], { times }: Measures) {
  const known = new Map<number, ReadonlyMap<string, number>>();
  for (const all of widths) known.set(all.weightBits, await times(networks.of(uniform(networks.layers, all))));
  const rest = [...known.get(widths[0].weightBits)!].filter(([id]) => !networks.layers.includes(id));
  const fixed = rest.reduce((sum, [, time]) => sum + time, 0);
  return (layers: LayerBits) =>
    [...layers].reduce((sum, [id, widths]) => sum + known.get(widths.weightBits)!.get(id)!, fixed);
}

function checkWidths(weightBits: readonly number[]): void {
  const falling = weightBits.every((bits, i) => i === 0 || bits < weightBits[i - 1]);
  const possible = weightBits.every((bits) => Number.isInteger(bits) && bits >= BITS.min && bits <= BITS.max);
  if (weightBits.length === 0 || !falling || !possible)
    throw new PlaygroundError(
      'bad-argument',
      `Layers cannot have ${weightBits.join(', ') || 'no'} bits.`,
      `Give widths from ${BITS.max} down to ${BITS.min}, each once.`,
    );
}
