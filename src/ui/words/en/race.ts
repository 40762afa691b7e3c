// The race of FP32 and INT8.
import { plural, times } from '../../format';

export const race = {
  title: 'The race',
  about: (turn: string, all: string) =>
    `FP32 and QAT INT8 classify the same stream of validation pictures, one picture at a time. Each has the machine to itself: they take turns of ${turn} seconds until each has had ${all} seconds, as two at once would slow each other down.`,
  aboutPlaying: 'Then all are played side by side, at the pace that was measured.',
  start: 'Start the race',
  again: 'Race again',
  play: 'Play it again',
  stop: 'Stop the race',
  waitsFor: {
    step: 'Waits for the step that is running.',
    slider: 'Waits for the slider of bits to be answered.',
    layers: 'Waits for the look into the layers.',
    picture: 'Waits for your own picture to be answered.',
  },
  measuring: (turns: number, all: number) =>
    `Measuring, one after the other: ${turns} of ${all} turns each. Waits while the page is hidden.`,
  playing: 'Played at the pace that was measured.',
  stopped: (turns: number, all: number) => `Stopped after ${turns} of ${all} turns each.`,
  faster: (ratio: number) => `INT8 classifies ${times(ratio)} as many pictures a second as FP32, each on one thread`,
  fasterThreaded: (threads: number, ratio: number) => `; on ${threads} threads ${times(ratio)} as many as on one.`,
  oneThread: '. This page has one thread only, so INT8 does not race on two.',
  racer: (model: string, threads: number) => `${model}, ${plural(threads, 'thread')}`,
  announced: 'The race was measured.',
  model: 'Model',
  pictures: 'Pictures',
  rightSoFar: 'Right so far',
  picturesPerSecond: 'Pictures a second',
  median: 'Median',
  timesTitle: 'Times of single pictures',
  timesOf: (name: string) => `Times of single pictures: ${name}`,
  timesLabel: (name: string, median: string, p95: string) =>
    `Times of single pictures, ${name}: median ${median}, p95 ${p95}.`,
  timesFor: (pictures: string) => `${pictures} pictures`,
  timesNote: (median: string, p95: string, above: string) =>
    `Line: median ${median}. Dashed: p95 ${p95}. ${above} took longer than shown.`,
  upTo: 'Up to',
  share: 'Share',
  longer: 'longer',
};
