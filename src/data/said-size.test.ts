import fc from 'fast-check';
import { expect, it } from 'vitest';
import { saidSize } from './said-size';

const text = (letters: string): number[] => [...letters].map((letter) => letter.charCodeAt(0));
const SEGMENT = [0xff, 0xe1, 0x00, 0x06, 0xff, 0xc0, 0xff, 0xc0];

it.each([
  ['PNG', [0x89, ...text('PNG\r\n\x1a\n'), 0, 0, 0, 13, ...text('IHDR'), 0, 0, 0x27, 0x10, 0, 0, 0x13, 0x88]],
  ['GIF', [...text('GIF89a'), 0x10, 0x27, 0x88, 0x13]],
  ['JPEG', [0xff, 0xd8, ...SEGMENT, 0xff, 0xff, 0xc2, 0, 17, 8, 0x13, 0x88, 0x27, 0x10]],
  [
    'lossy WebP',
    [...text('RIFF'), 0, 0, 0, 0, ...text('WEBPVP8 '), 0, 0, 0, 0, 0, 0, 0, 0x9d, 1, 0x2a, 0x10, 0x27, 0x88, 0x13],
  ],
  // Widths and heights less one.
  ['lossless WebP', [...text('RIFF'), 0, 0, 0, 0, ...text('WEBPVP8L'), 0, 0, 0, 0, 0x2f, 0x0f, 0xe7, 0xe1, 0x04]],
  [
    'extended WebP',
    [...text('RIFF'), 0, 0, 0, 0, ...text('WEBPVP8X'), 10, 0, 0, 0, 0, 0, 0, 0, 0x0f, 0x27, 0, 0x87, 0x13, 0],
  ],
])('a file of %s says how large its picture is', (_, bytes) =>
  expect(saidSize(Uint8Array.from(bytes))).toEqual({ width: 10_000, height: 5000 }),
);

it('what is no picture says nothing, and what ends early neither', () => {
  for (const bytes of [
    [],
    text('%PDF-1.7'),
    text('\x89PNG'),
    [0xff, 0xd8, 0xff, 0xe1, 0x40, 0],
    text('RIFF....WEBPVP8X'),
  ])
    expect(saidSize(Uint8Array.from(bytes))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      saidSize(bytes);
      saidSize(Uint8Array.of(0xff, 0xd8, ...bytes));
    }),
  );
});
