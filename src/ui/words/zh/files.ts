// 访客自己的文件：配方与报告、网络、图片。
import { count } from '../../format';
import type { Words } from '../words.svelte';

export const files: Words['files'] = {
  summary: '您自己的文件：配方、权重、图片……',
  kinds: [
    ['配方或报告', '新建一个采用其中设置的实验。'],
    ['本页保存过的整数网络', '与当前实验的网络一起作答。'],
    ['torchvision 的 ResNet18（32 × 32 像素）权重，safetensors 或 .pt', '取代网络。'],
    ['带标签的图片（类别文件夹或其 zip、.npz、CIFAR-10 二进制文件，2 到 100 个类别）', '取代 CIFAR-10。'],
  ],
  about: '文件只在此浏览器中读取，不会发送到任何地方；其中若有代码，绝不会执行。',
  label: '文件从哪里来',
  drop: '把文件拖到这里，或选择文件：',
  choose: '选择文件',
  chooseFolder: '选择文件夹',
  cancel: '停止读取',
  reading: (name) => `正在读取 ${name}…`,
  pictures: (done, total) => `已处理 ${count(done)} / ${count(total)} 张图片`,
  inForce: {
    network: (name) => `本项目的网络：您的 **${name}**。`,
    images: (name, classes, images) => `本项目的图片：您的 **${name}**，${images} 张，${classes} 个类别。`,
    reload: '它们不会被保存：重新加载页面后，或通过链接打开时，需要重新给出。',
    back: '恢复本页自带的网络和图片',
  },
  wanted: (names) => ({
    message: `它属于一个使用访客自己文件（${names}）的项目，而链接里放不下文件。`,
    hint: '请在步骤 1 重新给出同样的文件；在此之前，网络和图片都是本页自带的。',
  }),
  network: {
    title: (name) => `${name}：本网络的权重`,
    holds: (classes, size) => `所有参数齐全，以 float32 计 ${size}；能区分 ${classes} 个类别。`,
    otherClasses: (classes) => `本项目的图片有 ${classes} 个类别：加载步骤会为它们重新训练最后一层。`,
    use: '使用这个网络',
  },
  images: {
    title: (name) => `${name}：带标签的图片`,
    holds: (images, classes, train, validation, test) =>
      `${images} 张图片，${classes} 个类别：${train} 张用于训练，${validation} 张用于验证，${test} 张用于测试，每次划分都相同。每张取自图片正中最大的正方形，平均缩小到 32 × 32 像素。`,
    classes: '每个类别的图片数',
    class: '类别',
    count: '图片数',
    samples: '其中一些',
    refused: (files) => `有 ${files} 个文件未采用`,
    more: (files) => `另有 ${files} 个文件`,
    lastLayer: '网络原本区分的是别的类别：加载步骤会重新训练它的最后一层。',
    use: '使用这些图片',
  },
  consequence: '所有实验保留其设置并重新开始；已经训练的仍在已保存的训练之中。',
  forget: '不使用',
  load: {
    network: '权重',
    images: '图片',
    counts: (train, validation, test) => `训练 ${train}，验证 ${validation}，测试 ${test}`,
    accuracy: 'FP32 在验证图片上的准确率',
    lastLayer: '重新训练的最后一层',
    iterations: (iterations, loss) => `L-BFGS ${iterations} 步，损失 ${loss}`,
  },
  code: '这段代码用的是本页自带的网络和 CIFAR-10，不包含您的文件。',
  recorded: '这里记录的数值来自本页自带的网络和 CIFAR-10，与您的文件无关。',
  goals: '这些目标是按本页自带的网络和 CIFAR-10 设定的。换成您的文件后，可能无法达到，也可能毫不费力。',
  nothingDropped: { message: '拖进来的不是文件。', hint: '请先保存，再把文件拖进来。' },
  waits: '有一个实验正在计算。请等它完成或将其停止，然后重新给出文件。',
  refusedNothingChanged: '一切照旧，没有任何改变。',
  runs: (name, runs) =>
    runs.length === 1
      ? `“${runs[0]}”采用 ${name} 中的设置，现在是当前实验。`
      : `新建了 ${runs.length} 个采用 ${name} 中设置的实验：${runs.join('、')}。`,
  integers: {
    title: (name) => `${name}：整数网络`,
    holds: (operations, size) => `${operations} 个运算，${size}。在第 8 步，它也会对您自己的图片作答。`,
    measure: '用验证图片测量',
    measuring: (done, total) => `已完成 ${count(done)} / ${count(total)} 张图片…`,
    remove: '移除',
    table: '您的整数网络与当前实验的网络',
    network: '网络',
    right: '正确率',
    time: '单张图片，单线程',
    size: '文件大小',
    short: '您的整数网络',
    images: (images) => `在 ${count(images)} 张验证图片上测得；它们不是第 8 步的测试图片。`,
    notConverted: '先转换当前实验（第 7 步），就能把它的网络一并测量。',
  },
};
