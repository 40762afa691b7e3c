// The square that is cut out of a picture, in whole pixels and never beyond its edges. Not for drawing it: src/ui/own.
export interface Area {
  readonly width: number;
  readonly height: number;
}

export interface Square {
  /** Of its corner at the top left. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** Smaller ones show nothing more; of a picture that is smaller itself, its shorter side. */
const LEAST = 32;

export const mostOf = ({ width, height }: Area): number => Math.min(width, height);
export const leastOf = (area: Area): number => Math.min(LEAST, mostOf(area));

/** As large as can be, in the middle. */
export const largestSquare = (area: Area): Square =>
  centredAt({ x: 0, y: 0, size: mostOf(area) }, area.width / 2, area.height / 2, area);

export const movedTo = (square: Square, x: number, y: number, area: Area): Square => within({ ...square, x, y }, area);

/** Its middle there, or as near as the edges let it. */
export const centredAt = ({ size }: Square, x: number, y: number, area: Area): Square =>
  within({ x: x - size / 2, y: y - size / 2, size }, area);

/** Of another size, about its middle. */
export function sizedTo({ x, y, size }: Square, wanted: number, area: Area): Square {
  const next = Math.round(clamp(wanted, leastOf(area), mostOf(area)));
  return centredAt({ x, y, size: next }, x + size / 2, y + size / 2, area);
}

function within({ x, y, size }: Square, { width, height }: Area): Square {
  return { x: clamp(Math.round(x), 0, width - size), y: clamp(Math.round(y), 0, height - size), size };
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);
