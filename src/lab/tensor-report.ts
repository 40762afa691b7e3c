// What quantization costs tensor by tensor, before any image is run: from the one calibration and the quantizers that PTQ
// chooses. Not for what layers make of it together: layers.ts.
import { activationError, type ActivationError } from '../analysis/activation-error';
import { unusedCodes } from '../analysis/unused-codes';
import { weightReport } from '../analysis/weight-report';
import type { ObservedRange, QParams } from '../core/qparams';
import { weightSteps } from '../analysis/weight-steps';
import { inferenceWeights } from '../graph/fold';
import { nodeById } from '../graph/graph';
import type { Graph, WeightedNode } from '../graph/types';
import type { Histogram } from '../quant/histogram';
import type { Calibrated } from '../quant/methods/calibration';
import { ptq, type PtqOptions } from '../quant/methods/ptq';

/** How many codes there are, and how many of them nothing has. */
interface Codes {
  readonly codes: number;
  readonly unused: number;
}

interface WeightTensor extends Codes {
  /** Of each channel: the least and the largest weight, and what the lowest and the highest code stand for. */
  readonly held: ObservedRange;
  readonly reached: ObservedRange;
}

/** A node's tensors; undefined where it has none that is quantized. */
export interface TensorReport {
  /** Its id. */
  readonly name: string;
  readonly weight: WeightTensor | undefined;
  /** What it gives, unless that has the codes of its input. */
  readonly activation: (ActivationError & Codes) | undefined;
}

/**
 * Codes of weights are counted over all channels.
 * @returns one for each node that is quantized, in the network's order
 * @throws PlaygroundError as ptq
 */
export function tensorReports(calibration: Calibrated, options: PtqOptions): TensorReport[] {
  const { graph, quantizers } = ptq(calibration, options);
  return graph.nodes.flatMap(({ id }): TensorReport[] => {
    const [frozen, q] = [quantizers.weights.get(id), quantizers.activations.get(id)];
    const histogram = calibration.histograms.get(id);
    if (!frozen && !q) return [];
    const codesOf = ({ qmin, qmax }: { readonly qmin: number; readonly qmax: number }) => qmax - qmin + 1;
    let weight: WeightTensor | undefined;
    if (frozen) {
      const { held, reached, unused } = weightReport(weightOf(graph, id, calibration), frozen);
      const codes = codesOf(frozen.q) * unused.length;
      weight = { held, reached, codes, unused: unused.reduce((sum, { length }) => sum + length, 0) };
    }
    const activation = q &&
      histogram && {
        ...activationError(histogram, q),
        codes: codesOf(q),
        unused: unusedCodes(histogram, q).length,
      };
    return [{ name: id, weight, activation }];
  });
}

/** One node's tensors over the grids of their codes; undefined where it has none that is quantized. */
export interface TensorDetail {
  /** What calibration saw of its output, and the quantizer that PTQ gives it. */
  readonly activation: { readonly histogram: Histogram; readonly q: QParams } | undefined;
  /** See weightSteps; `held` and `reached` as in a TensorReport, `scales` of each channel. */
  readonly weight:
    | (Pick<WeightTensor, 'held' | 'reached'> & {
        readonly steps: Histogram;
        readonly scales: Float32Array;
        readonly qmin: number;
        readonly qmax: number;
      })
    | undefined;
}

/** @throws PlaygroundError as ptq */
export function tensorDetail(calibration: Calibrated, options: PtqOptions, id: string): TensorDetail {
  const { graph, quantizers } = ptq(calibration, options);
  const [frozen, q, histogram] = [
    quantizers.weights.get(id),
    quantizers.activations.get(id),
    calibration.histograms.get(id),
  ];
  let weight: TensorDetail['weight'];
  if (frozen) {
    const data = weightOf(graph, id, calibration);
    const { held, reached } = weightReport(data, frozen);
    const { scales, qmin, qmax } = frozen.q;
    weight = { held, reached, steps: weightSteps(data, frozen.q), scales, qmin, qmax };
  }
  return { activation: q && histogram && { histogram, q }, weight };
}

/** As inference has it. @param id of a node with weights */
const weightOf = (graph: Graph, id: string, { params }: Calibrated): Float32Array =>
  inferenceWeights(nodeById(graph, id) as WeightedNode, params).weight.data;
