// Pieces of drawing one after the other, each in a frame of its own: no frame waits for all charts. Not for text.

const waiting = new Set<() => void>();
let frame: number | undefined;

/** Calls `draw` in a frame to come, after those that wait already. @returns takes it back */
export function inTurn(draw: () => void): () => void {
  waiting.add(draw);
  frame ??= requestAnimationFrame(next);
  return () => waiting.delete(draw);
}

function next(): void {
  const [draw] = waiting;
  frame = waiting.size > 1 ? requestAnimationFrame(next) : undefined;
  if (!draw) return;
  waiting.delete(draw);
  draw();
}
