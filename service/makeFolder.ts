/**
 * Making a folder with those above it. Node's own recursive `mkdir` never ends, at full processor time, where the parent
 * is there and yet nothing can be made in it (`/proc`, measured on 20.20), so each folder is made by itself.
 */
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes one; null, or why it could not be made. One that is there already is as good. */
async function trouble(folder: string): Promise<unknown> {
  try {
    await mkdir(folder);
    return null;
  } catch (error) {
    const isThere = await stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    return isThere ? null : error;
  }
}

const lacksParent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** Makes it; one that is there already stays. Throws the file system's own error where it cannot be made. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await trouble(folder);
  if (first === null) return;
  const parent = dirname(folder);
  if (!lacksParent(first) || parent === folder) throw first;
  await makeFolder(parent);
  const second = await trouble(folder);
  if (second !== null) throw second;
}
