// QuantStub and DeQuantStub: where codes begin and end. In float they hand on what they get.
import type { PlainNode } from '../types';
import type { Operation } from './operation';

type Boundary = PlainNode<'quant'> | PlainNode<'dequant'>;

const boundary = {
  arity: 1,
  shape: (_, [input]) => input,
  forward: () => (x) => x,
  onnx({ id, op }) {
    throw new Error(`${id}: a ${op} has no float32 form: give a fused graph that is not prepared`);
  },
} satisfies Partial<Operation<Boundary>>;

export const quant: Operation<PlainNode<'quant'>> = {
  ...boundary,
  quantized: 'output',
  names: () => ({ module: 'QuantStub', quantized: 'Quantize' }),
  lower: () => 'image',
};
export const dequant: Operation<PlainNode<'dequant'>> = {
  ...boundary,
  quantized: 'as its input',
  names: () => ({ module: 'DeQuantStub', quantized: 'DeQuantize' }),
  lower: () => 'its input',
};
