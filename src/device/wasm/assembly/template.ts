// Writes the AssemblyScript that follows from the list of work items: their arguments' classes and the dispatcher.
// Runs in Node at build time. Not for what the fields mean: see src/device/wasm/work.ts.
import { LAYOUTS, WORK } from '../work';

/** args.ts: a class for every record. */
export const recordsSource = (): string =>
  Object.entries(LAYOUTS)
    .map(([name, layout]) => {
      const fields = Object.entries(layout).map(([field, type]) => `  ${field}: ${type};\n`);
      return `@unmanaged\nexport class ${name} {\n${fields.join('')}}\n`;
    })
    .join('\n');

/** dispatch.ts: runs an item of the work of a number, with the arguments at an address. */
export function dispatchSource(): string {
  const work = Object.entries(WORK);
  const imports = work.map(([name, { file }]) => `import { ${name} } from './${file}';\n`);
  const classes = [...new Set(work.map(([, { args }]) => args))].join(', ');
  const cases = work.map(
    ([name, { args }], id) => `    case ${id}:\n      return ${name}(changetype<${args}>(args), item);\n`,
  );
  return `import { ${classes} } from './args';
${imports.join('')}
export function dispatch(id: i32, args: usize, item: i32): void {
  switch (id) {
${cases.join('')}    default:
      unreachable();
  }
}
`;
}
