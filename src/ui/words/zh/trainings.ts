// Trainings: how far a run is, and those that are saved in this browser.
import type { Words } from '../words.svelte';

/** On which day and at what time. */
const time = new Intl.DateTimeFormat('zh-Hans', { dateStyle: 'medium', timeStyle: 'short' });

export const trainings: Words['trainings'] = {
  saved: '已保存的训练',
  savedCount: (trainings) =>
    trainings === 1 ? '此浏览器中保存了一次训练。' : `此浏览器中保存了 ${trainings} 次训练，最新的在前。`,
  goingOn: '继续其中一次时，会重做前五个步骤（只需几秒），不会重做任何训练步。',
  oneMoreRun: '它会成为一个新的实验，上面的实验都会保留。',
  makesRoom: '数量过多时，最早结束的那次会为新的训练腾出空间。',
  cannotTell: '此浏览器无法判断其他标签页是否正在使用其中某一次：请先关闭本页面的其他标签页。',
  when: (savedAt) => time.format(savedAt),
  choices: (weightBits, activationBits, batch, seed, when, progress) =>
    `${weightBits} 位权重，${activationBits} 位激活值，批大小 ${batch}，种子 ${seed}，保存于 ${when}：${progress}。`,
  qatAt: (step, steps) => `QAT 到第 ${step} 步（共 ${steps} 步）`,
  bothEnded: '两次训练都已结束',
  controlAt: (qatSteps, step, steps) => `QAT 已在 ${qatSteps} 步后结束，其对照到第 ${step} 步（共 ${steps} 步）`,
  elsewhere: '它正在另一个标签页中训练。',
  resumeQat: (step, steps) => `从第 ${step} 步继续训练（共 ${steps} 步）`,
  resumeControl: (step, steps) => `从第 ${step} 步继续对照（共 ${steps} 步）`,
  takeOver: '取用其结果',
  discard: '丢弃',
  thatOf: (when) => `，保存于 ${when}`,
  control: 'FP32 对照',
  runOf: (name) => `${name} 训练`,
  stepOf: (step, steps) => `第 ${step} 步（共 ${steps} 步）`,
  stepsDone: (name) => `${name}：已完成的步数`,
  done: '已完成',
  endedEarly: '提前结束',
  notStarted: '尚未开始',
  paused: '已暂停',
  learningRoundings: (share) => `正在学习舍入，${share}`,
  left: (duration) => `还需 ${duration}`,
  starting: '正在启动',
  loss: '损失',
  rightInBatch: '本批正确率',
  rightInValidation: '验证正确率',
  asIntegers: '转换为整数后',
  speed: '速度',
  imagesPerSecond: (images) => `每秒 ${images} 张图片`,
  steering: {
    label: '训练控制',
    pause: '暂停',
    resume: '继续',
    step: '单步',
    stop: '停止这次训练',
    paused: '已暂停。“单步”走一步，然后再次暂停。',
    keeps: '停止时会保留已经学到的。',
  },
  roundings: {
    label: '学习如何舍入',
    stop: '停止',
    keeps: '停止时会保留已完成的块：重试时从它们之后继续。',
  },
  notes: {
    goneOn: '训练已从最后保存的状态继续。',
    notSaved: '训练仍在继续，但进度没有保存。',
    saved: (run, step, evictable) =>
      `已在此浏览器中保存到${run === 'qat' ? ' QAT ' : '对照'}的第 ${step} 步：重新载入后，本页可从那里继续${evictable ? '，除非磁盘已满、浏览器不得不腾出空间' : ''}。`,
    noIntegers: '验证只针对模拟网络：无法验证它的整数。',
    soon: '您的选择已保存在此浏览器中；进度很快会保存，之后每 20 秒以及暂停或停止时都会保存。',
    background: '本标签页在后台时训练仍会继续，计算机休眠时则不会。',
  },
};
