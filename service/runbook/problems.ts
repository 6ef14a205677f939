/**
 * What is wrong with a file a person wrote: the place, what was found, and what to do about it. Problems are
 * collected, never thrown, so that all of them are seen at once.
 */

/** Keys and indices from the top of a file to a value. */
export type FilePath = readonly (string | number)[];

export type FileProblem = {
  readonly file: string;
  /** From 1; null when the place is the file as a whole. */
  readonly line: number | null;
  /** Slash-separated; `/` is the whole file. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
};

/** A problem before its line is known. */
export type Finding = { readonly path: FilePath; readonly message: string; readonly fix: string };

export const pathText = (path: FilePath): string => (path.length === 0 ? '/' : path.join('/'));

/** Problems in the order of the file, each once. */
export function inFileOrder(problems: readonly FileProblem[]): FileProblem[] {
  const seen = new Map(
    problems.map((problem) => [`${problem.path}\n${problem.message}`, problem] as const),
  );
  return [...seen.values()].toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
}

/** Findings with their line, in file order. */
export const locate = (
  findings: readonly Finding[],
  file: string,
  lineOf: (path: FilePath) => number | null,
): FileProblem[] =>
  inFileOrder(
    findings.map(({ path, message, fix }) => ({
      file,
      line: lineOf(path),
      path: pathText(path),
      message,
      fix,
    })),
  );

/** Edits between two words: insertions, deletions, replacements and swapped neighbours. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= one.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= other.length; j += 1) {
      const swap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      row.push(
        Math.min(
          cell(i - 1, j) + 1,
          (row[j - 1] ?? Infinity) + 1,
          cell(i - 1, j - 1) + (one[i - 1] === other[j - 1] ? 0 : 1),
          swap ? cell(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return cell(one.length, other.length);
}

/** The known word that was probably meant, or null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const asked = word.slice(0, 100).toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, away: distance(asked, candidate.toLowerCase()) }))
    .filter(({ candidate, away }) => away <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((one, other) => one.away - other.away || (one.candidate < other.candidate ? -1 : 1));
  return ranked[0]?.candidate ?? null;
}

/** `did you mean "x"? ` or nothing. */
export function meant(word: string, known: readonly string[]): string {
  const found = nearest(word, known);
  return found === null || found === word ? '' : `did you mean "${found}"? `;
}
