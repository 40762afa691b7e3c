// Entry of the training kernels: runs all items of one kernel, alone or shared with other threads.
// The memory belongs to tfjs. Nothing here may have static data or a heap: strings, arrays and classes with
// constructors are out; scratch memory comes from the caller.
import { dispatch } from './dispatch';

/** Runs every item in this thread. */
export function run(id: i32, args: usize, items: i32): void {
  for (let item = 0; item < items; item++) dispatch(id, args, item);
}

export { fail, runShared, serve } from './pool';
