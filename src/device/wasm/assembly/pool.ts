// Shares the items of a kernel between threads. Who takes which item is left to chance; as each item writes its own
// outputs, results do not depend on it. One thread calls runShared; the others stay in serve until they are ended.
// A thread that stops takes its item with it: runShared then says so, and what the items wrote is worthless.
import { dispatch } from './dispatch';

/**
 * Asked while runShared waits. @param moved whether items were done since it was asked last; true when a wait begins
 * @returns whether to wait no longer (src/core/threads.ts)
 */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@external("env", "stalled")
declare function stalled(moved: bool): bool;

/** Zeroed by the owner, 8-byte aligned. */
@unmanaged
class Control {
  /** Items not yet taken; lies below `round`, and both are one 64-bit word to compare and exchange. */
  remaining: i32;
  /** Counts the calls of runShared. */
  round: i32;
  /** Items that are done. */
  done: i32;
  /** Threads that wait to be woken. */
  sleeping: i32;
  /** 1 once a thread has failed. */
  failed: i32;
  id: i32;
  args: usize;
}

/** Idle looks at the word before a thread goes to sleep: about 0.1 ms, longer than the pauses within a training step. */
const PATIENCE: i32 = 50000;

/** Looks at the items that others have taken before it is asked whether they stalled: about a millisecond. */
const SPINS: i32 = 1 << 20;

/**
 * Runs every item, together with the threads that serve the same control block.
 * @returns whether all are done; if not, a thread has stopped and may even write yet: this memory is lost
 */
export function runShared(control: Control, id: i32, args: usize, items: i32): bool {
  const word = changetype<usize>(control);
  const round = control.round + 1;
  control.id = id;
  control.args = args;
  atomic.store<i32>(word, 0, offsetof<Control>('done'));
  atomic.store<u64>(word, ((<u64>round) << 32) | <u64>items);
  if (atomic.load<i32>(word, offsetof<Control>('sleeping'))) atomic.notify(word + offsetof<Control>('round'), -1);
  while (takeItem(control)) {}
  let spins = SPINS;
  let seen = -1;
  let done: i32;
  while ((done = atomic.load<i32>(word, offsetof<Control>('done'))) != items) {
    if (--spins > 0) continue;
    if (atomic.load<i32>(word, offsetof<Control>('failed')) || stalled(done != seen)) return false;
    seen = done;
    spins = SPINS;
  }
  return true;
}

/** Says that a thread has left `serve` with an error. */
export function fail(control: Control): void {
  atomic.store<i32>(changetype<usize>(control), 1, offsetof<Control>('failed'));
}

/** Takes items as they come, forever. */
export function serve(control: Control): void {
  const word = changetype<usize>(control);
  const roundAt = offsetof<Control>('round');
  const sleepingAt = offsetof<Control>('sleeping');
  for (;;) {
    let idle = 0;
    while (idle < PATIENCE) idle = takeItem(control) ? 0 : idle + 1;
    const round = atomic.load<i32>(word, roundAt);
    atomic.add<i32>(word, 1, sleepingAt);
    if (<i32>atomic.load<u64>(word) == 0) atomic.wait<i32>(word + roundAt, round, -1);
    atomic.sub<i32>(word, 1, sleepingAt);
  }
}

/**
 * Takes and runs one item. The exchange succeeds only if the round still has items, and then `id` and `args`, which
 * change between rounds only, were read from the same round.
 */
// @ts-ignore: AssemblyScript takes decorators on functions, TypeScript does not
@inline
function takeItem(control: Control): bool {
  const word = changetype<usize>(control);
  const seen = atomic.load<u64>(word);
  const remaining = <i32>seen;
  if (remaining == 0) return false;
  const id = control.id;
  const args = control.args;
  if (atomic.cmpxchg<u64>(word, seen, seen - 1) == seen) {
    dispatch(id, args, remaining - 1);
    atomic.add<i32>(word, 1, offsetof<Control>('done'));
  }
  return true;
}
