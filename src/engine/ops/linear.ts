// A linear layer as a 1 x 1 convolution of one pixel.
import type { Int8Linear } from '../../int8/int8-model';
import type { Lowering } from './lowering';

export const linear: Lowering<Int8Linear> = {
  relu: () => false,
  absorbsRelu: false,
  keepsSign: false,
  window: () => ({ kernel: 1, stride: 1, pad: 0 }),
};
