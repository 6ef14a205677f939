/**
 * How long something may take, as a signal. Its timer is held until it is let go: Node (seen on 20.20) forgets the limit
 * inside AbortSignal.any once nothing else holds it, and what was to be cut off then goes on for as long as it likes.
 */

export type TimeLimit = {
  readonly signal: AbortSignal;
  /** To be called once the work is over, whatever came of it. */
  readonly letGo: () => void;
};

/** Aborts after so many milliseconds, or as soon as `other` does. */
export function timeLimit(milliseconds: number, other: AbortSignal | null): TimeLimit {
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new DOMException('the time is over', 'TimeoutError')),
    milliseconds,
  );
  const follow = (): void => limit.abort(other?.reason);
  if (other?.aborted === true) follow();
  else other?.addEventListener('abort', follow, { once: true });
  return {
    signal: limit.signal,
    letGo: () => {
      clearTimeout(timer);
      other?.removeEventListener('abort', follow);
    },
  };
}
