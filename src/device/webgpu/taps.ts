// How a shader visits only some taps of a filter [kh, kw, ci, C], as if their rows were a tensor of their own.
// Not for convolutions, which find live taps by themselves.

export interface Taps {
  /** Rows of the visited taps. */
  readonly rows: number;
  /** WGSL of `fn NAME(i : u32) -> u32`: the filter's index of a vec4 of the visited rows. */
  readonly declaration: string;
}

/** @param rows of all taps; @param vec4s in a row; @param taps row-major places; absent: all */
export function tapRows(name: string, rows: number, vec4s: number, all: number, taps?: readonly number[]): Taps {
  if (!taps || taps.length === all) return { rows, declaration: `fn ${name}(i : u32) -> u32 { return i; }` };
  const perTap = (rows / all) * vec4s;
  return {
    rows: (rows / all) * taps.length,
    declaration: `fn ${name}(i : u32) -> u32 {
  var taps = array<u32, ${taps.length}>(${taps.map((tap) => `${tap}u`).join(', ')});
  return taps[i / ${perTap}u] * ${perTap}u + i % ${perTap}u;
}`,
  };
}

/** Taps of a filter's shape. */
export const tapCount = (shape: readonly number[]): number => shape.slice(0, -2).reduce((a, b) => a * b, 1);
