// One of the engine's threads: instantiates the module, says so, and lives inside WASM until the engine ends it. No handler
// here is async: what one throws must reach the owner.
import { ready, type ThreadLife, type ThreadTask } from '../core/threads';
import type { ThreadPlace } from './threads';
import { instantiateEngine } from './wasm-module';

self.onmessage = ({ data }: MessageEvent<ThreadTask & ThreadLife>) => {
  const engine = instantiateEngine(data.module, data.memory);
  self.onmessage = ({ data: { thread, threads } }: MessageEvent<ThreadPlace>) => {
    try {
      engine.work(thread, threads);
    } catch (error) {
      engine.fail();
      throw error;
    }
    self.close();
  };
  ready(data);
};
