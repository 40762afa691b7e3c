// Every step's card, the list of steps, and what is read out of them. Not for what single steps are about: cards.ts; nor for
// their names: step-names.ts.
import type { Words } from '../words.svelte';

export const steps: Words['steps'] = {
  list: '步骤',
  done: '已完成的步骤',
  states: { idle: '', running: '运行中', done: '已完成', failed: '失败', stale: '已更改' },
  now: (number, name) => `运行中：步骤 ${number}，${name}`,
  next: (number, name) => `接下来：步骤 ${number}，${name}`,
  allDone: '九个步骤全部完成。',
  openAll: '展开所有步骤',
  foldAll: '收起所有步骤',

  running: '运行中',
  failed: '失败',
  doneIn: (time) => `已完成，用时 ${time}`,
  doneElsewhere: '已由另一个实验完成',
  doneEarlier: '此前访问时已完成',
  changed: '选项已更改',
  notRun: '未运行',
  inPyTorch: '在 PyTorch 中',
  stale: '这里的结果是用之前的选项得到的，请重新运行。',

  run: '运行',
  runFromHere: '从这里重新运行',
  runUpTo: '运行到这里',
  runAgain: '重新运行',
  which: (number, name) => `：步骤 ${number}，${name}`,
  waits: '正在等待当前步骤完成。',
  waitsFor: (run) => `正在等待 ${run} 的当前步骤完成。`,
  runsFirst: (number) => `会先运行步骤 ${number}。`,
  runFirst: (from, to) => `会先运行步骤 ${from} 到 ${to}。`,
  start: '从这里开始。第一次运行要下载约 21 MiB。',
  locked: (number, name) => `已锁定：步骤 ${number}（${name}）正在使用这些选项。`,

  details: '详细信息',
  ofFailure: (number) => `：步骤 ${number} 失败的原因`,
  retry: '重试',
  retryWith: { batch: (value) => `批大小 ${value}`, learningRate: (value) => `学习率 ${value}` },
  retryWithAll: (choices) => `改用${choices.join('、')}重试`,
  step: (number, name) => `步骤 ${number}，${name}`,
  kept: '此步骤之前的内容都已保留。',

  progress: '此步骤的进度',
  working: '运行中……',
  parts: {
    checkpoint: '检查点',
    equivalence: '等价性',
    'PTQ calibration': 'PTQ 校准',
    'PTQ, learning how to round': 'PTQ，学习如何舍入',
    FP32: 'FP32',
    'FP32 control': 'FP32 对照',
    'QAT simulated': 'QAT 模拟网络',
    'QAT INT8': 'QAT INT8',
    'PTQ INT8': 'PTQ INT8',
  },
  ofPart: (part, amount) => `${part}：${amount}`,
  amounts: {
    bytes: (done, total) => `${done}，共 ${total}`,
    images: (done, total) => `${done} 张图片，共 ${total} 张`,
    tests: (done, total) => `${done} 次检验，共 ${total} 次`,
    steps: (done, total) => `${done} 步，共 ${total} 步`,
  },

  announced: {
    started: (number, name) => `步骤 ${number}（${name}）已开始。`,
    done: (number, name) => `步骤 ${number}（${name}）已完成。`,
    failed: (number, name, problem) => `步骤 ${number}（${name}）失败。${problem}`,
    qatEnded: 'QAT 已结束。',
    newRun: (run) => `${run} 是选项相同的新实验。`,
    inHand: (run) => `当前实验是 ${run}。`,
  },
};
