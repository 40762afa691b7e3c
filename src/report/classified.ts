// What a network takes images for, gathered piece by piece. Not for running networks: who gathers brings that.

/** Images of a split in its order: what each is, and what a network takes it for. */
export interface Classified {
  readonly labels: Uint8Array;
  readonly predictions: Uint8Array;
}

/**
 * The first images of a split, a piece of them at a time; a piece that is short is the last.
 * @param count of them @param size of a piece
 * @param classify images start..start+n-1
 * @param goesOn asked after each piece, with how many images are done
 * @returns undefined where it was not to go on, even after the last piece
 */
export async function inPieces(
  count: number,
  size: number,
  classify: (start: number, n: number) => Promise<Classified>,
  goesOn: (done: number) => boolean,
): Promise<Classified | undefined> {
  const [labels, predictions] = [new Uint8Array(count), new Uint8Array(count)];
  let there = 0;
  for (let start = 0; start < count; start += size) {
    const n = Math.min(size, count - start);
    const piece = await classify(start, n);
    labels.set(piece.labels, start);
    predictions.set(piece.predictions, start);
    there += piece.labels.length;
    if (!goesOn(there)) return undefined;
    if (piece.labels.length < n) break;
  }
  return { labels: labels.subarray(0, there), predictions: predictions.subarray(0, there) };
}
