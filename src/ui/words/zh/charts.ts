// What charts share, and the curves of a training.
import type { Words } from '../words.svelte';

export const charts: Words['charts'] = {
  asTable: '以表格显示',
  missing: '未能取得绘图程序。数值见表格；图表再次进入视野时会重试。',
  step: '步',
  qat: 'QAT',
  control: 'FP32 对照',
  integers: 'QAT 转换为整数',
  loss: {
    title: '训练损失',
    single: (run) => `${run}，单步`,
    singleSteps: '浅色：单步',
    means: (steps) => `浅色：每 ${steps} 步的平均`,
    summary: (run, loss, step) => `${run === 'qat' ? 'QAT' : '对照'}：第 ${step} 步的平滑损失为 ${loss}。`,
  },
  codes: {
    title: '发生变化的权重整数码',
    flipped: '本步翻转的',
    oscillating: '来回振荡的',
    eachStep: '每一步',
    means: (steps) => `每 ${steps} 步的平均`,
    summary: (step, flipped, oscillating) => `第 ${step} 步有 ${flipped} 的整数码翻转，${oscillating} 来回振荡。`,
  },
  accuracy: {
    title: '验证准确率',
    titleOn: (pictures) => `${pictures} 张图片上的验证准确率`,
    note: '阴影：95 % 区间',
    cost: (duration) => `最近一次整数验证让训练等待了 ${duration}`,
    atMost: (run) => `${run}，上限`,
    atLeast: (run) => `${run}，下限`,
    summary: (run, accuracy, low, high) =>
      `${run === 'qat' ? 'QAT' : '对照'}：${accuracy}，在 ${low} 与 ${high} 之间。`,
    asIntegers: (accuracy) => `转换为整数：${accuracy}。`,
  },
};
