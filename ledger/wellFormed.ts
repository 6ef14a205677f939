/**
 * Text that has bytes: half of a surrogate pair has none, so nothing that contains one can be digested, stored or
 * sent. It finds such text; what is said of it is for whoever asks.
 */

const loneSurrogate = /\p{Surrogate}/u;

export const malformedText = 'the text contains half of a character (a lone surrogate)';

type Path = readonly (string | number)[];

/** The place of every string and key in a JSON value that is no well-formed Unicode; empty when all are. */
export function malformedPlaces(value: unknown, at: Path = []): Path[] {
  if (typeof value === 'string') return loneSurrogate.test(value) ? [at] : [];
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => malformedPlaces(item, [...at, index]));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    loneSurrogate.test(key) ? [[...at, key]] : malformedPlaces(item, [...at, key]),
  );
}

/** The first `length` UTF-16 units of a text, one less where that would cut a character in half. */
export const cutText = (text: string, length: number): string =>
  text.slice(0, length).replace(/[\ud800-\udbff]$/u, '');
