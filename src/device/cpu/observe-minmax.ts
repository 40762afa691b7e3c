// QatObserveMinMax: see the contract.
import { isUnseen } from '../../core/qparams';
import { OBSERVE_MINMAX, type ObserveMinMaxAttrs } from '../contract';
import type { Kernel } from './kernel';

const f32 = Math.fround;

export const observeMinMax: Kernel<'x' | 'range', ObserveMinMaxAttrs> = {
  name: OBSERVE_MINMAX,
  run({ x, range }, { mode, c }) {
    const ranges = range.channels;
    const seen = new Float32Array(2 * ranges).fill(Infinity).fill(-Infinity, ranges);
    x.data.forEach((value, i) => {
      const low = i % ranges;
      seen[low] = Math.min(seen[low], value);
      seen[ranges + low] = Math.max(seen[ranges + low], value);
    });
    const next = seen.map((value, i) => {
      const known = range.data[i];
      if (mode === 'extreme') return i < ranges ? Math.min(known, value) : Math.max(known, value);
      const unseen = isUnseen(range.data[i % ranges], range.data[ranges + (i % ranges)]);
      return unseen ? value : known + f32(f32(c) * f32(value - known));
    });
    return [{ data: next, shape: range.shape }];
  },
};
