// MaxPool2d.
import { outputLength, type Window } from '../../core/window';
import type { MaxPoolNode } from '../types';
import type { OnnxAttributes, Operation } from './operation';

export const maxpool: Operation<MaxPoolNode> = {
  arity: 1,
  quantized: 'as its input',
  names: () => ({ module: 'MaxPool2d', quantized: 'MaxPool2d' }),
  shape: (node, [{ h, w, c }]) => ({ h: outputLength(h, node), w: outputLength(w, node), c }),
  forward: (node, math) => math.maxPool(node),
  lower: ({ kernel, stride, pad }) => ({ op: 'maxpool', kernel, stride, pad }),
  onnx: (node, at) => at.emit('MaxPool', at.inputs, windowAttributes(node)),
};

/** A square window as ONNX's Conv and MaxPool take it. */
export function windowAttributes({ kernel, stride, pad }: Window): OnnxAttributes {
  return { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}
