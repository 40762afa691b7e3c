// What computes, and why.
import type { Words } from '../words.svelte';

const WITHOUT_WEBGPU = {
  ok: '按要求使用 WASM。',
  software: '使用 WASM：WebGPU 只能在软件适配器上运行，比 WASM 慢。',
  'no-api': '使用 WASM：此浏览器没有 WebGPU。',
  'no-adapter': '使用 WASM：有 WebGPU，但没有可用的图形适配器。',
  'device-lost': '与图形设备的连接已断开，由 WASM 接替。',
  failed: 'WebGPU 出错，由 WASM 接替。',
} as const;
const ON_WEBGPU = {
  software: '按要求在软件适配器上使用 WebGPU。',
  'device-lost': '与图形设备的连接曾断开，已由新的设备接替。',
};

export const backend: Words['backend'] = {
  reason: ({ backend, webgpu }) => {
    if (backend === 'wasm') return WITHOUT_WEBGPU[webgpu];
    return webgpu === 'software' || webgpu === 'device-lost' ? ON_WEBGPU[webgpu] : '在您的图形适配器上使用 WebGPU。';
  },
  advice: {
    ok: '',
    software: '这种适配器由处理器模拟；有显卡时，用 WebGPU 训练更快。',
    'no-api': '当前版本的 Chrome 和 Edge 都有。没有它结果也一样，只是更慢。',
    'no-adapter': '浏览器设置中可能关闭了硬件加速。',
    'device-lost': '驱动程序重启或电脑休眠都可能造成这种情况。',
    failed: '更新浏览器或驱动程序也许能解决。没有它结果也一样，只是更慢。',
  },
  again: '重新运行步骤 1 可再次尝试 WebGPU。',
  adapter: (name) => `适配器：${name}。`,
  sharing: (threads) => `${threads} 个线程，可以使用共享内存。`,
  alone: (threads) => `${threads} 个线程，无法使用共享内存。`,
  oneThread: {
    never:
      '**单线程：**此浏览器（或当前窗口）不提供线程间的共享内存。WebAssembly 上的训练和整数网络都只用一个线程，结果相同，只是更慢。',
    untilReload: '**本次访问只用单线程：**重新加载后，本页可以使用多个线程。',
    reload: '重新加载以启用多线程',
  },
  none: '**还没有开始计算。**步骤 1 会寻找 WebGPU（显卡），没有时改用 WebAssembly（处理器）。整数网络始终在 WebAssembly 上运行。',
};
