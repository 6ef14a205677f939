/**
 * QuickXplain (Junker 2004): the preferred irreducible conflict among ordered parts, with nothing but a yes/no
 * question. It knows no schedule.
 */

/** Whether the parts given cannot all stand together. */
export type Clashes<T> = (parts: readonly T[]) => boolean;

type Search<T> = { readonly clashes: Clashes<T> };

/** Junker's recursion: what of `parts` is needed beside `kept`; `grew` says whether `kept` has just grown. */
function needed<T>(
  search: Search<T>,
  kept: readonly T[],
  { parts, grew }: { parts: readonly T[]; grew: boolean },
): readonly T[] {
  if (grew && search.clashes(kept)) return [];
  if (parts.length <= 1) return parts;
  const middle = Math.floor(parts.length / 2);
  const front = parts.slice(0, middle);
  const back = parts.slice(middle);
  const fromBack = needed(search, [...kept, ...front], { parts: back, grew: front.length > 0 });
  const fromFront = needed(search, [...kept, ...fromBack], {
    parts: front,
    grew: fromBack.length > 0,
  });
  return [...fromFront, ...fromBack];
}

/**
 * A conflict that nothing can be left out of: parts that come first are kept, later ones are in it only where they
 * must be. Null when the parts do not clash, or clash without any of them.
 */
export function smallestConflict<T>(parts: readonly T[], clashes: Clashes<T>): readonly T[] | null {
  if (!clashes(parts) || clashes([])) return null;
  return thinned(needed({ clashes }, [], { parts, grew: false }), clashes);
}

/** Leaves out, last first, what is not needed after all: an answer that erred on the way may have kept too much. */
function thinned<T>(conflict: readonly T[], clashes: Clashes<T>): readonly T[] {
  if (isIrreducible(conflict, clashes)) return conflict;
  return conflict.reduceRight<readonly T[]>((kept, member) => {
    const rest = kept.filter((other) => other !== member);
    return clashes(rest) ? rest : kept;
  }, conflict);
}

/** Whether a conflict clashes and no longer does without any one of its members. */
export const isIrreducible = <T>(conflict: readonly T[], clashes: Clashes<T>): boolean =>
  clashes(conflict) &&
  conflict.every((member) => !clashes(conflict.filter((other) => other !== member)));
