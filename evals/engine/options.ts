/** The words of `npm run evals`: what to play, on which minds, and how the result is told. */
import { parseArgs } from 'node:util';
import type { Generated } from './generated.ts';

export const help = `Usage: npm run evals -- [SUITE...] [options]

Without names every suite in evals/ is played.
  --model NAME      the four minds on a live endpoint (OPENAI_BASE_URL, OPENAI_API_KEY)
  --record FOLDER   keep every question and answer of the model there
  --replay FOLDER   play the suites as they were recorded: no endpoint, no key, the same result
  --generated N     N generated nights with known truth instead
  --seed S          which ones (1)
  --keep FOLDER     write the generated files there and leave them
  --json            the whole result as JSON, the same bytes for the same suites and minds
  --html FILE       the result as one page with pictures, which needs nothing else
`;

/** A live endpoint, recorded or not; or a recording alone. */
export type Asked =
  { readonly live: string; readonly record: string | null } | { readonly replay: string };

export type Options = {
  readonly help: boolean;
  readonly names: readonly string[];
  /** The model and where its answers come from; null: the deterministic minds. */
  readonly model: Asked | null;
  readonly json: boolean;
  /** Where the page goes; null: nowhere. */
  readonly html: string | null;
  readonly generated: Generated | null;
};

function whole(name: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new TypeError(`--${name} is a whole number, not "${text}"`);
  return Number(text);
}

type GeneratedWords = {
  readonly generated?: string | undefined;
  readonly seed?: string | undefined;
  readonly keep?: string | undefined;
};

function generatedIn(
  { generated, seed, keep }: GeneratedWords,
  names: readonly string[],
): Generated | null {
  if (generated === undefined) {
    if (seed !== undefined) throw new TypeError('--seed needs --generated N');
    if (keep !== undefined) throw new TypeError('--keep needs --generated N');
    return null;
  }
  if (names.length > 0) {
    throw new TypeError(`--generated plays no suite of evals/: leave out ${names.join(', ')}`);
  }
  const count = whole('generated', generated);
  if (count === 0) throw new TypeError('--generated is at least 1');
  return { count, seed: whole('seed', seed ?? '1'), keep: keep ?? null };
}

type ModelWords = {
  readonly model?: string | undefined;
  readonly record?: string | undefined;
  readonly replay?: string | undefined;
};

function askedIn({ model, record, replay }: ModelWords): Asked | null {
  if (replay !== undefined) {
    if (model === undefined && record === undefined) return { replay };
    throw new TypeError('--replay stands alone: the recording knows its model');
  }
  if (model !== undefined) return { live: model, record: record ?? null };
  if (record !== undefined) throw new TypeError('--record needs --model NAME');
  return null;
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
      record: { type: 'string' },
      replay: { type: 'string' },
      generated: { type: 'string' },
      seed: { type: 'string' },
      keep: { type: 'string' },
    },
  });
  const names = [...new Set(positionals)];
  return {
    help: values.help === true,
    names,
    model: askedIn(values),
    json: values.json === true,
    html: values.html ?? null,
    generated: generatedIn(values, names),
  };
}
