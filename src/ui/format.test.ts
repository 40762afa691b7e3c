import { describe, expect, it } from 'vitest';
import { bytes, count, decimal, duration, loss, milliseconds, percent, plural, points, real, times } from './format';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('numbers on the page', () => {
  it('groups thousands', () => expect(count(11173962)).toBe('11,173,962'));
  it.each([
    [0.8712, '87.12 %'],
    [1, '100.00 %'],
  ])('share %d', (share, text) => expect(plain(percent(share))).toBe(text));
  it.each([
    [-0.0012, '\u22120.12'],
    [0.0012, '+0.12'],
    [-0.00001, '0.00'],
    [0, '0.00'],
  ])('difference %d', (difference, text) => expect(points(difference)).toBe(text));
  it.each([
    [0.37, '0.370 ms'],
    [12.345, '12.35 ms'],
    [123.45, '123.5 ms'],
  ])('%d ms', (value, text) => expect(plain(milliseconds(value))).toBe(text));
  it.each([
    [512, '0.5 KiB'],
    [11 * 2 ** 20, '11.00 MiB'],
  ])('%d bytes', (value, text) => expect(plain(bytes(value))).toBe(text));
  it.each([
    [0.421, '0.42 s'],
    [7.46, '7.5 s'],
    [9.97, '10 s'],
    [59.6, '1 min 0 s'],
    [185, '3 min 5 s'],
  ])('%d s', (value, text) => expect(plain(duration(value))).toBe(text));
  it.each([
    [0, '0'],
    [0.012345, '0.0123'],
    [4.8e-7, '4.80e\u22127'],
    [-2.5, '\u22122.5'],
  ])('real %d', (value, text) => expect(real(value)).toBe(text));
  it('ratios and plurals', () => {
    expect(plain(times(8.44))).toBe('8.4 times');
    expect([plural(1, 'image'), plural(2000, 'image')]).toEqual(['1 image', '2,000 images']);
  });
  it.each([
    [0.35, '0.350'],
    [2.3026, '2.303'],
    [9.062410888082136e21, '9.06e+21'],
  ])('loss %d', (value, text) => expect(loss(value)).toBe(text));
  it.each([
    [1e-8, '0.00000001'],
    [3e-5, '0.00003'],
    [100000, '100000'],
  ])('decimal %d', (value, text) => expect(decimal(value)).toBe(text));
});
