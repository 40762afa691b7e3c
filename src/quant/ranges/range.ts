// What a choice of a range gives for one tensor. Plain data.

/** The ends of the values that are quantized without clipping, before they are widened to hold 0. */
export interface Range {
  readonly min: number;
  readonly max: number;
}
