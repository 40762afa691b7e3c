// A network as unlike the page's as the operations allow, and its images: 12 x 20 grey, three classes, convolutions with
// bias and without batch norm, no skip. For this room's tests: nothing may know ResNet18 or CIFAR-10.
import { bytesPerImage, type ImageSpec } from '../core/image-spec';
import { elements, type Param } from '../core/params';
import { Rng } from '../core/rng';
import type { ImageSource } from '../data/source';
import type { Graph, GraphNode } from '../graph/types';
import type { ModelSpec } from '../model/model-spec';
import { noise } from '../train/testing';

export const IMAGES: ImageSpec = {
  h: 12,
  w: 20,
  c: 1,
  mean: [0.4],
  std: [0.25],
  classes: ['upright', 'level', 'slanting'],
};
/** Stripes of one of three directions, anywhere, under noise. */
export const source: ImageSource = {
  spec: IMAGES,
  block: 50,
  size: (split) => (split === 'train' ? 400 : 200),
  async images(split, start, count) {
    const bytes = bytesPerImage(IMAGES);
    const labels = new Uint8Array(count);
    const pixels = new Uint8Array(count * bytes);
    for (let i = 0; i < count; i++) {
      const rng = new Rng((split === 'train' ? 0 : 7919) + start + i);
      labels[i] = rng.below(3);
      const phase = rng.below(4);
      for (let p = 0; p < bytes; p++) {
        const [x, y] = [p % IMAGES.w, Math.floor(p / IMAGES.w)];
        const bright = ([x, y, x + y][labels[i]] + phase) % 4 < 2;
        pixels[i * bytes + p] = rng.below(140) + (bright ? 100 : 0);
      }
    }
    return { labels, pixels };
  },
};

const plain = (
  id: string,
  from: string,
  size: { h: number; w: number },
  cin: number,
  cout: number,
  stride: number,
) => ({
  ...({ id, op: 'conv', inputs: [from], out: { ...size, c: cout }, relu: false } as const),
  ...{ conv: { cin, cout, kernel: 3, stride, pad: 1 }, weight: `${id}.weight`, bias: `${id}.bias` },
});
const [full, half, quarter] = [
  { h: 12, w: 20 },
  { h: 6, w: 10 },
  { h: 3, w: 5 },
];
const graph: Graph = {
  name: 'unlike',
  nodes: [
    { id: 'input', op: 'input', inputs: [], out: { ...full, c: 1 } },
    plain('first', 'input', full, 1, 6, 1),
    { id: 'first.relu', op: 'relu', inputs: ['first'], out: { ...full, c: 6 } },
    { id: 'pool', op: 'maxpool', inputs: ['first.relu'], out: { ...half, c: 6 }, kernel: 2, stride: 2, pad: 0 },
    plain('second', 'pool', quarter, 6, 10, 2),
    { id: 'second.relu', op: 'relu', inputs: ['second'], out: { ...quarter, c: 10 } },
    { id: 'average', op: 'avgpool', inputs: ['second.relu'], out: { h: 1, w: 1, c: 10 } },
    { id: 'flatten', op: 'flatten', inputs: ['average'], out: { h: 1, w: 1, c: 10 } },
    {
      ...{ id: 'fc', op: 'linear', inputs: ['flatten'], out: { h: 1, w: 1, c: 3 } },
      ...{ inFeatures: 10, outFeatures: 3, weight: 'fc.weight', bias: 'fc.bias' },
    },
  ],
};
const param = (shape: number[], seed: number, gain: number): Param => ({
  shape,
  data: noise(elements(shape), seed).map((v) => v * gain),
});
export const model: ModelSpec = {
  graph,
  images: IMAGES,
  params: new Map([
    ['first.weight', param([6, 1, 3, 3], 1, 0.4)],
    ['first.bias', param([6], 2, 0.1)],
    ['second.weight', param([10, 6, 3, 3], 3, 0.2)],
    ['second.bias', param([10], 4, 0.1)],
    ['fc.weight', param([3, 10], 5, 0.3)],
    ['fc.bias', param([3], 6, 0.1)],
  ]),
};

/** The network with a batch norm behind each convolution. */
export function normed(): ModelSpec {
  const params = new Map<string, Param>(model.params);
  const renamed = new Map<string, string>();
  const nodes = model.graph.nodes.flatMap((node): GraphNode[] => {
    const inputs = node.inputs.map((id) => renamed.get(id) ?? id);
    if (node.op !== 'conv') return [{ ...node, inputs }];
    const id = `${node.id}.bn`;
    renamed.set(node.id, id);
    const values = (low: number, step: number) => Float32Array.from({ length: node.out.c }, (_, c) => low + step * c);
    const vectors = { weight: values(0.7, 0.1), bias: values(-0.2, 0.05), running_mean: values(-0.3, 0.04) };
    for (const [leaf, data] of Object.entries({ ...vectors, running_var: values(0.5, 0.1) }))
      params.set(`${id}.${leaf}`, { shape: [node.out.c], data });
    const bn = { prefix: id, eps: 1e-5, momentum: 0.1 };
    return [
      { ...node, inputs },
      { id, op: 'bn', inputs: [node.id], out: node.out, bn },
    ];
  });
  return { ...model, graph: { ...model.graph, nodes }, params };
}
