// The network as the article's steps leave it, for drawing: as loaded, fused, prepared and converted, and what each step has
// changed. Graphs alone, made at once. Not for weights, nor for what a layer costs: layer-study.ts.
import { fuse } from '../graph/fuse';
import type { Graph } from '../graph/types';
import { network } from '../model/resnet18-cifar10';
import { prepareBy } from '../quant/prepare-by';
import type { NodeQuant } from '../quant/types';
import { readLayerBits } from '../recipe/layer-bits';
import type { Recipe } from '../recipe/recipe';

export const STAGE_IDS = ['loaded', 'fused', 'prepared', 'converted'] as const;
export type StageId = (typeof STAGE_IDS)[number];

/** What the step that leads to a stage did with a node: 'removed' is drawn once more where it was. */
export type Mark = 'added' | 'changed' | 'removed';

export interface Stage {
  readonly id: StageId;
  /** With the nodes that were removed. */
  readonly graph: Graph;
  /** By node id; a node that stands as before has none. */
  readonly marks: ReadonlyMap<string, Mark>;
  /** What quantizes a node's output and weights, by its id. */
  readonly quant: Readonly<Record<string, NodeQuant>>;
}

/** Those choices of a recipe that the drawing depends on. */
export type StageChoices = Pick<
  Recipe,
  | ('qconfig' | 'weightBits' | 'activationBits' | 'keepEight' | 'layerBits' | 'batchNorm' | 'fuseAddRelu')
  | ('reduceRange' | 'weightScheme' | 'narrowRange' | 'powerOfTwo')
>;

/** @param choices of a recipe that was checked */
export function networkStages(choices: StageChoices): Readonly<Record<StageId, Stage>> {
  const loaded = network();
  const apart = choices.batchNorm === 'apart';
  const { graph: fused, fused: fusions } = apart ? { graph: loaded, fused: [] } : fuse(loaded);
  const layers = readLayerBits(choices.layerBits) ?? new Map();
  const { quant, nodes } = prepareBy(fused, { ...choices, layers });
  const prepared = { name: fused.name, nodes };
  const known = new Set(fused.nodes.map(({ id }) => id));
  const kept = new Set(nodes.map(({ id }) => id));
  const addRelus = fused.nodes.filter(({ id }) => !kept.has(id)).flatMap(({ inputs }) => inputs);
  return {
    loaded: { id: 'loaded', graph: loaded, marks: new Map(), quant: {} },
    fused: {
      id: 'fused',
      graph: withGone(loaded, fused),
      marks: new Map(
        fusions.flatMap(({ id, parts }): [string, Mark][] => [
          [id, 'changed'],
          ...parts.slice(1).map((part): [string, Mark] => [part, 'removed']),
        ]),
      ),
      quant: {},
    },
    prepared: {
      id: 'prepared',
      graph: prepared,
      marks: new Map([
        ...nodes.filter(({ id }) => !known.has(id)).map(({ id }): [string, Mark] => [id, 'added']),
        ...addRelus.map((id): [string, Mark] => [id, 'changed']),
      ]),
      quant,
    },
    converted: {
      id: 'converted',
      graph: prepared,
      marks: new Map(Object.keys(quant).map((id) => [id, 'changed'])),
      quant,
    },
  };
}

/** The graph before a step, its nodes as they are after it where they still are. */
function withGone(before: Graph, after: Graph): Graph {
  const left = new Map(after.nodes.map((node) => [node.id, node]));
  const nodes = before.nodes.map((node) => {
    const now = left.get(node.id);
    return now ? { ...now, inputs: node.inputs } : node;
  });
  return { name: before.name, nodes };
}
