// The head of the page: what it is, and where the run in hand stands.
export const heading = {
  language: 'Language',
  lede: 'Turn a trained image classifier into integers of few bits, see what that costs, and how training brings it back. All of it is computed here in your browser; nothing is sent anywhere.',
  runAll: 'Run all nine steps',
  runRest: 'Run all steps left',
  otherComputes: (run: string) => `${run} is computing; this run waits.`,
  running: (step: string, number: number, name: string) => `[Step ${number} of 9, ${name}](#step-${step}), is running.`,
  finished: 'All nine steps are done. Change a choice and run again from there, or make a new run beside this one.',
  failed: (step: string, number: number, name: string) =>
    `[Step ${number}, ${name}](#step-${step}), failed. What was done before is kept.`,
  next: (step: string, number: number, name: string) => `Next: [step ${number}, ${name}](#step-${step}).`,
  begin: (steps: number, weightBits: number, activationBits: number) =>
    `Trains ${steps} steps with ${weightBits}-bit weights and ${activationBits}-bit activations. Or go step by step below.`,
  addressProblem: (message: string) => `The address of this page was not followed: ${message}`,
  allByDefault: 'All choices are as by default.',
};
