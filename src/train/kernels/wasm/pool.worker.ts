// One thread of the pool: enters the module and stays there until it is terminated.
import type { PoolTask } from './pool';
import type { KernelExports } from './runtime';

onmessage = async (event: MessageEvent<PoolTask>) => {
  const { module, memory, control } = event.data;
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  postMessage('serving');
  (instance.exports as unknown as KernelExports).serve(control);
};
