/**
 * Predecessors as people write them: an id, a token such as `14FS+2h` or `acc-1 SS+30m`, or an object. It refuses
 * start-to-finish links and negative lags, which would let a checkpoint start before what it waits for.
 */
import type { Predecessor } from '../../ledger/plan.ts';
import { type Parsed, parseSeconds } from './durations.ts';

const types: Readonly<Record<string, Predecessor['type']>> = {
  FS: 'finish_to_start',
  SS: 'start_to_start',
  FF: 'finish_to_finish',
};

const attached = /^(\S+?)(FS|SS|FF|SF)(?:\s*([+\-−])\s*(.+))?$/;
const spaced = /^(\S+)\s+(fs|ss|ff|sf)(?:\s*([+\-−])\s*(.+))?$/i;
const idForm = /^[a-z0-9][a-z0-9._:-]{0,99}$/;

const plain = (checkpoint: string): Parsed<Predecessor> => ({
  ok: true,
  value: { checkpoint, type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
});

const refuse = (message: string): Parsed<never> => ({ ok: false, message });

/** One token. Ids are found in any case; `known` are the ids of the file, which win over a token's reading. */
export function parseToken(text: string, known: ReadonlySet<string>): Parsed<Predecessor> {
  const token = text.trim();
  const whole = token.toLowerCase();
  if (known.has(whole)) return plain(whole);
  const found = spaced.exec(token) ?? attached.exec(token);
  if (found === null) {
    return idForm.test(whole) ? plain(whole) : refuse(`"${text}" is not a predecessor`);
  }
  const [, name = '', typeText = '', sign, lag] = found;
  const type = types[typeText.toUpperCase()];
  if (type === undefined) return refuse(`"${text}": start-to-finish links are not supported`);
  if (sign !== undefined && sign !== '+') {
    return refuse(`"${text}" has a negative lag: it would start before what it waits for allows`);
  }
  const gap = lag === undefined ? { ok: true as const, value: 0 } : parseSeconds(lag);
  if (!gap.ok) return refuse(`"${text}": ${gap.message}`);
  const checkpoint = name.toLowerCase();
  return { ok: true, value: { checkpoint, type, gapSeconds: gap.value, maxGapSeconds: null } };
}

/** The items of a list written as one text: `14FS+2h; cut, acc-1`. */
export const splitTokens = (text: string): string[] =>
  text
    .split(/[;,]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

export const tokenForms =
  'write an id, "cut FS+2h", "cut SS+15m", "cut FF", or {after: cut, type: start_to_start, gap: 15m}; to overlap, use start_to_start with a gap';
