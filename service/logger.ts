/**
 * The log: one line of JSON for each thing worth knowing, on standard error, so that standard output stays the answer.
 * Lines are of closed words, ids, codes and numbers; no configuration, report, address or error's free words is handed
 * to it. Whatever slips through all the same is taken out of the line before it is written.
 */
import { destination, type Logger, pino } from 'pino';
import { redactedText, veiledText } from '../ledger/redaction.ts';
import { StoreTrouble } from '../ledger/trouble.ts';
import type { Config } from './config.ts';

/** Where lines go: a file descriptor, or whatever takes them. */
export type LogPlace = { readonly write: (line: string) => void };

/** Shorter ones would take harmless words out of every line. */
const shortestSecret = 6;
/** As it stands in a line: JSON escapes some signs. */
const escaped = (secret: string): string => JSON.stringify(secret).slice(1, -1);

/** A line, or an error's words, without these secrets and without what nobody should read. */
export function cleanedBy(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap((secret) => [secret, escaped(secret)]))]
    .filter((secret) => secret.length >= shortestSecret)
    .sort((one, other) => other.length - one.length);
  return (text) => {
    const without = known.reduce((left, secret) => left.replaceAll(secret, '[redacted]'), text);
    return veiledText(redactedText(without).text);
  };
}

/** A logger at the configured level that never writes any of these secrets. */
export function openLogger(
  level: Config['log'],
  secrets: readonly string[] = [],
  place: LogPlace = destination({ fd: 2, sync: true }),
): Logger {
  const clean = cleanedBy(secrets);
  return pino(
    {
      level,
      base: null,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: faultOf },
    },
    { write: (line) => place.write(clean(line)) },
  );
}

/** What may be said of an error: its kind, its codes, and where in our code it came from. */
export type Fault = {
  readonly kind: string;
  readonly code?: string;
  readonly cause?: string;
  readonly at?: readonly string[];
};

const word = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number'
    ? String(value)
        .replaceAll(/[^\w.-]/g, '')
        .slice(0, 40)
    : null;
const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error ? word(error.code) : null;

/** Functions and places, without the error's own words, which stand before them. */
function placesIn({ message, stack = '' }: Error): string[] {
  const from = stack.indexOf(message);
  // Words that were changed afterwards cannot be told from places.
  if (from < 0) return [];
  const frame = /^\s+at (?:(?:async )?([\w.<>$]+) )?\(?(?:file:)?[^()\n]*?([\w.-]+:\d+):\d+\)?$/gm;
  return [...stack.slice(from + message.length).matchAll(frame)]
    .slice(0, 6)
    .map(([, name, place]) => (name === undefined ? `${place}` : `${name} ${place}`));
}

/** An error as the log tells it. Words of libraries, and of what they spoke to, are left out. */
export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { kind: typeof error };
  const [code, cause] = [codeOf(error), codeOf(error.cause)];
  return {
    kind: word(error.name) ?? 'Error',
    ...(code === null ? {} : { code }),
    ...(cause === null ? {} : { cause }),
    ...(error instanceof StoreTrouble ? {} : { at: placesIn(error) }),
  };
}
