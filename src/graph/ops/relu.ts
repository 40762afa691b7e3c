// ReLU that stands alone.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

export const relu: Operation<PlainNode<'relu'>> = {
  arity: 1,
  quantized: 'as its input',
  names: () => ({ module: 'ReLU', quantized: 'ReLU' }),
  shape: (_, [input]) => input,
  forward: (_, math) => math.relu,
  lower: () => ({ op: 'relu' }),
  onnx: (_, at) => at.emit('Relu', at.inputs),
};
