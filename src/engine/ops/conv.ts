// A convolution, with the ReLU that follows it.
import type { Int8Conv } from '../../int8/int8-model';
import type { Lowering } from './lowering';

export const conv: Lowering<Int8Conv> = {
  relu: ({ relu }) => relu,
  absorbsRelu: true,
  keepsSign: false,
  window: (op) => op,
};
