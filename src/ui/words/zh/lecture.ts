// The panel for a lecture.
import type { Words } from '../words.svelte';

export const lecture: Words['lecture'] = {
  title: '用于讲课',
  colours: '颜色',
  themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
  size: '文字大小',
  shown: '显示的部分',
  parts: {
    network: '网络',
    layers: '哪一层损失最大？',
    runs: '实验',
    steps: '九个步骤',
    code: '与页面对应的代码',
    exercises: '练习',
    class: '班级',
    gallery: '常见错误',
    glossary: '术语表',
    results: '页面底部的结果',
  },
  keys: '用 Page Down、Page Up 或翻页笔在各部分之间切换',
  copy: '复制此视图的链接',
  copied: '链接已复制。',
  notCopied: (link) => `此浏览器不允许页面复制。链接就是本页的地址：${link}`,
};
