// Forms that numbers take in Chinese sentences, where English ones of format.ts would not do. Not for numbers alone.
import { fixed } from '../../format';

/** 8.4 -> '8.4 倍'. */
export const multiple = (ratio: number): string => `${fixed(ratio, ratio < 100 ? 1 : 0)} 倍`;
