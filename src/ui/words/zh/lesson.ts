// The lesson that opens the page: the slider of bits, guesses, what answers, and the strip of three models.
import { percent } from '../../format';
import type { Words } from '../words.svelte';

export const lesson: Words['lesson'] = {
  title: '几位就够用？',
  about: '把用 32 位数训练的网络舍入成只有几位的整数。8 位时几乎没有损失。往下调，看看它在哪里崩溃。',
  bitsPerNumber: '每个数的位宽',
  weightBits: '权重位宽',
  activationBits: '激活值位宽',
  spoken: (bits, values) => `${bits} 位，${values} 个值`,
  together: '两者一起调',
  predict: '先猜再看',
  announced: (weightBits, activationBits, right) =>
    `权重 ${weightBits} 位、激活值 ${activationBits} 位时，整数网络的准确率为 ${right}。`,

  guess: {
    ptq: (weightBits, activationBits) => `舍入到 ${weightBits}/${activationBits} 位后，准确率会是多少？`,
    qat: (weightBits, activationBits) => `为 ${weightBits}/${activationBits} 位训练后，准确率会是多少？`,
    submit: '就猜这个',
    chance: (classes) => `共有 ${classes} 个类别：闭着眼睛猜也能对 ${percent(1 / classes, 0)}。`,
    made: (guess) => `您猜的是 ${guess}。`,
    came: (guess, off) => `您猜的是 ${guess}；网络的结果与之相差 ${off} 个百分点。`,
  },

  answer: {
    right: (share) => `准确率 **${share}**`,
    interval: (low, high, pictures) => `${pictures} 张验证图片能说明的范围是 ${low} 到 ${high}。`,
    file: '文件大小',
    picture: '单张图片',
    here: (weightBits, activationBits, time, threads) =>
      `在此测得：量化到 ${weightBits}/${activationBits} 位用时 ${time}，使用 ${threads} 个线程。`,
    recordedOn: (cpu, threads) => `测于 ${cpu}，${threads} 个线程。`,
    onItsWay: '网络正在加载，随后由它自己作答。',
    ownMove: '移动滑块，本项目的网络就会在此作答；没有关于它的记录值。',
    move: '移动滑块，这里的网络就会自己作答（需下载 21 MiB，仅一次）。',
  },

  map: '各种位宽下的准确率（%）：权重位宽由下往上，激活值位宽由左往右；粗体为本页测得。',

  heal: {
    button: (weightBits, activationBits) => `修复它：${weightBits}/${activationBits} 位 QAT`,
    healed: (weightBits, activationBits) => `已修复：${weightBits}/${activationBits} 位 QAT`,
    rounding: '学习舍入',
    learning: (share) => `训练之前先学习如何舍入：${share}。[查看并控制](#step-train)。`,
    training: '训练',
    step: (step, steps) => `训练中：第 ${step} 步，共 ${steps} 步。[查看并控制](#step-train)。`,
    stepAndTime: (step, steps, left) =>
      `训练中：第 ${step} 步，共 ${steps} 步，还需 ${left}。[查看并控制](#step-train)。`,
    trained: (share) => `训练完成，整数网络正在作答（${share}）。`,
    gettingReady: '准备中……',
    about: (steps) => `带着舍入训练网络 ${steps} 步，再把它变成整数网络。`,
    best: '用已知的最好方法',
    roundingsFirst: '先花几分钟学习舍入，然后训练 ',
    aboutBest: (steps) => `${steps} 步：先折叠批归一化，学习缩放因子，由原来的网络当教师。`,
  },

  strip: {
    title: '结果',
    asTrained: '原网络',
    rounded: (weightBits, activationBits) => `舍入到 ${weightBits}/${activationBits} 位`,
    trained: (weightBits, activationBits) => `为 ${weightBits}/${activationBits} 位训练`,
    against: (model, points, low, high) => `QAT 比 ${model}：**${points}** 个百分点，${low} 到 ${high}。`,
    testPictures: (pictures) => `${pictures} 张测试图片`,
    validationPictures: (pictures) => `${pictures} 张验证图片`,
    method: '，所有模型用同一批图片；100 次中有 95 次，该区间包含真实的差异',
    end: '。',
    ptqHere: (pictures) => `PTQ：${pictures} 张验证图片；FP32：记录值。`,
    ownHere: 'FP32 和 PTQ：加载网络后，在此用您的验证图片测得。',
    ptqRecorded: 'FP32 和 PTQ：记录值。',
    next: 'QAT 修复之后，它的结果会显示在这里。',
  },
};
