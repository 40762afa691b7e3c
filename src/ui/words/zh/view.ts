// How the page is shown.
import type { Words } from '../words.svelte';

export const view: Words['view'] = {
  notLoaded: {
    message: '无法加载该语言的文字。',
    hint: '请检查网络连接，然后重新选择语言。',
  },
};
