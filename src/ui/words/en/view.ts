// How the page is shown.
export const view = {
  notLoaded: {
    message: 'The texts of this language could not be loaded.',
    hint: 'See that the network is there, then choose the language again.',
  },
};
