/**
 * Another build of the program: what was compiled, with some of its sources changed as the next release would change
 * them. A change whose place is not found any more fails, so that none goes stale unseen.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transpiled } from './compiled.ts';

/** In this file, every place that says `from` says `to`. */
export type Change = { readonly file: string; readonly from: string; readonly to: string };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The compiled folder again with these changes, inside the checkout so that packages are found; call `remove`. */
export function changedBuild(
  built: string,
  changes: readonly Change[],
): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(root, 'node_modules', '.build-'));
  cpSync(built, folder, { recursive: true, filter: (path) => !path.endsWith('.map') });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const file of new Set(changes.map((change) => change.file))) {
    const text = changes
      .filter((change) => change.file === file)
      .reduce(
        (code, { from, to }) => {
          if (!code.includes(from)) throw new Error(`${file} does not say "${from}" any more`);
          return code.replaceAll(from, to);
        },
        readFileSync(join(root, file), 'utf8'),
      );
    writeFileSync(join(folder, file.replace(/\.ts$/, '.js')), transpiled(text));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
