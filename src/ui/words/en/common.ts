// What many parts of the page say, and the page's own name.
export const common = {
  pageTitle: 'QAT Playground',
  step: (number: number) => `Step ${number}`,
  recorded: 'Recorded',
  /** What pictures show, by the data set's own name; those that need no other word are left out. */
  classes: {} as Readonly<Partial<Record<string, string>>>,
};
