// What of the page is kept for a visit without a network.
export const offline = {
  ready: '**Ready offline:** this page opens without a network, and what has run here runs again.',
  nothingUsed: 'Not kept yet: the network’s weights and the images. Step 1, and whatever you run, brings them.',
  some: (images: string, all: string) =>
    `Kept beside it: the weights and ${images} of ${all} of images; the others come when they are first used.`,
  everything: (size: string) => `Kept beside it: the weights and all images, ${size}.`,
  newer: 'A newer version of this page is here.',
  open: 'Reload with it',
  computes: 'A run computes in this one: let it end first.',
  othersOpen: 'Other tabs show this page: close them first.',
};
