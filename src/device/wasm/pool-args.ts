// The arguments that max pooling and its gradient begin with: assembly/pool-shape.ts.
import type { PoolShape } from '../pool-shape';

export const poolArgs = ({ h, w, c, oh, ow, kh, kw, sh, sw, padTop, padLeft }: PoolShape): number[] => [
  ...[h, w, c, oh, ow, kh, kw, sh, sw, padTop, padLeft],
];
