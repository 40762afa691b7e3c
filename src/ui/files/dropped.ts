// What was dropped or chosen, folders with all that is in them. Not for what the files are: the import worker says.
import type { GivenFile } from '../../project/open-files';

/** Files of an input, by their path in the folder that was chosen. */
export const chosenFiles = (input: HTMLInputElement): GivenFile[] =>
  [...(input.files ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Must be called while the event is being handled; what it gives is awaited later. */
export async function droppedFiles(data: DataTransfer | null): Promise<GivenFile[]> {
  const entries = [...(data?.items ?? [])].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = [...(data?.files ?? [])].map((file) => ({ path: file.name, file }));
  // A drop that a script made has files and no entries.
  if (entries.every((entry) => entry.isFile)) return files;
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<GivenFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.slice(1), file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: GivenFile[] = [];
  // A browser lists a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const one of some) files.push(...(await filesOf(one)));
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
