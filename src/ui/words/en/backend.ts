// What computes, and why.
import type { BackendInfo, WebGpuStatus } from '../../../worker/api';
import { plural } from '../../format';

export const backend = {
  /** Which backend runs and why: the worker's own sentence, where the page speaks its language. */
  reason: ({ reason }: BackendInfo) => reason,
  advice: {
    ok: '',
    software: 'Such an adapter is emulated on the processor; with a graphics card, WebGPU trains faster.',
    'no-api': 'Current Chrome and Edge have it. The results are the same without, only later.',
    'no-adapter': 'Hardware acceleration may be off in the browser’s settings.',
    'device-lost': 'A driver restart or a sleeping machine can do that.',
    failed: 'A newer browser or driver may mend it. The results are the same without, only later.',
  } satisfies Record<WebGpuStatus, string>,
  again: 'Run step 1 again to try WebGPU again.',
  adapter: (name: string) => `Adapter: ${name}.`,
  sharing: (threads: number) => `${plural(threads, 'thread')}; shared memory is available.`,
  alone: (threads: number) => `${plural(threads, 'thread')}; shared memory is not available.`,
  oneThread: {
    never:
      '**One thread:** this browser, or this window of it, gives the page no memory that threads could share. Training on WebAssembly and the integers run on one thread; the results are the same, only later.',
    untilReload: '**One thread, in this visit:** once reloaded, the page can run on several.',
    reload: 'Reload for threads',
  },
  none: '**Nothing computes yet.** Step 1 looks for WebGPU, the graphics card, and falls back to WebAssembly, the processor. The integers always run on WebAssembly.',
};
