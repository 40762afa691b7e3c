// QatSgdMomentum: see the contract. One call for all parameters, whose addresses stand in a table.
import { sgdParameters } from '../contract';
import { SGD } from './assembly/ids';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { f32 } from './runtime';

/** 32-bit fields of an entry: SgdParameter of assembly/sgd.ts. */
const ENTRY = 5;

/** [v, w, g, w, g, ...] -> nothing; w and v are changed. */
export const sgdMomentum: WasmKernel<'QatSgdMomentum'> = (list, { lr, momentum, weightDecay }, runtime) => {
  const { v, parameters } = sgdParameters(list, sizeOf);
  let items = 0;
  const entries = parameters.flatMap(({ w, g, size, offset }) => {
    const firstItem = items;
    items += Math.ceil(size / ITEM_FLOATS);
    return [runtime.address(w), runtime.address(g), runtime.address(v) + offset * 4, size, firstItem];
  });
  const [table] = runtime.scratch(parameters.length * ENTRY * 4);
  runtime.write(table, entries);
  runtime.run(SGD, items, [table, ITEM_FLOATS, f32(lr), f32(momentum), f32(weightDecay)]);
  for (const { w } of parameters) runtime.changed(w);
  return [];
};
