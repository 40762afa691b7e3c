// The lesson that opens the page: the slider of bits, guesses, what answers, and the strip of three models.
import { percent, plural } from '../../format';

export const lesson = {
  title: 'How few bits will do?',
  about:
    'A network trained with 32-bit numbers is rounded to integers of a few bits. At 8 hardly anything is lost. Go down, and see where it breaks.',
  bitsPerNumber: 'Bits per number',
  weightBits: 'Weight bits',
  activationBits: 'Activation bits',
  spoken: (bits: number, values: number) => `${bits} bits, ${values} values`,
  together: 'Both together',
  predict: 'I guess before I see',
  announced: (weightBits: number, activationBits: number, right: string) =>
    `At ${weightBits} bits for weights and ${activationBits} for activations the integer network gets ${right} right.`,

  guess: {
    ptq: (weightBits: number, activationBits: number) =>
      `Rounded to ${weightBits}/${activationBits} bits, how much will it get right?`,
    qat: (weightBits: number, activationBits: number) =>
      `Trained for ${weightBits}/${activationBits} bits, how much will it get right?`,
    submit: 'That is my guess',
    chance: (classes: number) => `${classes} classes: a blind guess gets ${percent(1 / classes, 0)} right.`,
    made: (guess: string) => `You guessed ${guess}.`,
    came: (guess: string, off: string) => `You guessed ${guess}; the network is ${off} points from there.`,
  },

  answer: {
    right: (share: string) => `**${share}** right`,
    interval: (low: string, high: string, pictures: string) =>
      `${low} to ${high} is what ${pictures} validation pictures can tell.`,
    file: 'Its file',
    picture: 'One picture',
    here: (weightBits: number, activationBits: number, time: string, threads: number) =>
      `Measured here: quantized to ${weightBits}/${activationBits} bits in ${time}, on ${plural(threads, 'thread')}.`,
    recordedOn: (cpu: string, threads: number) => `on ${cpu}, ${plural(threads, 'thread')}.`,
    onItsWay: 'The network is on its way; then it answers itself.',
    ownMove: 'Move a slider: the network of this project answers here. Nothing was recorded of it.',
    move: 'Move the slider and the network here answers itself (21 MiB to download, once).',
  },

  map: '% right by bits of the weights (upwards) and of the activations (across); bold where this page has measured it.',

  heal: {
    button: (weightBits: number, activationBits: number) => `Heal it: QAT at ${weightBits}/${activationBits} bits`,
    healed: (weightBits: number, activationBits: number) => `Healed: QAT at ${weightBits}/${activationBits} bits`,
    rounding: 'Learning roundings',
    learning: (share: string) => `Learning how to round before training: ${share}. [Watch and steer it](#step-train).`,
    training: 'Training',
    step: (step: number, steps: number) => `Training: step ${step} of ${steps}. [Watch and steer it](#step-train).`,
    stepAndTime: (step: number, steps: number, left: string) =>
      `Training: step ${step} of ${steps}, ${left} left. [Watch and steer it](#step-train).`,
    trained: (share: string) => `Trained; now the integers answer (${share}).`,
    gettingReady: 'Getting ready…',
    about: (steps: number) =>
      `Trains the network for ${steps} steps with the rounding in the loop, then turns it into integers.`,
    best: 'As well as is known',
    roundingsFirst: 'Roundings are learned first, in some minutes; then ',
    aboutBest: (steps: string) =>
      `${steps} steps: batch norm folded first, scales learned, taught by the network as it was.`,
  },

  strip: {
    title: 'Results',
    asTrained: 'as trained',
    rounded: (weightBits: number, activationBits: number) => `rounded to ${weightBits}/${activationBits} bits`,
    trained: (weightBits: number, activationBits: number) => `trained for ${weightBits}/${activationBits} bits`,
    against: (model: string, points: string, low: string, high: string) =>
      `QAT against ${model}: **${points}** points, ${low} to ${high}.`,
    testPictures: (pictures: string) => `${pictures} test pictures`,
    validationPictures: (pictures: string) => `${pictures} validation pictures`,
    method: ', the same for all; the range holds the true difference in 95 of 100 cases',
    end: '.',
    ptqHere: (pictures: string) => `PTQ: ${pictures} validation pictures; FP32: recorded.`,
    ownHere: 'FP32 and PTQ: measured here on your images for validation, once the network is loaded.',
    ptqRecorded: 'FP32 and PTQ: recorded.',
    next: 'QAT stands here once it has healed the network.',
  },
};
