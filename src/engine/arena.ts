// Places tensors in one arena so that two share bytes only when they never live at the same time.
// Not for what the tensors hold.

/** A tensor's size and the steps between which it must keep its bytes: written in `from`, last read in `to`. */
export interface Lifetime {
  readonly bytes: number;
  readonly from: number;
  readonly to: number;
}

/** Cache lines: threads never write to the same one for different tensors. */
const ALIGNMENT = 64;
const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * First fit, the largest first.
 * @param start bytes kept free at the arena's beginning
 * @returns each tensor's offset and the arena's size in bytes
 */
export function placeTensors(lifetimes: readonly Lifetime[], start: number): { offsets: number[]; bytes: number } {
  const order = lifetimes.map((_, index) => index).sort((a, b) => lifetimes[b].bytes - lifetimes[a].bytes);
  const offsets: number[] = new Array<number>(lifetimes.length).fill(-1);
  let bytes = align(start);
  for (const index of order) {
    const { from, to, bytes: size } = lifetimes[index];
    const taken = order
      .filter((other) => offsets[other] >= 0 && lifetimes[other].from <= to && from <= lifetimes[other].to)
      .map((other) => ({ from: offsets[other], to: offsets[other] + lifetimes[other].bytes }))
      .sort((a, b) => a.from - b.from);
    let at = align(start);
    for (const block of taken) {
      if (at + size <= block.from) break;
      at = Math.max(at, align(block.to));
    }
    offsets[index] = at;
    bytes = Math.max(bytes, align(at + size));
  }
  return { offsets, bytes };
}
