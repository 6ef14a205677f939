/**
 * What free text may carry and nobody here should have. Numbers of cards and accounts, and credentials, are taken out
 * before a report becomes an event: no ledger, log, prompt or export ever holds them. Addresses and telephone numbers
 * stay in the ledger, whose text is evidence, and are veiled wherever text leaves it for a machine (logs, prompts).
 */
import { ReportBody } from './facts.ts';

type Finder = {
  readonly looksLike: RegExp;
  /** Whether this much of what looks like one is one. */
  readonly is: (text: string) => boolean;
};

const always = (): boolean => true;
/** Spaces as they are typed, and as they come with what is pasted from a page. */
const bare = (text: string): string => text.replaceAll(/[ \u00a0\u2007\u202f-]/g, '');

/** Check digits of ISO 13616: 97 divides the number but for 1. */
function isAccount(text: string): boolean {
  if (text.length < 15 || text.length > 34) return false;
  const turned = `${text.slice(4)}${text.slice(0, 4)}`.toUpperCase();
  const digits = turned.replaceAll(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  return BigInt(digits) % 97n === 1n;
}

/** Check digit of ISO 7812, of a number that an issuer of cards could have given. */
function isCard(digits: string): boolean {
  if (!/^(?:[3-6]|2[2-7])\d{12,18}$/.test(digits)) return false;
  const sum = digits
    .split('')
    .toReversed()
    .reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 === 0 ? 1 : 2);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}

/** Looks are wide and proofs narrow: a form that nothing else has, or check digits. */
const forbidden: readonly Finder[] = [
  {
    looksLike:
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"]*?(?:-----END [A-Z ]{0,40}-----|(?=")|$)/g,
    is: always,
  },
  {
    looksLike:
      /\b(?:interlock_token_[\w-]{16,}|whsec_[A-Za-z0-9+/=]{24,}|xox[abeoprs]-[\w-]{10,}|gh[opsu]_\w{20,}|github_pat_\w{20,}|sk-[\w-]{16,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})/g,
    is: always,
  },
  // The password of an address: postgres://who:password@host.
  {
    looksLike:
      /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,64}:)(?!\[redacted\]|•+@)[^\s/@"]{1,200}(?=@)/g,
    is: always,
  },
  {
    looksLike:
      /\b[A-Z]{2}\d{2}(?:[ \u00a0\u2007\u202f]?[A-Z0-9]{4}){2,7}(?:[ \u00a0\u2007\u202f]?[A-Z0-9]{1,4})?\b/gi,
    is: (text) => isAccount(bare(text)),
  },
  {
    // Whole, or in the groups that are printed on cards, with one separator throughout.
    looksLike:
      /(?<!\d)(?:\d{13,19}|\d{4}([ \u00a0\u2007\u202f-])\d{4}\1\d{4}\1\d{4}(?:\1\d{3})?|\d{4}([ \u00a0\u2007\u202f-])\d{6}\2\d{4,5})(?!\d)/g,
    is: (text) => isCard(bare(text)),
  },
];

/** The sign that stands for each sign of what is veiled. */
export const veil = '•';

/** Never longer than what it replaces, since texts have limits. */
const inPlaceOf = (found: string): string =>
  found.length < '[redacted]'.length ? veil.repeat(found.length) : '[redacted]';

/** Where the longest part ends that is one, at the end of a word; 0 when none is. */
function endOf(found: string, is: Finder['is']): number {
  const ends = [...found.matchAll(/\b/g)].map(({ index }) => index).toReversed();
  if (is(found)) return found.length;
  return ends.find((end) => /\w/.test(found[end - 1] ?? '') && is(found.slice(0, end))) ?? 0;
}

/** The text without what must not be kept; what was taken out is added to `pieces`. */
const without = (text: string, pieces: Set<string>): string =>
  forbidden.reduce(
    (left, { looksLike, is }) =>
      left.replaceAll(looksLike, (found) => {
        const end = endOf(found, is);
        if (end === 0) return found;
        pieces.add(bare(found.slice(0, end)));
        return `${inPlaceOf(found.slice(0, end))}${found.slice(end)}`;
      }),
    text,
  );

/** The text without what must not be kept, and how many different pieces were taken out. */
export function redactedText(text: string): { readonly text: string; readonly count: number } {
  const pieces = new Set<string>();
  return { text: without(text, pieces), count: pieces.size };
}

const personal: readonly RegExp[] = [
  /[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+/g,
  // With its country, or the whole national number in one piece.
  /(?<![\w+])\+\d{1,3}(?:[ \u00a0\u2007\u202f().-]{0,2}\d){7,12}(?!\d)/g,
  /(?<![\w.:-])0\d{9,10}(?![\w:-])/g,
];

/** The text, as long as before, with every e-mail address and telephone number made unreadable. */
export const veiledText = (text: string): string =>
  personal.reduce(
    (left, looksLike) => left.replaceAll(looksLike, (found) => veil.repeat(found.length)),
    text,
  );

/** Fields of a report that are prose. Ids are never touched: two of them must not become one. */
const prose: ReadonlySet<string> = new Set(['text', 'reason', 'name']);

/** A report as it may be kept, and how many different pieces were taken out of its prose. */
export function redactedReport(body: ReportBody): {
  readonly body: ReportBody;
  readonly count: number;
} {
  const pieces = new Set<string>();
  const clean = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return prose.has(key) ? without(value, pieces) : value;
    if (Array.isArray(value)) return value.map((item: unknown) => clean(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([inner, item]) => [inner, clean(item, inner)]),
    );
  };
  const cleaned = clean(body, '');
  return { body: pieces.size === 0 ? body : ReportBody.parse(cleaned), count: pieces.size };
}
