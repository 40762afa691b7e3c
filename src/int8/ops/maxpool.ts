// Max pooling: the largest code of each window, which is clipped to the map.
import { expectInputsQParams } from '../checks';
import type { Int8MaxPool } from '../int8-model';
import { size, type Definition } from './definition';
import { checkWindow, windowFields } from './window';

export const maxpool: Definition<Int8MaxPool> = {
  arity: 1,
  fields: windowFields,
  arrays: [],
  check(op, at) {
    checkWindow(op, at, Math.floor(op.kernel / 2), at.inputs[0].c);
    expectInputsQParams(at);
  },
  compute:
    ({ kernel, stride, pad }, [{ h, w, c }], output) =>
    (codes) => {
      const out = new Uint8Array(size(output));
      for (let oy = 0; oy < output.h; oy++)
        for (let ox = 0; ox < output.w; ox++) {
          const [top, left] = [oy * stride - pad, ox * stride - pad];
          const at = (oy * output.w + ox) * c;
          for (let y = Math.max(0, top); y < Math.min(h, top + kernel); y++)
            for (let x = Math.max(0, left); x < Math.min(w, left + kernel); x++)
              for (let channel = 0; channel < c; channel++)
                out[at + channel] = Math.max(out[at + channel], codes[(y * w + x) * c + channel]);
        }
      return out;
    },
};
