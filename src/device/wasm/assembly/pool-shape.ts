// A 2-D pool's sizes, as the kernels of pooling and of its gradient are given them first. Not for addresses.

@unmanaged
export class PoolShapeArgs {
  h: i32;
  w: i32;
  channels: i32;
  oh: i32;
  ow: i32;
  kh: i32;
  kw: i32;
  sh: i32;
  sw: i32;
  padTop: i32;
  padLeft: i32;
}
