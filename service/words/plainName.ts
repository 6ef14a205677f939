/**
 * Names as they may go out of the house: one line of visible characters. A name comes from a plan, and a plan from a
 * file: line breaks, control signs and marks that turn or hide text stay inside.
 */

/** Control and format characters, separators of lines, private and unassigned ones. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]+/gu;
const longest = 120;

/** The name on one line, at most 120 characters; never empty. */
export function plainName(name: string): string {
  const plain = name.replace(unseen, ' ').replace(/\s+/gu, ' ').trim();
  const signs = Array.from(plain);
  if (signs.length === 0) return '(no name)';
  return signs.length > longest ? `${signs.slice(0, longest - 1).join('')}…` : plain;
}
