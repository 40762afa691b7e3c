// A small network, parameters for it and batches to learn from, for tests in Node and in browsers.
// Not for the product.
import type { Param, ParamStore } from '../core/params';
import type { ConvAttrs, Graph, GraphNode, MapShape } from '../graph/types';
import { noise } from './kernels/testing';
import type { Batch } from './trainer';

const BN = { eps: 1e-5, momentum: 0.1 };

/**
 * A fused residual network for 32 x 32 images: 7x7 stride 4 + ReLU, max pool, one block with a downsample, average pool,
 * linear. Every kind of node of the fused ResNet18, in about 2,500 parameters.
 */
export function smallGraph(): Graph {
  const conv = (id: string, from: string, conv: ConvAttrs, out: MapShape, relu: boolean): GraphNode => ({
    ...{ id, op: 'conv_bn', inputs: [from], out, conv, relu, weight: `${id}.weight` },
    bn: { prefix: `${id}.bn`, ...BN },
  });
  const [map8, map4, map2, one] = [8, 4, 2, 1].map((size) => ({ h: size, w: size, c: 8 }));
  const attrs = (cin: number, kernel: number, stride: number, pad: number) => ({ cin, cout: 8, kernel, stride, pad });
  return {
    name: 'small',
    nodes: [
      { id: 'input', op: 'input', inputs: [], out: { h: 32, w: 32, c: 3 } },
      conv('stem', 'input', attrs(3, 7, 4, 3), map8, true),
      { id: 'pool', op: 'maxpool', inputs: ['stem'], out: map4, kernel: 3, stride: 2, pad: 1 },
      conv('a', 'pool', attrs(8, 3, 2, 1), map2, true),
      conv('b', 'a', attrs(8, 3, 1, 1), map2, false),
      conv('down', 'pool', attrs(8, 1, 2, 0), map2, false),
      { id: 'add', op: 'add', inputs: ['b', 'down'], out: map2, relu: false },
      { id: 'relu', op: 'relu', inputs: ['add'], out: map2 },
      { id: 'average', op: 'avgpool', inputs: ['relu'], out: one },
      { id: 'flatten', op: 'flatten', inputs: ['average'], out: one },
      {
        ...{ id: 'fc', op: 'linear', inputs: ['flatten'], out: { h: 1, w: 1, c: 10 } },
        ...{ inFeatures: 8, outFeatures: 10, weight: 'fc.weight', bias: 'fc.bias' },
      },
    ],
  };
}

/** Parameters of a graph's nodes: weights of about unit gain, batch norms away from their defaults. */
export function smallParams(graph: Graph, seed: number): ParamStore {
  const params = new Map<string, Param>();
  const add = (name: string, shape: number[], at: (v: number) => number) =>
    params.set(name, {
      shape,
      data: noise(
        shape.reduce((a, b) => a * b),
        seed + params.size,
      ).map(at),
    });
  for (const node of graph.nodes) {
    if (node.op === 'conv_bn') {
      const { cin, cout, kernel } = node.conv;
      add(node.weight, [cout, cin, kernel, kernel], (v) => v / Math.sqrt(cin * kernel * kernel));
      add(`${node.bn.prefix}.weight`, [cout], (v) => 1 + 0.2 * v);
      add(`${node.bn.prefix}.bias`, [cout], (v) => 0.2 * v);
      add(`${node.bn.prefix}.running_mean`, [cout], (v) => 0.1 * v);
      add(`${node.bn.prefix}.running_var`, [cout], (v) => 0.5 + 0.1 * v);
    }
    if (node.op === 'linear') {
      add(node.weight, [node.outFeatures, node.inFeatures], (v) => v / 2);
      add(node.bias, [node.outFeatures], (v) => v / 10);
    }
  }
  return params;
}

/** Batch number `step` of noise whose class shows in its brightness, so that there is something to learn. */
export function smallBatch(step: number, images = 8): Batch {
  const y = Uint8Array.from({ length: images }, (_, i) => (step * 3 + i * 7) % 10);
  const pixels = 32 * 32 * 3;
  return { x: noise(images * pixels, 1000 + step).map((v, i) => v + y[Math.floor(i / pixels)] / 5 - 1), y };
}
