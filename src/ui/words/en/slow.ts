// One training step in slow motion, scales over time, and what is said aloud of a training.
import { count, percent, loss as lossOf } from '../../format';

export const slow = {
  title: 'One step in slow motion',
  about:
    'Takes one training step, looks at a few weights of one layer in it, and pauses. All numbers are those of that step.',
  layer: 'Layer',
  mostFlips: 'That with most flips',
  take: 'One step, slowly',
  waits: 'Can be asked for once QAT has taken two steps.',
  none: 'In this training weights have no codes that a scale and a factor alone give: there is nothing to look at.',
  pace: 'Stages',
  paces: { 0: 'by hand', 4: 'every 4 seconds', 8: 'every 8 seconds' },
  back: 'Back',
  next: 'Next',
  at: (stage: number, name: string) => `Stage ${stage} of 4: ${name}`,
  stages: ['quantize', 'forward', 'backward', 'update'],
  which: (layer: string, channel: number, channels: number, kernels: number, step: string) =>
    `Step ${step}, layer \`${layer}\`: output channel ${channel + 1} of ${channels}, in which most codes flipped, and ${kernels === 1 ? 'one' : kernels} of its kernels, those that flipped first.`,
  quantize: (scale: string, low: number, high: number) =>
    `Each weight is divided by the channel’s scale, ${scale}, and rounded to a whole number from ${low} to ${high}: its code. The forward pass has nothing else of it.`,
  factor: (factor: string) =>
    ` The layer keeps its batch norm while it trains: before that, a weight is multiplied by ${factor}, batch norm’s gain over its running deviation.`,
  stairs: 'The stairs of this channel: across, what is rounded, in scales; up, its code. Dots are the weights below.',
  forward: (loss: string) =>
    `With these codes the network answers the pictures of the batch. Its loss before the update is **${loss}**.`,
  backward: (clipped: string, total: string) =>
    `Rounding is passed over: a weight gets the gradient of its rounded value. Where the code was clipped it gets none, marked × here: ${clipped} of the ${total} weights of this layer.`,
  update: (flipped: string, share: string, rate: string) =>
    `The optimizer moved each weight at a learning rate of ${rate}. Most moved less than to the next edge and kept their codes; those that flipped have a frame and show both. In the whole layer ${flipped} codes flipped, ${share}.`,
  scaleMoved: (before: string, after: string) => ` The scale itself went from ${before} to ${after}.`,
  factorMoved: (before: string, after: string) => ` Its factor went from ${before} to ${after}.`,
  cells: { quantize: 'Codes', forward: 'Codes', backward: 'Gradients', update: 'Codes after the step' },
  kernelOf: (input: number) => `input ${input + 1}`,
  table: 'The weights of this step, one by one',
  weight: 'Input, tap',
  before: 'Weight before',
  codeBefore: 'Code',
  gradient: 'Gradient',
  noGradient: 'none: clipped',
  after: 'Weight after',
  codeAfter: 'Code after',
  flipped: 'flipped',
  scales: 'Scale of a layer’s weights',
  scalesSeries: 'Mean over its channels',
  outputScales: 'Scale of a layer’s output',
  outputSeries: 'Of the whole output',
  scaleOf: 'Scale of',
  scaleKinds: { weights: 'Weights', activations: 'Activations' },
  scalesInWords: (layer: string, scale: string, step: string) => `${layer}: ${scale} at step ${step}.`,
  runs: { qat: 'QAT', control: 'The control' },
  begun: (run: string, step: number, steps: number) =>
    step === 0 ? `${run} begins: ${count(steps)} steps.` : `${run} goes on at step ${count(step)} of ${count(steps)}.`,
  quarter: (run: string, step: number, steps: number, loss: number, accuracy: number | undefined) =>
    `${run} is at step ${count(step)} of ${count(steps)}: loss ${lossOf(loss, 2)}${accuracy === undefined ? '' : `, last validation accuracy ${percent(accuracy, 1)}`}.`,
  validated: (step: number, accuracy: number) =>
    `Step ${step}: validation accuracy ${(accuracy * 100).toFixed(1)} percent.`,
  ended: (run: string, steps: number, loss: number, accuracy: number | undefined) =>
    `${run} took its last step, ${count(steps)}: loss ${lossOf(loss, 2)}${accuracy === undefined ? '' : `, validation accuracy ${percent(accuracy, 1)}`}.`,
};
