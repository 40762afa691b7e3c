// What stands in the page's place where it cannot be shown.
export const broken = {
  title: 'The playground cannot start here',
  advice: 'Reload the page. If that does not help, use a current version of Chrome, Edge, Firefox or Safari.',
  reload: 'Reload',
};
