// A whole search of widths for each layer: the network at each width for all, each layer's sensitivity, then the greedy
// sequence, each point measured. Not for what a network is or how it is measured: `measure` is given.
import { greedyAssignments, type Choices, type Sized } from './greedy';
import { measured, type Measure, type Measured } from './measured';
import { damageOf, sensitivityCases, uniform, type SensitivityCase } from './sensitivity';

/** Any of them may lie on the search's front: see paretoFront. */
export type SearchPoint =
  | (Measured<Sized> & { readonly step: 'uniform' | 'greedy' })
  | (Measured<SensitivityCase & Sized> & { readonly step: 'sensitivity' });

/**
 * At most widths + 2 * layers * (widths - 1) measurements, each told of when it is made.
 * @param signal aborted: ends without what was being measured @throws as `measure`
 */
export async function* searchWidths(
  choices: Choices,
  measure: Measure,
  signal: AbortSignal,
): AsyncGenerator<SearchPoint> {
  const { layers, widths, cost } = choices;
  const [high, ...lower] = widths;
  const uniforms = widths.map((all) => uniform(layers, all)).map((all) => ({ layers: all, cost: cost(all) }));
  let accuracy = NaN;
  for await (const point of measured(uniforms, measure, signal)) {
    if (point.layers === uniforms[0].layers) accuracy = point.accuracy;
    yield { ...point, step: 'uniform' };
  }
  const alone: Measured<SensitivityCase>[] = [];
  for (const low of lower)
    for await (const point of measured(sensitivityCases(layers, 'alone', { high, low }), measure, signal)) {
      alone.push(point);
      yield { ...point, cost: cost(point.layers), step: 'sensitivity' };
    }
  if (signal.aborted) return;
  const sequence = greedyAssignments(choices, damageOf({ widths: high, accuracy }, alone));
  sequence.next(); // All at the highest widths: known.
  for await (const point of measured(sequence, measure, signal)) yield { ...point, step: 'greedy' };
}
