// Trainings: how far a run is, and those that are saved in this browser.
import { count } from '../../format';

/** On which day and at what time. */
const time = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

export const trainings = {
  saved: 'Saved trainings',
  savedCount: (trainings: number) =>
    trainings === 1
      ? 'A training is saved in this browser.'
      : `${count(trainings)} trainings are saved in this browser, the newest first.`,
  goingOn: 'Going on with one repeats the first five steps, which take seconds, and no training step.',
  oneMoreRun: 'It becomes one more run; those above stay.',
  makesRoom: 'When there are too many, the oldest that has ended makes room for a new one.',
  cannotTell: 'This browser cannot tell whether another tab has one of them: close other tabs of this page first.',
  when: (savedAt: number) => time.format(savedAt),
  choices: (weightBits: number, activationBits: number, batch: number, seed: number, when: string, progress: string) =>
    `${weightBits}-bit weights, ${activationBits}-bit activations, batch ${batch}, seed ${seed}, saved ${when}: ${progress}.`,
  qatAt: (step: string, steps: string) => `QAT at step ${step} of ${steps}`,
  bothEnded: 'both runs have ended',
  controlAt: (qatSteps: string, step: string, steps: string) =>
    `QAT has ended after ${qatSteps} steps, its control is at step ${step} of ${steps}`,
  elsewhere: 'It is training in another tab.',
  resumeQat: (step: string, steps: string) => `Resume training at step ${step} of ${steps}`,
  resumeControl: (step: string, steps: string) => `Resume the control at step ${step} of ${steps}`,
  takeOver: 'Take over its result',
  discard: 'Discard it',
  /** After what a button does, for those who hear it alone. */
  thatOf: (when: string) => `, saved ${when}`,
  control: 'FP32 control',
  runOf: (name: string) => `${name} run`,
  stepOf: (step: string, steps: string) => `Step ${step} of ${steps}`,
  stepsDone: (name: string) => `${name}: steps done`,
  done: 'Done',
  endedEarly: 'Ended early',
  notStarted: 'Not started',
  paused: 'Paused',
  learningRoundings: (share: string) => `Learning roundings, ${share}`,
  left: (duration: string) => `${duration} left`,
  starting: 'Starting',
  loss: 'Loss',
  rightInBatch: 'Right in the batch',
  rightInValidation: 'Right in validation',
  asIntegers: 'As integers',
  speed: 'Speed',
  imagesPerSecond: (images: string) => `${images} images/s`,
  steering: {
    label: 'Steering',
    pause: 'Pause',
    resume: 'Resume',
    step: 'Step',
    stop: 'Stop this run',
    paused: 'Paused. Step takes one step and pauses again.',
    keeps: 'Stop keeps what has been learned.',
  },
  roundings: {
    label: 'Learning how to round',
    stop: 'Stop',
    keeps: 'Stop keeps the blocks that are done: Retry goes on after them.',
  },
  notes: {
    goneOn: 'Training has gone on from the last state that was kept.',
    notSaved: 'Training goes on, but its progress is not saved.',
    saved: (run: 'qat' | 'control', step: string, evictable: boolean) =>
      `Saved in this browser up to step ${step} of ${run === 'qat' ? 'QAT' : 'the control'}: after a reload this page offers to go on from there${evictable ? ', unless the browser had to make room on a full disk' : ''}.`,
    noIntegers: 'Validations are of the simulated network alone: its integers cannot be judged.',
    soon: 'Your choices are saved in this browser; progress is saved soon, then every 20 seconds and when you pause or stop.',
    background: 'Training goes on while this tab is in the background, not while the computer sleeps.',
  },
};
