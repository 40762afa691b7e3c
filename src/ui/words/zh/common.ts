// What many parts of the page say, and the page's own name.
import type { Words } from '../words.svelte';

export const common: Words['common'] = {
  pageTitle: 'QAT Playground：浏览器里的量化感知训练',
  step: (number) => `步骤 ${number}`,
  recorded: '记录值',
  classes: {
    airplane: '飞机',
    automobile: '汽车',
    bird: '鸟',
    cat: '猫',
    deer: '鹿',
    dog: '狗',
    frog: '青蛙',
    horse: '马',
    ship: '船',
    truck: '卡车',
  },
};
