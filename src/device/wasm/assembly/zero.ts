// Zeroes blocks of memory: the gradients of filter taps that only ever meet padding.
import { ZeroArgs } from './args';

/** Item = block. */
export function zero(args: ZeroArgs, item: i32): void {
  memory.fill(args.target + load<usize>(args.blocks + <usize>item * sizeof<usize>()), 0, args.size);
}
