// A register tile of the matrix product, rows of a by columns of b. Read as AssemblyScript and as TypeScript.
export const TILE_ROWS = 4;
export const TILE_COLS = 8;
