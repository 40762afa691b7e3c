// QatSgdMomentum: see the contract. One call for all parameters, whose addresses stand in a table.
import { sgdParameters } from '../contract';
import { ITEM_FLOATS, sizeOf } from './elementwise';
import type { WasmKernel } from './kernel';
import { bytesOf, words } from './work';

/** [v, w, g, w, g, ...] -> nothing; w and v are changed. */
export const sgdMomentum: WasmKernel<'QatSgdMomentum'> = (list, { lr, momentum, weightDecay }, runtime) => {
  const { v, parameters } = sgdParameters(list, sizeOf);
  let items = 0;
  const entries = parameters.flatMap(({ w, g, size, offset }) => {
    const firstItem = items;
    items += Math.ceil(size / ITEM_FLOATS);
    const addresses = { ...runtime.addresses({ w, g }), v: runtime.address(v) + offset * 4 };
    return words('SgdParameter', { ...addresses, size, firstItem });
  });
  const [table] = runtime.scratch(parameters.length * bytesOf('SgdParameter'));
  runtime.write(table, entries);
  runtime.run('sgd', items, { parameters: table, itemFloats: ITEM_FLOATS, lr, momentum, weightDecay });
  for (const { w } of parameters) runtime.changed(w);
  return [];
};
