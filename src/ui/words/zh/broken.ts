// What stands in the page's place where it cannot be shown.
import type { Words } from '../words.svelte';

export const broken: Words['broken'] = {
  title: '页面无法在此启动',
  advice: '请重新加载页面。如果仍然不行，请使用当前版本的 Chrome、Edge、Firefox 或 Safari。',
  reload: '重新加载',
};
