// FP32, simulated and integer network in step, and why the last two part.
import type { Words } from '../words.svelte';

export const threes: Words['threes'] = {
  title: '三网同步',
  about:
    '同一张图片依次通过 FP32 网络、模拟网络（伪量化）以及由它转换成的整数网络。后两者每一层的整数码都应该相同。不同时，原因是实测出来的：把模拟网络在该层之前的整数码原样交给这一层的整数运算。',
  which: '哪个网络',
  ptq: (weightBits, activationBits) => `PTQ，${weightBits}/${activationBits} 位`,
  trained: (run) => `${run}（训练后）`,
  notTrained: (run, number, name) =>
    `${run} 还没有训练。请运行[第 ${number} 步：${name}](#step-train)，之后就可以在这里选择训练后的网络。`,
  look: '同时运行三个网络',
  looking: '三个网络运行中……',
  networks: { fp32: 'FP32', simulated: '模拟', integer: '整数' },
  layers: '三个网络的各层',
  image: '图片的整数码',
  same: (layers) => `模拟网络和整数网络在全部 ${layers} 层的整数码都相同。`,
  apart: (apart, layers, first) => `${layers} 层中有 ${apart} 层的整数码不同，最先不同的是 \`${first}\`。`,
  openDiffering: '展开有差异的层',
  foldAll: '全部折叠',
  floats: (least, largest, mean) => `${least} 到 ${largest}，均值 ${mean}`,
  codes: (least, largest, mean) => `整数码 ${least} 到 ${largest}，均值 ${mean}`,
  equal: (codes) => `${codes} 个整数码中有 0 个不同`,
  differ: (differing, codes, largest) => `${codes} 个整数码中有 ${differing} 个不同，最多相差 ${largest}`,
  cause: {
    none: '无：完全相同。',
    tie: (codes, distance) =>
      `**${codes} 个整数码：舍入平局。** 浮点和离两个整数码的分界不超过 ${distance} 个步长；float32 求和顺序不同，便落到了另一侧。`,
    scales: (codes, channels, simulated, integer) =>
      `**${codes} 个整数码：缩放因子不同。** 缩放因子有两套规则（\`fbgemm_fused\`）：${channels} 个通道的权重模拟时与转换时所用的缩放因子不同，例如模拟时为 ${simulated}，转换时为 ${integer}。`,
    inherited: (codes, from) => `**${codes} 个整数码：** 由前面某层的差异传来。两个网络最先在 \`${from}\` 出现差异。`,
    itself: (codes) => `**${codes} 个整数码：这一层本身。** 输入的整数码相同，整数运算的结果却不同，而且不是舍入平局。`,
  },
  place: (channel, row, column) => `通道 ${channel}，第 ${row} 行，第 ${column} 列：`,
  floatThere: (value) => `FP32 ${value}`,
  codeThere: (name, code, value) => `${name}整数码 ${code}，即 ${value}`,
  mark: '在三张图中标出',
  some: (shown, differing) => `${differing} 个不同的整数码中的 ${shown} 个`,
  where: '位置',
  whereText: (channel, row, column) => `通道 ${channel}，第 ${row} 行，第 ${column} 列`,
  sum: '浮点和（以整数码计）',
  why: '原因',
  short: { tie: '平局', scales: '缩放因子', inherited: '来自前面', itself: '这一层本身' },
};
