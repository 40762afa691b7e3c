// FloatFunctional.add, with its ReLU where prepareQat made it add_relu.
import type { AddNode } from '../types';
import type { Operation } from './operation';

export const add: Operation<AddNode> = {
  arity: 2,
  quantized: 'output',
  names({ relu }) {
    const call = relu ? 'add_relu' : 'add';
    return { module: `FloatFunctional.${call}`, quantized: `QFunctional.${call}` };
  },
  shape: (_, [a, b]) => (a.h === b.h && a.w === b.w && a.c === b.c ? a : undefined),
  forward:
    ({ relu }, math) =>
    (a, b) =>
      relu ? math.relu(math.add(a, b)) : math.add(a, b),
  lower: ({ relu }) => ({ op: 'add', relu }),
  onnx: ({ relu }, at) => at.emit('Add', at.inputs, undefined, relu),
};
