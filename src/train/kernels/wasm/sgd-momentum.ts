// QatSgdMomentum: see the contract.
import type { TensorInfo } from '@tensorflow/tfjs';
import { SGD_MOMENTUM, type SgdAttrs } from '../contract';
import { SGD } from './assembly/ids';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { Kernel } from './kernel';
import { f32 } from './runtime';

/** w, g, v of one shape -> [w, v]. */
export const sgdMomentum: Kernel<Record<'w' | 'g' | 'v', TensorInfo>, SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(runtime, { w, g, v }, { lr, momentum, weightDecay }) {
    const next = [runtime.output(w.shape), runtime.output(w.shape)];
    const size = sizeOf(w);
    runtime.run(SGD, Math.ceil(size / ITEM_FLOATS), [
      ...[w, g, v, ...next].map((tensor) => runtime.address(tensor)),
      ...[size, ITEM_FLOATS, f32(lr), f32(momentum), f32(weightDecay)],
    ]);
    return next;
  },
};
