// The run that was recorded, shown where a step was not run.
export const recorded = {
  show: 'Show a recorded result',
  hide: 'Hide the recorded result',
  ofStep: (number: number, name: string) => `: step ${number}, ${name}`,
  about: (cpu: string, date: string, weightBits: number, activationBits: number, steps: number) =>
    `Recorded, not computed here: ${weightBits}-bit weights, ${activationBits}-bit activations, ${steps} steps, on ${cpu}, ${date}. Run the step to see your own.`,
  notLoaded: {
    message: 'The recorded run could not be loaded.',
    hint: 'See that the network is there and try again, or run the step: it needs no recording.',
  },
};
