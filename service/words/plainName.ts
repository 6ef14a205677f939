/**
 * Names and words as they may be shown: one line of visible characters. A name comes from a plan, and a plan from a
 * file; words come from whoever reports: line breaks, control signs and marks that turn or hide text stay inside.
 */

/** Control and format characters, separators of lines, private and unassigned ones. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+/gu;
const longest = 120;

/** Words on one line, nothing in them hidden: a space for every run of signs that are not seen. */
export const visible = (text: string): string => text.replace(unseen, ' ');

/** The name on one line, at most 120 characters; never empty. */
export function plainName(name: string): string {
  const plain = visible(name).replace(/\s+/gu, ' ').trim();
  const signs = Array.from(plain);
  if (signs.length === 0) return '(no name)';
  return signs.length > longest ? `${signs.slice(0, longest - 1).join('')}…` : plain;
}
