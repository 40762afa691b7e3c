// One of the engine's threads: instantiates the module, says so, and lives inside WASM until the engine ends it.
import { instantiateEngine } from './wasm-module';
import type { ThreadStart } from './threads';

self.onmessage = ({ data }: MessageEvent<ThreadStart>) => {
  const engine = instantiateEngine(data.module, data.memory);
  self.postMessage('ready');
  engine.work(data.thread, data.threads);
  self.close();
};
