// Numbers as people type them: which texts are numbers, and the next one for an arrow key. Not for bounds: NumberField.

/**
 * A whole number, with commas or spaces between groups of three digits as the page writes them: '10000', '10,000',
 * '10 000'. undefined for anything else: '2,5' and '10.000' could mean two things.
 */
export function readWhole(text: string): number | undefined {
  const digits = text.trim();
  if (!/^[+-]?(\d+|\d{1,3}(,\d{3})+|\d{1,3}([ \u00a0\u202f]\d{3})+)$/.test(digits)) return undefined;
  return Number(digits.replace(/[, \u00a0\u202f]/g, ''));
}

/**
 * A number with a point or a comma before its decimals: '0.001', '0,001', '3e-5'.
 * undefined for what is no number, and for '1,500', which is 1.5 to some and 1500 to others.
 */
export function readReal(text: string): number | undefined {
  const typed = text.trim().replace(/\u2212/g, '-');
  if (/^[+-]?[1-9]\d{0,2}(,\d{3})+$/.test(typed)) return undefined;
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(typed)) return undefined;
  return Number(typed.replace(',', '.'));
}

/** What an arrow key makes of a number: one more or less; of a real one, the next of 1, 2, 5, 10, 20, 50 and so on. */
export function neighbour(value: number, direction: 1 | -1, whole: boolean): number {
  if (whole) return value + direction;
  const decade = Math.floor(Math.log10(value));
  const series = [decade - 1, decade, decade + 1].flatMap((e) => [1, 2, 5].map((m) => Number(`${m}e${e}`)));
  return direction > 0
    ? series.find((candidate) => candidate > value)!
    : series.findLast((candidate) => candidate < value)!;
}
