/**
 * A packet beside what it is judged against, and how two parts of it are compared.
 */
import { canonicalJson } from '../ledger/canonical.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import type { Packet } from '../ledger/packet.ts';
import type { HoldsBody, Violation } from '../ledger/proposal.ts';
import type { CleanRun } from './cleanRun.ts';

export type Assembly = {
  readonly packet: Packet;
  readonly state: CutoverState;
  readonly night: CleanRun;
  /** The clean hold register of the run. */
  readonly register: HoldsBody;
};

/** One rule: every way in which a packet breaks it. */
export type PacketRule = (assembly: Assembly) => readonly Violation[];

/** Whether two values are the same as JSON, whatever the order of their keys. */
export const isSame = (one: unknown, other: unknown): boolean =>
  canonicalJson(one) === canonicalJson(other);

/** What of two lists is not in the other, as canonical text; empty where they only differ in order. */
export const difference = (one: readonly unknown[], other: readonly unknown[]): unknown[] => {
  const texts = new Set(other.map(canonicalJson));
  return one.filter((item) => !texts.has(canonicalJson(item)));
};
