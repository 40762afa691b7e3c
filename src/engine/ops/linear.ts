// A linear layer as a 1 x 1 convolution of one pixel.
import { ONE_PIXEL } from '../../core/window';
import type { Int8Linear } from '../../int8/int8-model';
import type { Lowering } from './lowering';

export const linear: Lowering<Int8Linear> = {
  relu: () => false,
  absorbsRelu: false,
  keepsSign: false,
  window: () => ONE_PIXEL,
};
