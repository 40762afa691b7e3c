// A 2-D pool's sizes, as kernels bake them into shaders and tables. Not for the kernels themselves.
import { backend_util } from '@tensorflow/tfjs';
import { windowNumbers, windowsOf, type WindowAttrs, type Windows } from './windows';

/** tfjs's pool attributes, as its kernels receive them. */
export interface PoolAttrs extends WindowAttrs {
  readonly filterSize: number | [number, number];
}

/** NHWC maps. */
export interface PoolShape extends Windows {
  readonly n: number;
  readonly c: number;
}

/** @param xShape [n,h,w,c]. */
export function poolShape(xShape: number[], attrs: PoolAttrs): PoolShape {
  const info = backend_util.computePool2DInfo(
    xShape as [number, number, number, number],
    attrs.filterSize,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  return { n: info.batchSize, c: info.inChannels, ...windowsOf(info) };
}

/** All numbers of a shape: the key of a shader that bakes them. */
export function poolKey(s: PoolShape): string {
  return [s.n, s.c, ...windowNumbers(s)].join(',');
}
