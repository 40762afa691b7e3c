// How the lines of runs laid over each other look: no two alike in colour, nor in dashes. Not for drawing.

interface LineLook {
  readonly color: `--${string}`;
  readonly dash: readonly number[];
}

export const LINE_LOOKS: readonly LineLook[] = [
  { color: '--integer', dash: [] },
  { color: '--float', dash: [10, 4] },
  { color: '--good', dash: [3, 3] },
  { color: '--bad', dash: [12, 3, 3, 3] },
  { color: '--ink', dash: [6, 3, 2, 3, 2, 3] },
  { color: '--quiet', dash: [18, 6] },
];
