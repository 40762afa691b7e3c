// One thread of the pool: enters the module and stays there until it is terminated. No handler here is async: what one
// throws must reach the owner.
import { ready, type ThreadLife, type ThreadTask } from '../../core/threads';
import { instantiateKernels } from './module';

self.onmessage = ({ data }: MessageEvent<ThreadTask & ThreadLife>) => {
  const kernels = instantiateKernels(data.module, data.memory);
  self.onmessage = ({ data: control }: MessageEvent<number>) => {
    try {
      kernels.serve(control);
    } catch (error) {
      kernels.fail(control);
      throw error;
    }
  };
  ready(data);
};
