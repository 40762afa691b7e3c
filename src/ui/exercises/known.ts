// What a student's networks have shown so far, gathered from the page's state. Not for judging it: exercises.ts.
import type { Healing } from '../state/lesson.svelte';
import type { RunView } from '../state/playground.svelte';
import type { Answer } from '../../project/stops';
import { words } from '../words/words.svelte';
import type { Network, WholeRun } from './exercise';

/** The slider's stops, rounded only. */
export const ofStop = ({ weightBits, activationBits, accuracy, classified, quantized }: Answer): Network => ({
  ...{ made: words().exercises.slider, kind: 'ptq', weightBits, activationBits, accuracy },
  ...{ images: classified.labels.length, bytes: quantized.bytes },
});

/** Both integer networks of a stop that was healed; none until FP32 stands beside them. */
export function ofHealing({ weightBits, activationBits, accuracy }: Healing, bytes: number | undefined): Network[] {
  const { fp32 } = accuracy;
  if (!fp32) return [];
  return (['ptq', 'qat'] as const).flatMap((kind) => {
    const figure = accuracy[kind];
    if (!figure) return [];
    const beside = { fp32: fp32.accuracy, images: figure.classified.labels.length, bytes };
    return [{ made: words().exercises.slider, kind, weightBits, activationBits, accuracy: figure.accuracy, ...beside }];
  });
}

/** Both integer networks of a run that has come to the end of step 8. */
export function ofRun({ name: made, results: { compare } }: RunView): Network[] {
  if (!compare) return [];
  const { fp32, ptq, qat, images, size, options } = compare.report;
  const { weightBits, activationBits } = options;
  const beside = { made, weightBits, activationBits, fp32: fp32.accuracy, images, bytes: size.int8_bytes };
  return [
    { kind: 'ptq', accuracy: ptq.accuracy, ...beside },
    { kind: 'qat', accuracy: qat.int8.accuracy, ...beside },
  ];
}

export function wholeRun({ name: made, results: { compare } }: RunView): WholeRun[] {
  if (!compare) return [];
  const { fp32, ptq, qat, control } = compare.report;
  return [{ made, fp32: fp32.accuracy, ptq: ptq.accuracy, qat: qat.int8.accuracy, control: control.accuracy }];
}
