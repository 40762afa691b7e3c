// The article's ResNet18 for 32x32 images as a graph: torchvision's layout, PyTorch's module paths as ids.
// Not a general ResNet, and without weights.
import { outputLength } from '../core/window';
import type { ConvAttrs, Graph, GraphNode, MapShape } from './types';

const IMAGE: MapShape = { h: 32, w: 32, c: 3 };
/** Of CIFAR-10. */
const CLASSES = 10;
/** Output channels and first stride of the four stages; two basic blocks each. */
const STAGES = [
  { channels: 64, stride: 1 },
  { channels: 128, stride: 2 },
  { channels: 256, stride: 2 },
  { channels: 512, stride: 2 },
];
/** torch.nn.BatchNorm2d's defaults. */
const BN_EPS = 1e-5;
const BN_MOMENTUM = 0.1;

/** A node that exists already: what the next one reads. */
interface Source {
  readonly id: string;
  readonly out: MapShape;
}

/** The float network from 'input' to 'fc': convolutions without bias, separate ReLUs, skip adds as FloatFunctional. */
export function resnet18(classes = CLASSES): Graph {
  const nodes: GraphNode[] = [];
  const push = <N extends GraphNode>(node: N): N => {
    nodes.push(node);
    return node;
  };
  const convBn = (conv: string, bn: string, from: Source, attrs: ConvAttrs): Source => {
    const { h, w } = from.out;
    const out = { h: outputLength(h, attrs), w: outputLength(w, attrs), c: attrs.cout };
    push({ id: conv, op: 'conv', inputs: [from.id], out, conv: attrs, weight: `${conv}.weight`, relu: false });
    return push({
      id: bn,
      op: 'bn',
      inputs: [conv],
      out,
      bn: { prefix: bn, eps: BN_EPS, momentum: BN_MOMENTUM },
    });
  };
  const relu = (id: string, from: Source): Source => push({ id, op: 'relu', inputs: [from.id], out: from.out });

  const block = (name: string, input: Source, cout: number, stride: number): Source => {
    const cin = input.out.c;
    const first = { cin, cout, kernel: 3, stride, pad: 1 };
    const second = { cin: cout, cout, kernel: 3, stride: 1, pad: 1 };
    const inner = relu(`${name}.relu1`, convBn(`${name}.conv1`, `${name}.bn1`, input, first));
    const main = convBn(`${name}.conv2`, `${name}.bn2`, inner, second);
    const skip =
      stride === 1 && cin === cout
        ? input
        : convBn(`${name}.downsample.0`, `${name}.downsample.1`, input, { cin, cout, kernel: 1, stride, pad: 0 });
    const add = push({
      id: `${name}.skip_add`,
      op: 'add',
      inputs: [main.id, skip.id],
      out: main.out,
      relu: false,
    });
    return relu(`${name}.relu2`, add);
  };

  const input = push({ id: 'input', op: 'input', inputs: [], out: IMAGE });
  const stem = convBn('conv1', 'bn1', input, { cin: IMAGE.c, cout: 64, kernel: 7, stride: 2, pad: 3 });
  const pool = { kernel: 3, stride: 2, pad: 1 };
  const active = relu('relu', stem);
  const size = outputLength(active.out.h, pool);
  let last: Source = push({
    id: 'maxpool',
    op: 'maxpool',
    inputs: [active.id],
    out: { h: size, w: size, c: active.out.c },
    ...pool,
  });
  STAGES.forEach(({ channels, stride }, stage) => {
    last = block(`layer${stage + 1}.0`, last, channels, stride);
    last = block(`layer${stage + 1}.1`, last, channels, 1);
  });
  const features = last.out.c;
  const vector = { h: 1, w: 1, c: features };
  push({ id: 'avgpool', op: 'avgpool', inputs: [last.id], out: vector });
  push({ id: 'flatten', op: 'flatten', inputs: ['avgpool'], out: vector });
  push({
    id: 'fc',
    op: 'linear',
    inputs: ['flatten'],
    out: { h: 1, w: 1, c: classes },
    inFeatures: features,
    outFeatures: classes,
    weight: 'fc.weight',
    bias: 'fc.bias',
  });
  return { name: 'ResNet18', nodes };
}
