// The article's nine steps.
import type { Words } from '../words.svelte';

export const stepNames: Words['stepNames'] = {
  load: '加载',
  fuse: '融合',
  verify: '验证',
  configure: '配置',
  prepare: '准备',
  train: '训练',
  convert: '转换',
  compare: '比较',
  save: '保存',
};
