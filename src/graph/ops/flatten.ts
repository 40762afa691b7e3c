// A map as a vector. Codes lie in memory as they are: nothing is left of it in a quantized model.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

export const flatten: Operation<PlainNode<'flatten'>> = {
  arity: 1,
  quantized: 'as its input',
  shape: (_, [{ h, w, c }]) => ({ h: 1, w: 1, c: h * w * c }),
  forward: (_, math) => math.flatten,
  lower: () => 'its input',
  onnx: (_, at) => at.emit('Flatten', at.inputs),
};
