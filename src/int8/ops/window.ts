// The window of convolutions and max pooling: its fields, its check, and the part of it that meets the map.
import { outputLength, type Window } from '../../core/window';
import { whole } from '../../core/schema';
import { expectShape, isInteger, MAX_LENGTH, refuse, type Place } from '../checks';

const count = whole(0);
export const windowFields = { kernel: count, stride: count, pad: count };

/** @param largestPad so that no window lies in the padding alone; @param c channels of the output */
export function checkWindow(window: Window, at: Place, largestPad: number, c: number): void {
  const { kernel, stride, pad } = window;
  if (!isInteger(kernel, 1, MAX_LENGTH) || !isInteger(stride, 1, MAX_LENGTH) || !isInteger(pad, 0, largestPad))
    refuse(at.where, `kernel ${kernel}, stride ${stride} and padding ${pad} do not go together`);
  const [{ h, w }] = at.inputs;
  expectShape(at, { h: outputLength(h, window), w: outputLength(w, window), c });
}
