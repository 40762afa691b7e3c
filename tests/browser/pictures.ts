// Pictures of a visitor's own that specs make, and how they are brought.
import type { Page } from '@playwright/test';
import { encode } from 'fast-png';
import { card, type Global } from './ui-page';

export type Rgb = readonly [number, number, number];

export const png = (width: number, height: number, colour: (x: number, y: number) => Rgb): Buffer => {
  const data = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) data.set(colour(i % width, Math.floor(i / width)), 3 * i);
  return Buffer.from(encode({ width, height, data, channels: 3 }));
};

/** What networks were last looked into on, and the red of its first pixel. */
export const lookedAt = (page: Page) =>
  page.evaluate(() => {
    const { by, pixels } = (globalThis as unknown as Global).fake.lookedAt.at(-1)!;
    return { by, bytes: pixels.length, red: pixels[0] };
  });

/** As a file, once the network is loaded. */
export const choose = (page: Page, buffer: Buffer, name = 'picture.png', mimeType = 'image/png') =>
  card(page, 'compare').locator('input[type=file]').setInputFiles({ name, mimeType, buffer });
