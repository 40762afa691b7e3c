// AdaptiveAvgPool2d to 1 x 1: the mean over the map.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

export const avgpool: Operation<PlainNode<'avgpool'>> = {
  arity: 1,
  quantized: 'rounded as its input',
  names: () => ({ module: 'AdaptiveAvgPool2d', quantized: 'AdaptiveAvgPool2d' }),
  shape: (_, [{ c }]) => ({ h: 1, w: 1, c }),
  forward: (_, math) => math.average,
  lower: () => ({ op: 'avgpool' }),
  onnx(_, at) {
    const [{ h, w }] = at.shapes;
    // A 1 x 1 map already is its mean.
    if (h * w > 1) at.emit('GlobalAveragePool', at.inputs);
    else at.is(at.inputs[0]);
  },
};
