// The exercises, what they are judged by, and the entry of each. What they count: exercises/exercises.ts.
import type { Words } from '../words.svelte';

export const exercises: Words['exercises'] = {
  title: '练习',
  about: (met, all) => `用本页达到下列目标，方法不限。本页按自己测得的结果评判：共 ${all} 个，已达到 ${met} 个。`,
  reached: '✓ 已达到',
  open: '未完成',
  goal: '目标：',
  soFar: '目前：',
  hint: (left) => `给个提示（还有 ${left} 个）`,
  anotherHint: (left) => `再给个提示（还有 ${left} 个）`,
  worstLayer: '损害最大的层',
  chooseOne: '请选择',
  slider: '滑块',

  all: {
    'four-bits': {
      name: '四位，几乎不花代价',
      task: '做出一个权重 4 位、激活值 4 位的整数网络，在同一批图片上的准确率最多比 FP32 低 3 个百分点。',
      hints: [
        '把两个滑块都放到 4，看看单是舍入要付出多少代价。超过 3 个百分点吗？',
        '不训练也有三样东西能帮忙：取什么范围，哪些层保留 8 位，权重怎样舍入。步骤 4 里三样都有。或者让训练来完成。',
        '滑块放到 4，然后按“用已知的最好方法”：学习缩放因子，由浮点网络当教师，首尾两层用 8 位。结果看页面底部的结果栏。',
      ],
      question: '哪一项改动贡献最大？为什么是它？',
    },
    smallest: {
      name: '准确率高于 85 % 的最小模型',
      task: '得到一个不超过 3 MiB 的文件，在至少 1,000 张图片上的准确率仍有 85 %。',
      hints: [
        '占地方的是权重还是激活值？一次只移动一个滑块，看文件大小怎样变化。',
        '激活值不在文件里。让它保持 8 位，这样损失就全部来自权重。',
        '权重 2 位，激活值 8 位，然后按“用已知的最好方法”。只学习舍入（步骤 4）也能接近。',
      ],
      question: '激活值的位数如果换不来字节，那换来的是什么？',
    },
    'layer-that-hurts': {
      name: '找出损害最大的层',
      task: '说出这样一层：只有它用最少的位数、其他层都用 8 位时，损失最大。先说出来，再测量。',
      hints: [
        '权重少的层，难以靠平均抵消误差。而靠前的层出的错，会被后面所有的层传下去。',
        '在网络图中打开各层，把它们权重的直方图与舍入所用的网格相比。',
        '在“哪一层损失最大？”中按“搜索”：它会逐层单独尝试。之后“敏感度”着色会在网络图上显示出来。',
      ],
      question: '它是噪声最大（SQNR 最低）的那一层吗？如果不是，为什么？',
    },
    'no-better-than-control': {
      name: '不比对照好的 QAT',
      task: '找出这样的设置：QAT 相对 PTQ 赢回的，不多于它的对照（训练同样久但不量化）相对 FP32 赢得的。',
      hints: [
        'QAT 只能修复坏了的东西。什么情况下没有东西是坏的？',
        '在 8/8 位运行全部九个步骤，在步骤 8 中看两个差异：QAT 减 PTQ，对照减 FP32。',
        '8/8 位时舍入只损失约 0.1 个百分点；步数少、学习率小时，训练对两个网络的改变都不超过偶然的波动。',
      ],
      question: '有人报告“QAT 在 8 位时提高了 0.3 个百分点”。您会要求看什么？',
    },
  },

  evidence: {
    network: (kind, weightBits, activationBits, made) => `${weightBits}/${activationBits} 位 ${kind}（${made}）`,
    noFourBits: '还没有 4/4 位的网络与 FP32 并列：请修复一个，或在 4/4 位运行全部九个步骤。',
    fourBits: (network, accuracy, fp32, points, pictures) =>
      `${network}：${accuracy}，FP32 为 ${fp32}，在 ${pictures} 张图片上相差 ${points} 个百分点。`,
    noneRight: '还没有网络在这里的 1,000 张图片上达到 85 %。',
    smallest: (network, bytes, accuracy, pictures) =>
      `${network}：${bytes}，${pictures} 张图片的准确率为 ${accuracy}。`,
    noRun: '还没有实验完成步骤 8。',
    gains: (run, qat, control) => `${run}：QAT 比 PTQ 高 ${qat} 个百分点，它的对照比 FP32 高 ${control} 个百分点。`,
    nameFirst: '请先说出一层。',
    nowMeasure: (suspect) => `您说的是 ${suspect}。现在测量：在“哪一层损失最大？”中按“搜索”。`,
    damages: (suspect, own, worst, most) =>
      `单是 ${suspect} 就损失 ${own} 个百分点；损失最大的是 ${worst}，${most} 个百分点。`,
  },
};
