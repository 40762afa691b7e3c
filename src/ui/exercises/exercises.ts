// The exercises: goals that the page judges by what it measured. A new one is one more entry.
// Not for gathering what is known: ../state/study.svelte.ts.
import { bytes, count, percent, points } from '../format';
import type { Exercise, Known, Network, Verdict } from './exercise';

/** The best or the first of those that there are. */
const best = <T>(all: readonly T[], worth: (one: T) => number): T | undefined =>
  [...all].sort((a, b) => worth(b) - worth(a))[0];
const nameOf = ({ made, kind, weightBits, activationBits }: Network): string =>
  `${kind.toUpperCase()} at ${weightBits}/${activationBits} bits (${made})`;

/** Points below FP32 that are allowed at four bits. */
const WITHIN = 0.03;
/** What the smallest model has to get right, of how many images at least, and how small it is to be. */
const FLOOR = { accuracy: 0.85, images: 1000, bytes: 3 * 2 ** 20 };
/** Damages this close to the largest cannot be told from it on the images of a search. */
const TIE = 0.01;

export const EXERCISES: readonly Exercise[] = [
  {
    id: 'four-bits',
    name: 'Four bits, almost for free',
    task: 'Make an integer network with 4-bit weights and 4-bit activations that gets at most 3 points less right than FP32 does on the same pictures.',
    hints: [
      'Put the slider on 4 for both and read how much rounding alone costs. Is it more than 3 points?',
      'Three things help before any training: which ranges are taken, which layers stay at 8 bits, and how weights are rounded. Step 4 has all three. Or let training do it.',
      'Slider on 4, then “As well as is known”: scales that are learned, taught by the float network, first and last layer at 8 bits. Read the strip at the foot of the page.',
    ],
    question: 'Which single change brought most of it, and why that one?',
    judge({ networks }) {
      const fit = networks.filter((one) => one.weightBits === 4 && one.activationBits === 4 && one.fp32 !== undefined);
      const top = best(fit, ({ accuracy, fp32 }) => accuracy - fp32!);
      if (!top)
        return missing('No network at 4/4 bits stands beside FP32 yet: heal one, or run all nine steps at 4/4.');
      const lost = top.fp32! - top.accuracy;
      const evidence = `${nameOf(top)}: ${percent(top.accuracy)}, FP32 ${percent(top.fp32!)}, ${points(-lost)} points on ${count(top.images)} pictures.`;
      return { met: lost <= WITHIN, evidence };
    },
  },
  {
    id: 'smallest',
    name: 'The smallest model above 85 %',
    task: 'Get a file of at most 3 MiB that still gets 85 % right, on at least 1,000 pictures.',
    hints: [
      'What takes the room, weights or activations? Move one slider at a time and watch the size of the file.',
      'Activations are not in the file. Keep them at 8 bits, so that all that is lost is lost by the weights.',
      'Weights at 2 bits, activations at 8, then “As well as is known”. Learned roundings alone (step 4) come close too.',
    ],
    question: 'What do bits of activations buy, if not bytes?',
    judge({ networks }) {
      const fit = networks.filter(({ bytes, accuracy, images }) => {
        return bytes !== undefined && accuracy >= FLOOR.accuracy && images >= FLOOR.images;
      });
      const top = best(fit, ({ bytes }) => -bytes!);
      if (!top) return missing('No network has got 85 % of 1,000 pictures right here yet.');
      const evidence = `${nameOf(top)}: ${bytes(top.bytes!)}, ${percent(top.accuracy)} of ${count(top.images)} pictures.`;
      return { met: top.bytes! <= FLOOR.bytes, evidence };
    },
  },
  {
    id: 'layer-that-hurts',
    namesLayer: true,
    name: 'Find the layer that hurts',
    task: 'Name the layer that costs most where it alone has the fewest bits and all others have 8. Name it first; then measure.',
    hints: [
      'A layer with few weights has little to average its errors away. And what comes early is passed on by all that follows.',
      'Open layers in the network’s picture and compare the histograms of their weights with the grid they are rounded to.',
      'Press “Search” in “Which layer hurts?”: it tries every layer alone. The colour “Sensitivity” then shows it on the network.',
    ],
    question: 'Was it the layer with the most noise (SQNR)? If not, why not?',
    judge: judgeSuspect,
  },
  {
    id: 'no-better-than-control',
    name: 'QAT that is no better than its control',
    task: 'Find settings where QAT wins back no more over PTQ than its control, trained as long without quantization, wins over FP32.',
    hints: [
      'QAT can heal only what is broken. Where is nothing broken?',
      'Run all nine steps at 8/8 bits and read both differences in step 8: QAT less PTQ, control less FP32.',
      'At 8/8 bits rounding costs a tenth of a point; with few steps at a small rate training changes neither network by more than chance.',
    ],
    question: 'Somebody reports “QAT gained 0.3 points at 8 bits”. What would you ask to see?',
    judge({ runs }) {
      const gains = (run: Known['runs'][number]) => ({ qat: run.qat - run.ptq, control: run.control - run.fp32 });
      const top = best(runs, (run) => gains(run).control - gains(run).qat);
      if (!top) return missing('No run has come to the end of step 8 yet.');
      const { qat, control } = gains(top);
      const evidence = `${top.made}: QAT ${points(qat)} points over PTQ, its control ${points(control)} over FP32.`;
      return { met: qat <= control, evidence };
    },
  },
];

function judgeSuspect({ damages, suspect }: Known): Verdict {
  const worst = best(Object.entries(damages), ([, damage]) => damage);
  if (!suspect) return missing('Name a layer first.');
  if (!worst) return missing(`You named ${suspect}. Now measure: “Search” in “Which layer hurts?”.`);
  const [layer, most] = worst;
  const own = damages[suspect] ?? 0;
  const met = own >= most - TIE;
  const evidence = `${suspect} alone costs ${points(own)} points; the most costs ${layer}, ${points(most)}.`;
  return { met, evidence };
}

const missing = (evidence: string): Verdict => ({ met: false, evidence });
