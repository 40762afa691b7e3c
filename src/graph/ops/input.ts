// The image, where a network begins.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

export const input: Operation<PlainNode<'input'>> = {
  arity: 0,
  quantized: 'as its input',
  names: () => ({ short: 'image', module: 'the image', quantized: 'the image' }),
  shape: ({ out }) => out,
  forward: () => (x) => x,
  lower: () => 'nothing',
  onnx: (_, at) => at.is('image'),
};
