// The race of FP32 and INT8.
import { multiple } from './forms';
import type { Words } from '../words.svelte';

export const race: Words['race'] = {
  title: '竞速',
  about: (turn, all) =>
    `FP32 和 QAT INT8 对同一串验证图片逐张分类。每个模型独占整台机器：双方轮流运行，每次 ${turn} 秒，直到各满 ${all} 秒，因为同时运行会互相拖慢。`,
  aboutPlaying: '然后按测得的速度并排播放。',
  start: '开始竞速',
  again: '再赛一次',
  play: '重新播放',
  stop: '停止竞速',
  waitsFor: {
    step: '正在等待当前步骤完成。',
    slider: '正在等待位宽滑块得出结果。',
    layers: '正在等待逐层分析完成。',
    picture: '正在等待您自己的图片得到回答。',
  },
  measuring: (turns, all) => `正在轮流测量：各 ${all} 轮，已完成 ${turns} 轮。页面隐藏时暂停。`,
  playing: '正按测得的速度播放。',
  stopped: (turns, all) => `已停止：各 ${all} 轮，完成了 ${turns} 轮。`,
  faster: (ratio) => `都用单线程时，INT8 每秒分类的图片数是 FP32 的 ${multiple(ratio)}`,
  fasterThreaded: (threads, ratio) => `；用 ${threads} 个线程时是单线程的 ${multiple(ratio)}。`,
  oneThread: '。本页面只有一个线程，因此 INT8 不参加双线程竞速。',
  racer: (model, threads) => `${model}，${threads} 线程`,
  announced: '竞速已测完。',
  model: '模型',
  pictures: '图片数',
  rightSoFar: '目前准确率',
  picturesPerSecond: '每秒图片数',
  median: '中位数',
  timesTitle: '单张图片用时',
  timesOf: (name) => `单张图片用时：${name}`,
  timesLabel: (name, median, p95) => `${name} 的单张图片用时：中位数 ${median}，p95 ${p95}。`,
  timesFor: (pictures) => `${pictures} 张图片`,
  timesNote: (median, p95, above) => `实线：中位数 ${median}。虚线：p95 ${p95}。有 ${above} 张超出图示范围。`,
  upTo: '不超过',
  share: '占比',
  longer: '更长',
};
