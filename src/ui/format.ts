// Numbers as the page writes them: one form for each unit. Not for computing.
const NO_BREAK = '\u00a0';
const MINUS = '\u2212';

const sign = (text: string): string => text.replace('-', MINUS);
/** By digits after the point: to make a format costs more than to write many numbers with it. */
const formats: Intl.NumberFormat[] = [];
const formatOf = (digits: number): Intl.NumberFormat =>
  (formats[digits] ??= new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }));

/** With this many digits after the point: 0.5, 2 -> '0.50'. */
export const fixed = (value: number, digits: number): string => sign(formatOf(digits).format(value));

/** 10000 -> '10,000'. */
export const count = (value: number): string => fixed(value, 0);

/** A whole number with its sign: 3 -> '+3', 0 -> '0'. */
export const signed = (value: number): string => `${value > 0 ? '+' : ''}${count(value)}`;

/** 0.8712 -> '87.12 %'. */
export const percent = (share: number, digits = 2): string => `${fixed(share * 100, digits)}${NO_BREAK}%`;

/** Difference of two shares in percentage points, with its sign: -0.0012 -> '−0.12'. */
export function points(difference: number): string {
  const text = fixed(difference * 100, 2);
  return difference * 100 >= 0.005 ? `+${text}` : text.replace(/^\u2212(0\.00)$/, '$1');
}

/** Milliseconds: three digits below 10, two below 100, one above. */
export function milliseconds(value: number): string {
  return `${fixed(value, value < 10 ? 3 : value < 100 ? 2 : 1)}${NO_BREAK}ms`;
}

/** Bytes as KiB below one MiB, as MiB with two digits above. */
export const bytes = (value: number): string =>
  value < 2 ** 20 ? `${fixed(value / 2 ** 10, 1)}${NO_BREAK}KiB` : `${fixed(value / 2 ** 20, 2)}${NO_BREAK}MiB`;

/** Seconds as '0.42 s', '7.5 s', '42 s' or '3 min 5 s'. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${fixed(seconds, 2)}${NO_BREAK}s`;
  if (seconds < 9.95) return `${fixed(seconds, 1)}${NO_BREAK}s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole}${NO_BREAK}s`;
  return `${count(Math.floor(whole / 60))}${NO_BREAK}min ${whole % 60}${NO_BREAK}s`;
}

/** A real number of any size with `digits` significant ones: 0.0123, 4.8e−7. */
export function real(value: number, digits = 3): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e5)) return sign(value.toExponential(digits - 1));
  return sign(Number(value.toPrecision(digits)).toString());
}

/** A loss with `digits` after the point; one that has run away in powers of ten. */
export const loss = (value: number, digits = 3): string =>
  Math.abs(value) < 1e5 ? fixed(value, digits) : real(value, digits);

/** A number without powers of ten, as ARIA attributes want it: 1e-8 -> '0.00000001'. */
export const decimal = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: 20, useGrouping: false });

/** 8.4 -> '8.4 times'. */
export const times = (ratio: number): string => `${fixed(ratio, ratio < 100 ? 1 : 0)}${NO_BREAK}times`;

/** 1 image, 2 images. */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`;

/** The first of a long list, and a sign that there are more. */
export const some = (names: readonly string[], most = 20): readonly string[] =>
  names.length > most ? [...names.slice(0, most), '…'] : names;
