// What a file is, by its first bytes and not by its name. Not for whether it is whole: its reader says.
import { isZip } from './zip';

export type FileKind = 'text' | 'integers' | 'safetensors' | 'pickle' | 'zip' | 'npy' | 'picture' | 'unknown';

/** Bytes from a file's beginning that are enough. */
export const KIND_BYTES = 16;

const begins = (head: Uint8Array, text: string): boolean =>
  [...text].every((letter, i) => head[i] === letter.charCodeAt(0));

export function kindOf(head: Uint8Array): FileKind {
  if (begins(head, 'QATINT8\n')) return 'integers';
  if (isZip(head)) return 'zip';
  if (begins(head, '\x93NUMPY')) return 'npy';
  if (begins(head, '\x89PNG') || begins(head, '\xff\xd8\xff') || begins(head, 'GIF8') || begins(head, 'RIFF'))
    return 'picture';
  // The length of a header is below 2^24, and the header JSON.
  if (head[8] === 0x7b && [3, 4, 5, 6, 7].every((at) => head[at] === 0)) return 'safetensors';
  // PROTO 2 or later: torch.save before PyTorch 1.6.
  if (head[0] === 0x80 && head[1] >= 2 && head[1] <= 5) return 'pickle';
  return isText(head) ? 'text' : 'unknown';
}

/** JSON or HTML, perhaps behind blanks or a byte order mark. */
function isText(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head).trimStart();
  return (text[0] === '{' || text[0] === '<') && !text.includes('\0');
}
