/** What a search that pauses comes to when nobody stops it. */
export function finished<T>(search: Generator<null, T>): T {
  let step = search.next();
  while (step.done !== true) step = search.next();
  return step.value;
}
