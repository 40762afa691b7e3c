// Zeroes blocks of memory: the gradients of filter taps that only ever meet padding.

@unmanaged
export class ZeroArgs {
  target: usize;
  /** usize[]: byte offsets of the blocks. */
  blocks: usize;
  /** Bytes of one block. */
  size: usize;
}

/** Item = block. */
export function zero(args: ZeroArgs, item: i32): void {
  memory.fill(args.target + load<usize>(args.blocks + <usize>item * sizeof<usize>()), 0, args.size);
}
