// Feature maps laid side by side as one picture: where each channel stands, and which place a point of the picture is.
// Not for drawing it: Mosaic.svelte.
import type { MapShape } from '../../graph/types';
import type { Position } from '../../worker/api';

/** Tiles across, so that the picture is about as wide as it is high. */
function tilesAcross({ h, w, c }: MapShape): number {
  return Math.min(c, Math.max(1, Math.ceil(Math.sqrt((c * (h + 1)) / (w + 1)))));
}

export interface MosaicSize {
  readonly across: number;
  /** Pixels, one between each two tiles. */
  readonly width: number;
  readonly height: number;
}

export function mosaicSize(shape: MapShape): MosaicSize {
  const across = tilesAcross(shape);
  const down = Math.ceil(shape.c / across);
  return { across, width: across * (shape.w + 1) - 1, height: down * (shape.h + 1) - 1 };
}

/** What a pixel of the picture shows; undefined between tiles and beyond the last. */
export function placeAt(shape: MapShape, px: number, py: number): Position | undefined {
  const { across } = mosaicSize(shape);
  const [column, row] = [Math.floor(px / (shape.w + 1)), Math.floor(py / (shape.h + 1))];
  const [x, y] = [px - column * (shape.w + 1), py - row * (shape.h + 1)];
  const channel = row * across + column;
  return column < 0 || row < 0 || x >= shape.w || y >= shape.h || column >= across || channel >= shape.c
    ? undefined
    : { y, x, channel };
}

/** The pixel that shows a place. */
export function pixelOf(shape: MapShape, { y, x, channel }: Position): { readonly px: number; readonly py: number } {
  const { across } = mosaicSize(shape);
  return { px: (channel % across) * (shape.w + 1) + x, py: Math.floor(channel / across) * (shape.h + 1) + y };
}
