// The exercises, what they are judged by, and the entry of each. What they count: exercises/exercises.ts.
export const exercises = {
  title: 'Exercises',
  about: (met: number, all: number) =>
    `Goals to reach with this page, in any way you like. The page judges them by what it has measured: ${met} of ${all} reached.`,
  reached: '✓ reached',
  open: 'open',
  goal: 'Goal.',
  soFar: 'So far.',
  hint: (left: number) => `A hint (${left} left)`,
  anotherHint: (left: number) => `Another hint (${left} left)`,
  worstLayer: 'The layer that hurts most',
  chooseOne: 'Choose one',
  slider: 'the slider',

  all: {
    'four-bits': {
      name: 'Four bits, almost for free',
      task: 'Make an integer network with 4-bit weights and 4-bit activations that gets at most 3 points less right than FP32 does on the same pictures.',
      hints: [
        'Put the slider on 4 for both and read how much rounding alone costs. Is it more than 3 points?',
        'Three things help before any training: which ranges are taken, which layers stay at 8 bits, and how weights are rounded. Step 4 has all three. Or let training do it.',
        'Slider on 4, then “As well as is known”: scales that are learned, taught by the float network, first and last layer at 8 bits. Read the strip at the foot of the page.',
      ],
      question: 'Which single change brought most of it, and why that one?',
    },
    smallest: {
      name: 'The smallest model above 85 %',
      task: 'Get a file of at most 3 MiB that still gets 85 % right, on at least 1,000 pictures.',
      hints: [
        'What takes the room, weights or activations? Move one slider at a time and watch the size of the file.',
        'Activations are not in the file. Keep them at 8 bits, so that all that is lost is lost by the weights.',
        'Weights at 2 bits, activations at 8, then “As well as is known”. Learned roundings alone (step 4) come close too.',
      ],
      question: 'What do bits of activations buy, if not bytes?',
    },
    'layer-that-hurts': {
      name: 'Find the layer that hurts',
      task: 'Name the layer that costs most where it alone has the fewest bits and all others have 8. Name it first; then measure.',
      hints: [
        'A layer with few weights has little to average its errors away. And what comes early is passed on by all that follows.',
        'Open layers in the network’s picture and compare the histograms of their weights with the grid they are rounded to.',
        'Press “Search” in “Which layer hurts?”: it tries every layer alone. The colour “Sensitivity” then shows it on the network.',
      ],
      question: 'Was it the layer with the most noise (SQNR)? If not, why not?',
    },
    'no-better-than-control': {
      name: 'QAT that is no better than its control',
      task: 'Find settings where QAT wins back no more over PTQ than its control, trained as long without quantization, wins over FP32.',
      hints: [
        'QAT can heal only what is broken. Where is nothing broken?',
        'Run all nine steps at 8/8 bits and read both differences in step 8: QAT less PTQ, control less FP32.',
        'At 8/8 bits rounding costs a tenth of a point; with few steps at a small rate training changes neither network by more than chance.',
      ],
      question: 'Somebody reports “QAT gained 0.3 points at 8 bits”. What would you ask to see?',
    },
  },

  evidence: {
    network: (kind: string, weightBits: number, activationBits: number, made: string) =>
      `${kind} at ${weightBits}/${activationBits} bits (${made})`,
    noFourBits: 'No network at 4/4 bits stands beside FP32 yet: heal one, or run all nine steps at 4/4.',
    fourBits: (network: string, accuracy: string, fp32: string, points: string, pictures: string) =>
      `${network}: ${accuracy}, FP32 ${fp32}, ${points} points on ${pictures} pictures.`,
    noneRight: 'No network has got 85 % of 1,000 pictures right here yet.',
    smallest: (network: string, bytes: string, accuracy: string, pictures: string) =>
      `${network}: ${bytes}, ${accuracy} of ${pictures} pictures.`,
    noRun: 'No run has come to the end of step 8 yet.',
    gains: (run: string, qat: string, control: string) =>
      `${run}: QAT ${qat} points over PTQ, its control ${control} over FP32.`,
    nameFirst: 'Name a layer first.',
    nowMeasure: (suspect: string) => `You named ${suspect}. Now measure: “Search” in “Which layer hurts?”.`,
    damages: (suspect: string, own: string, worst: string, most: string) =>
      `${suspect} alone costs ${own} points; the most costs ${worst}, ${most}.`,
  },
};
