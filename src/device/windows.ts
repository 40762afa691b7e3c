// The windows that a convolution or a pool moves over NHWC maps, sized as tfjs does. Not for their channels: conv-shape.ts
// and pool-shape.ts.
import type { backend_util } from '@tensorflow/tfjs';

export interface Windows {
  /** Of a map, and of what becomes of it. */
  readonly h: number;
  readonly w: number;
  readonly oh: number;
  readonly ow: number;
  /** Of a window, and from one to the next. */
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** What tfjs's attributes of both say of them. */
export interface WindowAttrs {
  readonly strides: number | [number, number];
  readonly pad: number | 'valid' | 'same' | backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** @param info of computeConv2DInfo or computePool2DInfo */
export const windowsOf = (info: backend_util.Conv2DInfo): Windows => ({
  h: info.inHeight,
  w: info.inWidth,
  oh: info.outHeight,
  ow: info.outWidth,
  kh: info.filterHeight,
  kw: info.filterWidth,
  sh: info.strideHeight,
  sw: info.strideWidth,
  padTop: info.padInfo.top,
  padLeft: info.padInfo.left,
});

/** All their numbers, for a key of shaders that bake them. */
export const windowNumbers = (s: Windows): number[] => [
  ...[s.h, s.w, s.oh, s.ow, s.kh, s.kw, s.sh, s.sw, s.padTop, s.padLeft],
];
