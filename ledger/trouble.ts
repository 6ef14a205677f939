/**
 * Operating trouble of a store, as one error with a closed code, so that a caller can tell "try again" from
 * "stop": it never carries a rule that was broken (that is a Rejection) nor a stale writer (that is VersionMoved).
 */

/**
 * `busy` another writer kept the lock too long, or no connection is free · `full` no room left ·
 * `unreachable` the file or the server cannot be reached · `closed` the store was closed ·
 * `not_durable` a commit would not survive a power cut, so the store refuses to work ·
 * `wrong_schema` the tables are not the ones this build knows · `broken_row` a stored row is not what was written ·
 * `failed` anything else the database said.
 */
export type TroubleCode =
  | 'busy'
  | 'full'
  | 'unreachable'
  | 'closed'
  | 'not_durable'
  | 'wrong_schema'
  | 'broken_row'
  | 'failed';

/** `unknown` when the commit itself failed: the events may or may not be there, so ask again with the same keys. */
export type TroubleOutcome = 'nothing_written' | 'unknown';

/** A store could not do what it was asked. `outcome` says whether anything may have been written. */
export class StoreTrouble extends Error {
  override readonly name = 'StoreTrouble';
  readonly code: TroubleCode;
  readonly outcome: TroubleOutcome;

  constructor(
    code: TroubleCode,
    message: string,
    how: { readonly outcome?: TroubleOutcome; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: how.cause });
    this.code = code;
    this.outcome = how.outcome ?? 'nothing_written';
  }
}
