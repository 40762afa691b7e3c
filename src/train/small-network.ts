// A small network, parameters for it and batches to learn from, for tests in Node and in browsers.
// Not for the product.
import { elements, type Param, type ParamStore } from '../core/params';
import { noise } from '../device/testing';
import { operationOf } from '../graph/ops/table';
import type { ConvAttrs, Graph, GraphNode, MapShape } from '../graph/types';
import type { Batch } from './trainer';

const BN = { eps: 1e-5, momentum: 0.1 };

/**
 * A fused residual network for 32 x 32 images: 7x7 stride 4 + ReLU, max pool, blocks with a downsample, average pool,
 * linear. Every kind of node of the fused ResNet18; as it is by default, in about 2,500 parameters.
 * @param blocks each halves the map, which is 4 x 4 before them: after 2 it is 1 x 1, as ResNet18's
 */
export function smallGraph({ channels = 8, blocks = 1 } = {}): Graph {
  const conv = (id: string, from: string, conv: ConvAttrs, out: MapShape, relu: boolean): GraphNode => ({
    ...{ id, op: 'conv', inputs: [from], out, conv, relu, weight: `${id}.weight` },
    bn: { prefix: `${id}.bn`, ...BN },
  });
  const map = (size: number) => ({ h: size, w: size, c: channels });
  const attrs = (cin: number, kernel: number, stride: number, pad: number) => ({
    cin,
    cout: channels,
    kernel,
    stride,
    pad,
  });
  const block = (index: number): GraphNode[] => {
    const name = (part: string, of = index) => (of === 0 ? part : `${part}${of + 1}`);
    const from = index === 0 ? 'pool' : name('relu', index - 1);
    const out = map(2 / 2 ** index);
    return [
      conv(name('a'), from, attrs(channels, 3, 2, 1), out, true),
      conv(name('b'), name('a'), attrs(channels, 3, 1, 1), out, false),
      conv(name('down'), from, attrs(channels, 1, 2, 0), out, false),
      { id: name('add'), op: 'add', inputs: [name('b'), name('down')], out, relu: false },
      { id: name('relu'), op: 'relu', inputs: [name('add')], out },
    ];
  };
  const middle = Array.from({ length: blocks }, (_, index) => block(index)).flat();
  return {
    name: 'small',
    nodes: [
      { id: 'input', op: 'input', inputs: [], out: { h: 32, w: 32, c: 3 } },
      conv('stem', 'input', attrs(3, 7, 4, 3), map(8), true),
      { id: 'pool', op: 'maxpool', inputs: ['stem'], out: map(4), kernel: 3, stride: 2, pad: 1 },
      ...middle,
      { id: 'average', op: 'avgpool', inputs: [middle[middle.length - 1].id], out: map(1) },
      { id: 'flatten', op: 'flatten', inputs: ['average'], out: map(1) },
      {
        ...{ id: 'fc', op: 'linear', inputs: ['flatten'], out: { h: 1, w: 1, c: 10 } },
        ...{ inFeatures: channels, outFeatures: 10, weight: 'fc.weight', bias: 'fc.bias' },
      },
    ],
  };
}

/** Parameters of a graph's operations: weights of about unit gain, batch norms away from their defaults. */
export function smallParams(graph: Graph, seed: number): ParamStore {
  const params = new Map<string, Param>();
  for (const { name, shape } of graph.nodes.flatMap((node) => operationOf(node).params?.(node) ?? [])) {
    const at = valueOf(name.slice(name.lastIndexOf('.') + 1), shape);
    params.set(name, { shape, data: noise(elements(shape), seed + params.size).map(at) });
  }
  return params;
}

/** What a parameter makes of noise within -1..1. */
function valueOf(leaf: string, shape: readonly number[]): (v: number) => number {
  if (shape.length > 1) return (v) => v / Math.sqrt(elements(shape.slice(1)));
  if (leaf === 'weight') return (v) => 1 + 0.2 * v;
  if (leaf === 'running_mean') return (v) => 0.1 * v;
  return leaf === 'running_var' ? (v) => 0.5 + 0.1 * v : (v) => 0.2 * v;
}

/** Batch number `step` of noise whose class shows in its brightness, so that there is something to learn. */
export function smallBatch(step: number, images = 8): Batch {
  const y = Uint8Array.from({ length: images }, (_, i) => (step * 3 + i * 7) % 10);
  const pixels = 32 * 32 * 3;
  return { x: noise(images * pixels, 1000 + step).map((v, i) => v + y[Math.floor(i / pixels)] / 5 - 1), y };
}
