// What of the page is kept for a visit without a network.
import type { Words } from '../words.svelte';

export const offline: Words['offline'] = {
  ready: '**可离线使用：**没有网络也能打开本页，在这里运行过的内容可以再次运行。',
  nothingUsed: '尚未保存：网络的权重和图片。运行第 1 步以及其他内容时会保存用到的部分。',
  some: (images, all) => `另外已保存：权重，以及 ${all} 图片中的 ${images}；其余图片在首次用到时保存。`,
  everything: (size) => `另外已保存：权重和全部图片，共 ${size}。`,
  newer: '本页有新版本。',
  open: '用新版本重新加载',
  computes: '当前版本正在计算：请等它结束。',
  othersOpen: '其他标签页也打开了本页：请先关闭它们。',
};
