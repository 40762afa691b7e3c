// QatSgdMomentum: see the contract. One call for all parameters, whose addresses stand in a table.
import type { TensorInfo } from '@tensorflow/tfjs';
import { SGD_MOMENTUM, velocityLayout, type SgdAttrs } from '../contract';
import { SGD } from './assembly/ids';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { Kernel } from './kernel';
import { f32 } from './runtime';

/** 32-bit fields of an entry: SgdParameter of assembly/sgd.ts. */
const ENTRY = 5;

/** [v, w, g, w, g, ...] -> nothing; w and v are changed. */
export const sgdMomentum: Kernel<TensorInfo[], SgdAttrs> = {
  name: SGD_MOMENTUM,
  run(runtime, [v, ...rest], { lr, momentum, weightDecay }) {
    const weights = rest.filter((_, i) => i % 2 === 0);
    const sizes = weights.map(sizeOf);
    const { offsets } = velocityLayout(sizes);
    let items = 0;
    const entries = weights.flatMap((w, p) => {
      const firstItem = items;
      items += Math.ceil(sizes[p] / ITEM_FLOATS);
      const velocity = runtime.address(v) + offsets[p] * 4;
      return [runtime.address(w), runtime.address(rest[2 * p + 1]), velocity, sizes[p], firstItem];
    });
    const [table] = runtime.scratch(weights.length * ENTRY * 4);
    runtime.write(table, entries);
    runtime.run(SGD, items, [table, ITEM_FLOATS, f32(lr), f32(momentum), f32(weightDecay)]);
    weights.forEach((w) => runtime.changed(w));
    return [];
  },
};
