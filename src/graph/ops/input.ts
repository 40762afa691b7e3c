// The image, where a network begins.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

export const input: Operation<PlainNode<'input'>> = {
  arity: 0,
  quantized: 'as its input',
  shape: ({ out }) => out,
  forward: () => (x) => x,
  lower: () => 'nothing',
  onnx: (_, at) => at.is('image'),
};
