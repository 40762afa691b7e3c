// One training step in slow motion, scales over time, and what is said aloud of a training.
import { count, percent, loss as lossOf } from '../../format';
import type { Words } from '../words.svelte';

export const slow: Words['slow'] = {
  title: '慢动作看一步训练',
  about: '执行一步训练，观察其中某一层的几个权重，然后暂停。所有数字都来自这一步。',
  layer: '层',
  mostFlips: '翻转最多的层',
  take: '慢放一步',
  waits: 'QAT 执行两步之后即可使用。',
  none: '这次训练的权重整数码不能只由缩放因子和系数得出：没有可观察的内容。',
  pace: '阶段',
  paces: { 0: '手动', 4: '每 4 秒一个', 8: '每 8 秒一个' },
  back: '上一个',
  next: '下一个',
  at: (stage, name) => `第 ${stage} 阶段（共 4 个）：${name}`,
  stages: ['量化', '前向', '反向', '更新'],
  which: (layer, channel, channels, kernels, step) =>
    `第 ${step} 步，层 \`${layer}\`：整数码翻转最多的输出通道（第 ${channel + 1} 个，共 ${channels} 个）及其 ${kernels} 个卷积核，有翻转的在前。`,
  quantize: (scale, low, high) =>
    `每个权重除以该通道的缩放因子 ${scale}，再舍入为 ${low} 到 ${high} 之间的整数，即它的整数码。前向计算只用到整数码。`,
  factor: (factor) => `训练时该层保留批归一化：在此之前，权重先乘以 ${factor}，即批归一化的增益除以滑动标准差。`,
  stairs: '该通道的阶梯：横轴是待舍入的值（以缩放因子为单位），纵轴是整数码。圆点是下面的权重。',
  forward: (loss) => `网络用这些整数码对这一批图片作答。更新之前的损失是 **${loss}**。`,
  backward: (clipped, total) =>
    `舍入被跳过：权重得到的是舍入后数值的梯度。整数码被截断的权重得不到梯度，这里标为 ×：该层 ${total} 个权重中有 ${clipped} 个。`,
  update: (flipped, share, rate) =>
    `优化器以学习率 ${rate} 移动了每个权重。大多数没有越过舍入边界，整数码不变；翻转的带有边框，并同时显示前后两个整数码。整层共有 ${flipped} 个整数码翻转，占 ${share}。`,
  scaleMoved: (before, after) => `缩放因子本身从 ${before} 变为 ${after}。`,
  factorMoved: (before, after) => `系数从 ${before} 变为 ${after}。`,
  cells: { quantize: '整数码', forward: '整数码', backward: '梯度', update: '这一步之后的整数码' },
  kernelOf: (input) => `输入 ${input + 1}`,
  table: '这一步的各个权重',
  weight: '输入、位置',
  before: '更新前的权重',
  codeBefore: '整数码',
  gradient: '梯度',
  noGradient: '无：被截断',
  after: '更新后的权重',
  codeAfter: '更新后的整数码',
  flipped: '翻转',
  scales: '某层权重的缩放因子',
  scalesSeries: '各通道的平均值',
  outputScales: '某层输出的缩放因子',
  outputSeries: '整个输出',
  scaleOf: '缩放因子属于',
  scaleKinds: { weights: '权重', activations: '激活值' },
  scalesInWords: (layer, scale, step) => `${layer}：第 ${step} 步时为 ${scale}。`,
  runs: { qat: 'QAT', control: '对照' },
  begun: (run, step, steps) =>
    step === 0 ? `${run}开始：共 ${count(steps)} 步。` : `${run}从第 ${count(step)} 步继续，共 ${count(steps)} 步。`,
  quarter: (run, step, steps, loss, accuracy) =>
    `${run}到第 ${count(step)} 步（共 ${count(steps)} 步）：损失 ${lossOf(loss, 2)}${accuracy === undefined ? '' : `，最近的验证准确率 ${percent(accuracy, 1)}`}。`,
  validated: (step, accuracy) => `第 ${step} 步：验证准确率 ${percent(accuracy, 1)}。`,
  ended: (run, steps, loss, accuracy) =>
    `${run}完成了最后一步（第 ${count(steps)} 步）：损失 ${lossOf(loss, 2)}${accuracy === undefined ? '' : `，验证准确率 ${percent(accuracy, 1)}`}。`,
};
