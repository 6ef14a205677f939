/**
 * The house as plain JavaScript, for tests that start a process of their own and kill it: a child must not depend on a
 * build that somebody may have forgotten. Made anew by each test file that asks, into a folder that it removes again.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folders = [
  'agents',
  'constraints',
  'graph',
  'ledger',
  'service',
  'solver',
  'tests/support',
  'tools',
];

const sources = (): string[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })
      .filter((name) => name.endsWith('.ts') && !/\.(test|eval|d)\.ts$/.test(name))
      .map((name) => join(root, folder, name)),
  );

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
};

/** A module of the house as plain JavaScript; its types are checked elsewhere. */
export const transpiled = (text: string): string =>
  ts.transpileModule(text, { compilerOptions }).outputText;

/** A folder with every module of the house compiled, inside the checkout so that packages are found; call `remove`. */
export function compileHouse(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(root, 'node_modules', '.house-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  for (const source of sources()) {
    const target = join(folder, relative(root, source)).replace(/\.ts$/, '.js');
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpiled(readFileSync(source, 'utf8')));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
