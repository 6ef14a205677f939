/**
 * What a verb is given: a file or standard input, and what to answer when a file has problems.
 */
import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { type Answer, exits, UsageError } from './answer.ts';

/** Reads a file, or standard input when it is `-`. */
export async function readInput(path: string): Promise<string> {
  if (path === '-') return readStream(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

type FileProblem = {
  readonly file: string;
  readonly line: number | null;
  readonly path: string;
  readonly message: string;
  readonly fix: string;
};

/** All problems of a file at once, one block each: place, what is wrong, what to do. */
export function invalid(problems: readonly FileProblem[]): Answer {
  const lines = problems.map(
    (problem) =>
      `${problem.file}${problem.line === null ? '' : `:${problem.line}`} ${problem.path}: ${problem.message}\n  fix: ${problem.fix}`,
  );
  return {
    exit: exits.invalidInput,
    text: [
      ...lines,
      `${problems.length} problem${problems.length === 1 ? '' : 's'}; nothing was written.`,
    ].join('\n'),
    json: { problems },
  };
}
