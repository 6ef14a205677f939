/**
 * The store port. A store keeps events in order per cutover, refuses a stale writer, and never changes a row.
 * Adapters are in stores/ (SQLite, PostgreSQL); one contract suite runs on both.
 */
import type { CutoverState } from './cutover.ts';
import type { LedgerEvent } from './events.ts';
import type { Digest, Id, Instant } from './vocabulary.ts';

export type Head = { readonly version: number; readonly hash: Digest };

/** The earlier report with this source event id, if there is one. */
export type KnownReport = { readonly version: number; readonly bodyDigest: Digest };

/** A folded state, kept only to save time: it can be deleted, and is ignored when it does not match the chain. */
export type Snapshot = {
  readonly version: number;
  readonly headHash: Digest;
  readonly stateDigest: Digest;
  readonly codeVersion: string;
  readonly state: CutoverState;
};

/** Who works on a cutover, and until when by their own clock. The epoch grows with every holder and never shrinks. */
export type Lease = { readonly holder: Id; readonly epoch: number; readonly until: Instant };

/** What a holder shows with each append: the store refuses it once somebody else has taken the lease. */
export type Fence = { readonly epoch: number };

/** A request as its sender named it, and a digest of what it asks. */
export type RequestKey = { readonly caller: string; readonly key: string; readonly digest: string };

/** What a request was answered with, in the words of whoever answered it. */
export type Answer = { readonly status: number; readonly headers: string; readonly body: string };

export type Reader = {
  head(cutoverId: Id): Promise<Head | null>;
  /** Events after a position, in order, at most `limit`. */
  read(cutoverId: Id, range: { after: number; limit?: number }): Promise<LedgerEvent[]>;
  findReport(cutoverId: Id, source: Id, sourceEventId: string): Promise<KnownReport | null>;
  snapshot(cutoverId: Id): Promise<Snapshot | null>;
  /** What was answered to the request with this key, and the digest of what it asked; null when none was. */
  answered(
    request: Pick<RequestKey, 'caller' | 'key'>,
  ): Promise<(Answer & Pick<RequestKey, 'digest'>) | null>;
};

export type Transaction = Reader & {
  /**
   * Appends in one durable commit. The first event's version must be `expectedVersion + 1`.
   * Throws VersionMoved when another writer was first (never happens under the transaction's own lock).
   */
  append(cutoverId: Id, expectedVersion: number, events: readonly LedgerEvent[]): Promise<void>;
  /** The newest lease of the cutover, running or over; null when nobody ever took one. */
  lease(cutoverId: Id): Promise<Lease | null>;
  saveLease(cutoverId: Id, lease: Lease): Promise<void>;
  /** Keeps what a request is answered with. Throws VersionMoved when another one with its key was answered first. */
  keepAnswer(request: RequestKey, answer: Answer, at: Instant): Promise<void>;
};

export type Store = Reader & {
  cutovers(): Promise<Id[]>;
  /** The newest position of every cutover, by id: what a sweep compares with what it has seen. */
  heads(): Promise<readonly { readonly cutoverId: Id; readonly version: number }[]>;
  /** Runs `work` with the cutover locked for writing; commits when it returns, rolls back when it throws. */
  transact<T>(cutoverId: Id, work: (transaction: Transaction) => Promise<T>): Promise<T>;
  saveSnapshot(cutoverId: Id, snapshot: Snapshot): Promise<void>;
  /** Forgets answers kept before an instant, some at a time; their requests would be new ones. */
  forgetAnswers(before: Instant): Promise<void>;
  close(): Promise<void>;
};

/** Another writer appended first. Operating trouble: the caller loads again and decides again. */
export class VersionMoved extends Error {
  override readonly name = 'VersionMoved';
}

/** Somebody else has taken the lease: whoever is told so stops, and changes nothing more. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}
