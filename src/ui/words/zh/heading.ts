// The head of the page: what it is, and where the run in hand stands.
import type { Words } from '../words.svelte';

export const heading: Words['heading'] = {
  language: '语言',
  lede: '把训练好的图像分类器变成低位宽的整数网络，看看代价有多大，训练又如何把准确率找回来。一切都在您的浏览器里计算，不会向任何地方发送数据。',
  runAll: '运行全部九个步骤',
  runRest: '运行余下的步骤',
  otherComputes: (run) => `${run} 正在计算，本实验等待中。`,
  running: (step, number, name) => `[步骤 ${number}（共 9 个）：${name}](#step-${step})正在运行。`,
  finished: '九个步骤全部完成。可以更改某个选项并从那里重新运行，或在旁边新建一个实验。',
  failed: (step, number, name) => `[步骤 ${number}：${name}](#step-${step})失败。之前完成的部分都已保留。`,
  next: (step, number, name) => `接下来：[步骤 ${number}：${name}](#step-${step})。`,
  begin: (steps, weightBits, activationBits) =>
    `以 ${weightBits} 位权重和 ${activationBits} 位激活值训练 ${steps} 步。也可以在下面逐步进行。`,
  addressProblem: (message) => `未能按本页地址中的选项打开：${message}`,
  allByDefault: '所有选项都用默认值。',
};
