/** The words of `npm run evals`: what to play, on which minds, and how the result is told. */
import { parseArgs } from 'node:util';
import type { Generated } from './generated.ts';

export const help = `Usage: npm run evals -- [SUITE...] [options]

Without names every suite in evals/ is played.
  --model NAME      the four minds on a live endpoint (OPENAI_BASE_URL, OPENAI_API_KEY)
  --generated N     N generated nights with known truth instead
  --seed S          which ones (1)
  --keep FOLDER     write the generated files there and leave them
  --json            the whole result as JSON, the same bytes for the same suites and minds
  --html FILE       the result as one page with pictures, which needs nothing else
`;

export type Options = {
  readonly help: boolean;
  readonly names: readonly string[];
  readonly model: string | null;
  readonly json: boolean;
  /** Where the page goes; null: nowhere. */
  readonly html: string | null;
  readonly generated: Generated | null;
};

function whole(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new TypeError(`--${name} is a whole number, not "${text}"`);
  return Number(text);
}

/** Reads the words. Throws an Error that says what is wrong with them. */
export function optionsIn(words: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      help: { type: 'boolean' },
      html: { type: 'string' },
      model: { type: 'string' },
      generated: { type: 'string' },
      seed: { type: 'string' },
      keep: { type: 'string' },
    },
  });
  const { generated: count, seed = '1', keep = null, model = null, html = null } = values;
  return {
    help: values.help === true,
    names: positionals,
    model,
    json: values.json === true,
    html,
    generated:
      count === undefined
        ? null
        : { count: whole('generated', count), seed: whole('seed', seed), keep },
  };
}
