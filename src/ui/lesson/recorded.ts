// What every stop of the slider of bits showed when it was recorded (scripts/record-stops.ts): shown, and labelled so, until
// this page's own network answers. Not for comparing with: another machine's times.
import type { BitWidths } from '../../project/stops';
import recording from './recorded.json' with { type: 'json' };

export interface RecordedStop extends BitWidths {
  /** Of `RECORDED.images` validation images. */
  readonly correct: number;
  /** Of the integer network's file. */
  readonly bytes: number;
  /** One image alone. */
  readonly milliseconds: number;
}

export const RECORDED: {
  readonly cpu: string;
  readonly date: string;
  readonly images: number;
  readonly threads: number;
  /** Of the same images; `bytes` of its weights. */
  readonly fp32: Pick<RecordedStop, 'correct' | 'bytes'>;
  readonly stops: readonly RecordedStop[];
} = recording;

/** Of the recorded images, how many were right. */
export const recordedAccuracy = ({ correct }: Pick<RecordedStop, 'correct'>): number => correct / RECORDED.images;

/** Every stop of the slider was recorded. */
export const recordedStop = ({ weightBits, activationBits }: BitWidths): RecordedStop =>
  RECORDED.stops.find((stop) => stop.weightBits === weightBits && stop.activationBits === activationBits)!;
