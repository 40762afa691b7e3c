// Named float32 parameters in PyTorch's names and layouts (convolutions OIHW, linear [out, in]).
// Not for tensors on a device: src/device owns those.

/** A float32 array and its shape, row-major. */
export interface Param {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Values of a tensor of this shape. */
export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** torchvision's state-dict names ("layer1.0.conv1.weight", "bn1.running_mean", ...) to values. */
export type ParamStore = ReadonlyMap<string, Param>;
