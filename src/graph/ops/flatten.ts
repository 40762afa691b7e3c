// A 1 x 1 map as a vector: nothing is left of it in a quantized model. A larger map is refused: PyTorch would take its
// channels one after the other, but ours lie side by side.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

export const flatten: Operation<PlainNode<'flatten'>> = {
  arity: 1,
  quantized: 'as its input',
  names: () => ({ module: 'torch.flatten', quantized: 'torch.flatten' }),
  shape: (_, [map]) => (map.h * map.w === 1 ? map : undefined),
  forward: (_, math) => math.flatten,
  lower: () => 'its input',
  onnx: (_, at) => at.emit('Flatten', at.inputs),
};
