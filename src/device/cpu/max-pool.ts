// tfjs's MaxPool, but a NaN is handed on: tfjs's own passes over it. See the contract.
import { poolShape, type PoolAttrs } from '../pool-shape';
import type { Kernel } from './kernel';

export const maxPool: Kernel<'x', PoolAttrs> = {
  name: 'MaxPool',
  run({ x }, attrs) {
    const { n, h, w, c, oh, ow, kh, kw, sh, sw, padTop, padLeft } = poolShape([...x.shape], attrs);
    const data = new Float32Array(n * oh * ow * c).fill(-Infinity);
    data.forEach((_, i) => {
      const [channel, ox, oy, sample] = [
        i % c,
        Math.floor(i / c) % ow,
        Math.floor(i / (c * ow)) % oh,
        i / (c * ow * oh),
      ];
      for (let y = Math.max(oy * sh - padTop, 0); y < Math.min(oy * sh - padTop + kh, h); y++)
        for (let left = Math.max(ox * sw - padLeft, 0); left < Math.min(ox * sw - padLeft + kw, w); left++)
          data[i] = Math.max(data[i], x.data[((Math.floor(sample) * h + y) * w + left) * c + channel]);
    });
    return [{ data, shape: [n, oh, ow, c] }];
  },
};
