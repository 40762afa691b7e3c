// The square window that convolutions and pooling move over a map. Plain arithmetic; not for weights or padding values.

export interface Window {
  readonly kernel: number;
  readonly stride: number;
  readonly pad: number;
}

/** Of a layer on a vector: a convolution of one pixel. */
export const ONE_PIXEL: Window = { kernel: 1, stride: 1, pad: 0 };

/** Output length along one axis: floor((size + 2 pad - kernel) / stride) + 1. */
export function outputLength(size: number, { kernel, stride, pad }: Window): number {
  return Math.floor((size + 2 * pad - kernel) / stride) + 1;
}

/** Along one axis: at how many output positions each tap of the window meets the map. */
export function meetings(size: number, { kernel, stride, pad }: Window): number[] {
  const hits = new Array<number>(kernel).fill(0);
  for (let start = -pad; start + kernel <= size + pad; start += stride)
    for (let tap = 0; tap < kernel; tap++) if (start + tap >= 0 && start + tap < size) hits[tap]++;
  return hits;
}

/** The taps of a window, row-major, that meet the map at any output position; the others only meet padding. */
export function liveTaps({ h, w }: { readonly h: number; readonly w: number }, window: Window): number[] {
  const columns = meetings(w, window);
  return meetings(h, window).flatMap((row, ky) =>
    columns.flatMap((column, kx) => (row > 0 && column > 0 ? [ky * window.kernel + kx] : [])),
  );
}
