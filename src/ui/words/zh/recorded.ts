// The run that was recorded, shown where a step was not run.
import type { Words } from '../words.svelte';

export const recorded: Words['recorded'] = {
  show: '显示录制的结果',
  hide: '隐藏录制的结果',
  ofStep: (number, name) => `：第 ${number} 步，${name}`,
  about: (cpu, date, weightBits, activationBits, steps) =>
    `这是录制的结果，不是在此处计算的：${weightBits} 位权重，${activationBits} 位激活值，训练 ${steps} 步，${cpu}，${date}。运行本步骤即可得到您自己的结果。`,
  notLoaded: {
    message: '无法加载录制的实验。',
    hint: '请检查网络连接后重试，或直接运行本步骤：不需要录制的结果。',
  },
};
