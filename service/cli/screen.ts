/**
 * The terminal: where text goes, whether it is coloured, and tables that fit 100 columns. Colour is used only on
 * a terminal that wants it; JSON output is never coloured.
 */
import Table from 'cli-table3';
import { createColors } from 'picocolors';
import { visible } from '../words/plainName.ts';

export type Screen = {
  readonly colour: boolean;
  readonly print: (text: string) => void;
};

/** Widest line of any screen. */
export const screenColumns = 100;

export type Paint = ReturnType<typeof createColors>;

/** Colours, or the same functions doing nothing. */
export const paintOf = (screen: Pick<Screen, 'colour'>): Paint => createColors(screen.colour);

export type Column = { readonly head: string; readonly width: number };

const noLines = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' ',
};

/** A plain table without frame; cells wrap at words. Widths count one space between columns. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const built = new Table({
    head: columns.map((column) => column.head),
    colWidths: columns.map((column) => column.width),
    wordWrap: true,
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  built.push(...rows.map((row) => [...row]));
  return built
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A heading with a rule under it. */
export function heading(text: string, screen: Pick<Screen, 'colour'>): string {
  return `\n${paintOf(screen).bold(text)}\n${'-'.repeat(Math.min(screenColumns, text.length))}`;
}

/**
 * Wraps a sentence to the screen. Its own indentation is kept; continuation lines get `indent`. Whatever it quotes writes
 * no line of its own and no sign that a terminal acts on.
 */
export function wrap(text: string, indent = 2): string {
  const own = text.length - text.trimStart().length;
  const lines: string[] = [];
  let line = ' '.repeat(own);
  let empty = true;
  for (const word of visible(text).trim().split(' ')) {
    if (!empty && line.length + 1 + word.length > screenColumns) {
      lines.push(line);
      line = `${' '.repeat(Math.max(own, indent))}${word}`;
    } else {
      line = empty ? `${line}${word}` : `${line} ${word}`;
    }
    empty = false;
  }
  return [...lines, line].join('\n');
}
