// 访客自己的文件：配方与报告、网络、图片。
import { count } from '../../format';
import type { Words } from '../words.svelte';

export const files: Words['files'] = {
  title: '您自己的文件',
  about:
    '给出配方或报告，就会新建一个采用其中设置的实验；给出本页保存过的整数网络，它就会和当前实验的网络一起作答。文件只在此浏览器中读取，不会发送到任何地方；其中若有代码，绝不会执行。',
  label: '文件从哪里来',
  drop: '把文件拖到这里，或选择文件：',
  choose: '选择文件',
  cancel: '停止读取',
  reading: (name) => `正在读取 ${name}…`,
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
