// The exercises: goals that the page judges by what it measured. A new one is one more entry, and its texts in words/.
// Not for gathering what is known: known.ts.
import { bytes, count, percent, points } from '../format';
import { words } from '../words/words.svelte';
import type { Exercise, Known, Network, Verdict } from './exercise';

const said = () => words().exercises.evidence;

/** The best or the first of those that there are. */
const best = <T>(all: readonly T[], worth: (one: T) => number): T | undefined =>
  [...all].sort((a, b) => worth(b) - worth(a))[0];
const nameOf = ({ made, kind, weightBits, activationBits }: Network): string =>
  said().network(kind.toUpperCase(), weightBits, activationBits, made);

/** Points below FP32 that are allowed at four bits. */
const WITHIN = 0.03;
/** What the smallest model has to get right, of how many images at least, and how small it is to be. */
const FLOOR = { accuracy: 0.85, images: 1000, bytes: 3 * 2 ** 20 };
/** Damages this close to the largest cannot be told from it on the images of a search. */
const TIE = 0.01;

export const EXERCISES: readonly Exercise[] = [
  {
    id: 'four-bits',
    judge({ networks }) {
      const fit = networks.filter((one) => one.weightBits === 4 && one.activationBits === 4 && one.fp32 !== undefined);
      const top = best(fit, ({ accuracy, fp32 }) => accuracy - fp32!);
      if (!top) return missing(said().noFourBits);
      const lost = top.fp32! - top.accuracy;
      const [accuracy, fp32] = [percent(top.accuracy), percent(top.fp32!)];
      const evidence = said().fourBits(nameOf(top), accuracy, fp32, points(-lost), count(top.images));
      return { met: lost <= WITHIN, evidence };
    },
  },
  {
    id: 'smallest',
    judge({ networks }) {
      const fit = networks.filter(({ bytes, accuracy, images }) => {
        return bytes !== undefined && accuracy >= FLOOR.accuracy && images >= FLOOR.images;
      });
      const top = best(fit, ({ bytes }) => -bytes!);
      if (!top) return missing(said().noneRight);
      const evidence = said().smallest(nameOf(top), bytes(top.bytes!), percent(top.accuracy), count(top.images));
      return { met: top.bytes! <= FLOOR.bytes, evidence };
    },
  },
  {
    id: 'layer-that-hurts',
    namesLayer: true,
    judge: judgeSuspect,
  },
  {
    id: 'no-better-than-control',
    judge({ runs }) {
      const gains = (run: Known['runs'][number]) => ({ qat: run.qat - run.ptq, control: run.control - run.fp32 });
      const top = best(runs, (run) => gains(run).control - gains(run).qat);
      if (!top) return missing(said().noRun);
      const { qat, control } = gains(top);
      return { met: qat <= control, evidence: said().gains(top.made, points(qat), points(control)) };
    },
  },
];

function judgeSuspect({ damages, suspect }: Known): Verdict {
  const worst = best(Object.entries(damages), ([, damage]) => damage);
  if (!suspect) return missing(said().nameFirst);
  if (!worst) return missing(said().nowMeasure(suspect));
  const [layer, most] = worst;
  const own = damages[suspect] ?? 0;
  return { met: own >= most - TIE, evidence: said().damages(suspect, points(own), layer, points(most)) };
}

const missing = (evidence: string): Verdict => ({ met: false, evidence });
