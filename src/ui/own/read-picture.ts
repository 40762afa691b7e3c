// A visitor's file, camera or drawing as pixels in this page, no larger than is of use. Nothing here is sent anywhere.
// Not for cutting a square out of it: square.ts, averaged.ts.
import { PlaygroundError } from '../../core/errors';
import { words } from '../words/words.svelte';
import { HEAD_BYTES, saidSize } from '../../data/said-size';
import type { Area } from '../../data/square';

const MOST_BYTES = 20e6;
const MOST_PIXELS = 50e6;
/** Of the longer side as it is kept. */
const LONGEST = 1024;

/** @throws PlaygroundError 'bad-file' where it is too large, or no picture that this browser reads */
export async function readPicture(file: Blob): Promise<ImageData> {
  const { tooManyBytes } = words().own.problems;
  if (file.size > MOST_BYTES) throw new PlaygroundError('bad-file', tooManyBytes.message, tooManyBytes.hint);
  const bitmap = await decoded(file);
  try {
    refuseHuge(bitmap);
    return pixelsOf(bitmap, bitmap);
  } finally {
    bitmap.close();
  }
}

/** Of anything that can be drawn, on white, its longer side at most LONGEST. */
export function pixelsOf(source: CanvasImageSource, { width, height }: Area): ImageData {
  const share = Math.min(1, LONGEST / Math.max(width, height));
  const [w, h] = [width, height].map((side) => Math.max(1, Math.round(side * share)));
  const context = new OffscreenCanvas(w, h).getContext('2d')!;
  context.fillStyle = 'white';
  context.fillRect(0, 0, w, h);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, w, h);
  return context.getImageData(0, 0, w, h);
}

/** What of this is a picture's file, the first. */
export const pictureIn = (data: DataTransfer | null): File | undefined =>
  [...(data?.files ?? [])].find(({ type }) => type.startsWith('image/')) ?? data?.files[0];

async function decoded(file: Blob): Promise<ImageBitmap> {
  try {
    const said = saidSize(new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
    if (said) refuseHuge(said);
    return await createImageBitmap(file);
  } catch (cause) {
    if (cause instanceof PlaygroundError) throw cause;
    const { unreadable } = words().own.problems;
    throw new PlaygroundError('bad-file', unreadable.message, unreadable.hint, { cause });
  }
}

function refuseHuge({ width, height }: Area): void {
  if (width * height <= MOST_PIXELS) return;
  const { tooManyPixels } = words().own.problems;
  throw new PlaygroundError('bad-file', tooManyPixels.message(width, height), tooManyPixels.hint);
}
