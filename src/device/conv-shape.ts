// A convolution's sizes, as kernels bake them into shaders and tables, and which calls our kernels take.
// Not for the kernels themselves.
import { backend_util } from '@tensorflow/tfjs';

/** A convolution of NHWC maps by HWIO weights, without dilation or groups, whatever the number of samples. */
export interface Convolution {
  readonly h: number;
  readonly w: number;
  readonly ci: number;
  readonly oh: number;
  readonly ow: number;
  readonly co: number;
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly padTop: number;
  readonly padLeft: number;
}

/** One call. */
export interface ConvShape extends Convolution {
  readonly n: number;
  /** Channels stored per pixel of the input, the first ci of which count. */
  readonly xChannels: number;
}

/** tfjs's convolution attributes, as its kernels receive them. */
export interface ConvAttrs {
  readonly strides: number | [number, number];
  readonly pad: number | 'valid' | 'same' | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
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
  return {
    n: info.batchSize,
    h: info.inHeight,
    w: info.inWidth,
    ci: info.inChannels,
    xChannels: info.inChannels,
    oh: info.outHeight,
    ow: info.outWidth,
    co: info.outChannels,
    kh: info.filterHeight,
    kw: info.filterWidth,
    sh: info.strideHeight,
    sw: info.strideWidth,
    padTop: info.padInfo.top,
    padLeft: info.padInfo.left,
  };
}

/** All numbers of a shape: the key of a shader that bakes them. */
export function convKey(s: ConvShape): string {
  return [s.n, s.h, s.w, s.ci, s.xChannels, s.oh, s.ow, s.co, s.kh, s.kw, s.sh, s.sw, s.padTop, s.padLeft].join(',');
}
