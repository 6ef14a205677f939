/**
 * The terminal: where text goes, whether it is coloured, and tables that fit 100 columns. Colour is used only on
 * a terminal that wants it; JSON output is never coloured.
 */
import Table from 'cli-table3';
import { createColors } from 'picocolors';

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

/** Wraps a sentence to the screen, continuation lines indented. */
export function wrap(text: string, indent = 2): string {
  const room = screenColumns - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line]
    .map((part, index) => (index === 0 ? part : ' '.repeat(indent) + part))
    .join('\n');
}
