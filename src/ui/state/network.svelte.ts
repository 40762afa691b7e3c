// The picture of the network, as runes: which step's network, coloured by what, which node is looked into. What is known of
// its nodes comes from the layer study. Not for drawing: src/ui/network.
import { getContext, setContext } from 'svelte';
import { layerCosts } from '../../graph/cost';
import { operationOf } from '../../graph/ops/table';
import type { GraphNode } from '../../graph/types';
import { networkStages, type StageId } from '../../project/network-stages';
import { endsOf, measureOf, type Facts, type MeasureId } from '../network/measures';
import { words } from '../words/words.svelte';
import type { Layers } from './layers.svelte';
import type { Lesson } from './lesson.svelte';
import type { LookedAt } from './looked-at.svelte';
import type { Playground } from './playground.svelte';

/** The steps that change the network, the last one first, and what it then is. */
const AFTER = [
  ['convert', 'converted'],
  ['prepare', 'prepared'],
  ['fuse', 'fused'],
] as const;

export class NetworkView {
  stageId = $state<StageId>('converted');
  measureId = $state<MeasureId>('weightBits');
  /** Of the node that is looked into. */
  selected = $state<string>();
  /** It is shown as PTQ has it, or before and after training. */
  shown = $state<'ptq' | 'trained'>('ptq');

  /** The widths are those of the slider. */
  private readonly stages = $derived.by(() => networkStages({ ...this.playground.options, ...this.lesson.widths }));
  readonly stage = $derived(this.stages[this.stageId]);
  /** What quantizes a node, at whichever step. */
  readonly quant = $derived(this.stages.converted.quant);
  /** The layers with weights, as the integer network has them. */
  readonly layers: readonly string[] = $derived(
    layerCosts(this.stages.converted.graph).flatMap(({ id, weights }) => (weights > 0 ? [id] : [])),
  );
  readonly measure = $derived(measureOf(this.measureId));
  readonly facts: readonly Facts[] = $derived.by(() => this.allFacts());
  readonly ends = $derived(endsOf(this.measure, this.facts));
  /** The newest step that changes the network and is done. */
  readonly reached: StageId | undefined = $derived.by(() => {
    const { steps } = this.playground;
    return AFTER.find(([step]) => steps[step].status === 'done')?.[1];
  });
  /** The measure has no value of any node yet. */
  readonly missing = $derived(this.facts.every((facts) => this.measure.of(facts) === undefined));

  constructor(
    private readonly playground: Playground,
    private readonly lesson: Lesson,
    private readonly study: Layers,
    /** Whose maps the node has that is looked into. */
    readonly looked: LookedAt,
  ) {}

  /** What PyTorch calls a node at this step; the image is no module. */
  moduleOf(node: GraphNode): string {
    const names = operationOf(node).names?.(node);
    if (!names) return words().network.image;
    return this.stageId === 'converted' ? names.quantized : names.module;
  }

  /** The picture goes along with the steps; to be called in an effect. */
  follow(): void {
    if (this.reached) this.stageId = this.reached;
  }

  private allFacts(): Facts[] {
    const { graph, quant } = this.stage;
    const costs = layerCosts(graph);
    const converted = this.stageId === 'converted';
    const { costs: known, damages, times } = this.study;
    return graph.nodes.map((node) => {
      const cost = costs.find(({ id }) => id === node.id);
      // What was measured is the integer network's.
      const layer = converted ? known?.find(({ name }) => name === node.id) : undefined;
      return {
        ...{ node, quant: quant[node.id], weights: cost?.weights ?? 0, macs: cost?.liveMacs ?? 0 },
        sqnr: layer?.sqnr,
        clipped: layer?.tensors?.activation?.clippedShare,
        differing: layer && layer.differing / layer.codes,
        damage: converted ? damages[node.id] : undefined,
        microseconds: converted ? times?.get(node.id) : undefined,
      };
    });
  }
}

const KEY = Symbol('network');
export const provideNetwork = (network: NetworkView): NetworkView => setContext(KEY, network);
export const useNetwork = (): NetworkView => getContext<NetworkView>(KEY);
