// How large a picture's file says that it is, before anything is decoded: PNG, JPEG, WebP and GIF. Not for whether it
// tells the truth, nor for whether it can be decoded: the browser finds out.
import type { Area } from './square';

/** Bytes from a file's beginning that are enough, unless a camera wrote much before the picture. */
export const HEAD_BYTES = 2 ** 18;

/** @param head of a file @returns undefined where it does not tell */
export function saidSize(head: Uint8Array): Area | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  try {
    if (begins(head, 0, '\x89PNG')) return { width: view.getUint32(16), height: view.getUint32(20) };
    if (begins(head, 0, 'GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
    if (begins(head, 0, 'RIFF') && begins(head, 8, 'WEBP')) return webp(head, view);
    return begins(head, 0, '\xff\xd8') ? jpeg(view) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // It ends before it tells.
    throw error;
  }
}

const begins = (head: Uint8Array, at: number, text: string): boolean =>
  [...text].every((letter, i) => head[at + i] === letter.charCodeAt(0));

/** Lossy, lossless, or extended. */
function webp(head: Uint8Array, view: DataView): Area | undefined {
  const uint24 = (at: number): number => view.getUint16(at, true) + (view.getUint8(at + 2) << 16);
  if (begins(head, 12, 'VP8 '))
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (begins(head, 12, 'VP8X')) return { width: uint24(24) + 1, height: uint24(27) + 1 };
  if (!begins(head, 12, 'VP8L')) return undefined;
  const bits = view.getUint32(21, true);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

/** In its first frame's header, behind segments of any kind. */
function jpeg(view: DataView): Area | undefined {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at++;
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // SOF0 to SOF15; of these numbers three are other segments.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
}
