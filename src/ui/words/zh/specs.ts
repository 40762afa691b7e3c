// How a tensor is observed and quantized, beside PyTorch's own name of its observer.
import type { Words } from '../words.svelte';

export const specs: Words['specs'] = {
  scheme: { affine: '非对称', symmetric: '对称' },
  granularity: { per_tensor: '逐张量', per_channel: '逐通道' },
  codes: (first, last) => `整数码 ${first}..${last}`,
  powersOfTwo: '缩放因子为 2 的幂',
  simulated: '伪量化',
  observed: '只观察',
  all: (parts) => parts.join('，'),
};
