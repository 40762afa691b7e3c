// A convolution's sizes, as kernels bake them into shaders and tables, and which calls our kernels take.
// Not for the kernels themselves.
import { backend_util } from '@tensorflow/tfjs';
import { windowNumbers, windowsOf, type WindowAttrs, type Windows } from './windows';

/** A convolution of NHWC maps by HWIO weights, without dilation or groups, whatever the number of samples. */
export interface Convolution extends Windows {
  readonly ci: number;
  readonly co: number;
}

/** One call. */
export interface ConvShape extends Convolution {
  readonly n: number;
  /** Channels stored per pixel of the input, the first ci of which count. */
  readonly xChannels: number;
}

/** tfjs's convolution attributes, as its kernels receive them. */
export interface ConvAttrs extends WindowAttrs {
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
}

/** The shape of a call, or null when it must go to the stock kernel (NCHW, dilation, groups). */
export function convShape(xShape: number[], filterShape: number[], attrs: ConvAttrs): ConvShape | null {
  const dilations = attrs.dilations ?? 1;
  const dilated = typeof dilations === 'number' ? dilations !== 1 : dilations.some((d) => d !== 1);
  if ((attrs.dataFormat ?? 'NHWC') !== 'NHWC' || dilated || xShape.length !== 4 || xShape[3] !== filterShape[2]) {
    return null;
  }
  const info = backend_util.computeConv2DInfo(
    xShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  const { batchSize: n, inChannels: ci, outChannels: co } = info;
  return { n, ci, xChannels: ci, co, ...windowsOf(info) };
}

/** All numbers of a shape: the key of a shader that bakes them. */
export function convKey(s: ConvShape): string {
  return [s.n, s.ci, s.xChannels, s.co, ...windowNumbers(s)].join(',');
}
