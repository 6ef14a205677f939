/**
 * The problem a resequencer solves, in whole ticks, with every limit named by the fact or rule it comes from.
 * Built from the situation by normalise.ts (conservative rounding: releases up, ends down); no zones, no clock.
 */
import type { Cause } from '../ledger/holds.ts';
import type { Id, Instant } from '../ledger/vocabulary.ts';

/** Whole ticks since the problem's origin. One tick is a minute, or a second where a runbook needs it. */
export type Tick = number;

/** Starts from `first` to `last`, both inclusive. */
export type StartRange = { readonly first: Tick; readonly last: Tick };

/**
 * One named limit on a start: it may only lie in these ranges (sorted, disjoint; empty allows nothing).
 * The exception that would lift it, if policy allows one, is `cause.rule` when that is a RelaxableCode.
 */
export type Limit = { readonly cause: Cause; readonly starts: readonly StartRange[] };

/** The subject of the limit that leaves the release lead the review time: a policy, no rule of the checker. */
export const reviewSubject = 'review_time';
/** Whether a limit is that one. */
export const isReview = ({ cause }: Limit): boolean =>
  cause.rule === 'in_past' && cause.subject === reviewSubject;

/** Someone who may own the checkpoint. The approved owner comes first; then delegates by id. */
export type Candidate = {
  readonly person: Id;
  /** Authority and availability of this person, each named. The starts allowed are their intersection. */
  readonly limits: readonly Limit[];
  /** Whether giving it to this person wakes someone who had nothing in the incumbent timeline. */
  readonly newlyWoken: boolean;
};

/** A checkpoint still to be placed or held. */
export type OpenCheckpoint = {
  readonly id: Id;
  readonly rank: number;
  readonly protected: boolean;
  /** Placed anywhere but at `preferredStart`, it breaks `protected_move`. */
  readonly exceptionOnly: boolean;
  readonly duration: Tick;
  /** The planned duration in milliseconds where it is not a whole number of ticks; `duration` is then rounded up. */
  readonly exactMs?: number;
  /** The incumbent start; the approved (or revised) one where the incumbent holds it. */
  readonly preferredStart: Tick;
  readonly preferredOwner: Id;
  /** Its approved or revised start: preferred again once it is held. Left out where it equals `preferredStart`. */
  readonly approvedStart?: Tick;
  /** Where a revised start has taken the place of the approved one: the tick that was approved. */
  readonly revisedFrom?: Tick;
  /** Whether the incumbent timeline places it. */
  readonly wasPlaced: boolean;
  readonly weight: number;
  /** Its move counts among protected moves too: for a timeline that moves as few as can be. */
  readonly moveCounts?: true;
  /** Limits that do not depend on the owner: now, pinned start, windows, boundaries, evidence, guardrails… */
  readonly limits: readonly Limit[];
  readonly candidates: readonly Candidate[];
  readonly room: Id | null;
  /** Reasons for which it cannot be placed at any time: open condition, hold in force, refused approval… */
  readonly blockers: readonly Cause[];
};

/** A started, finished or skipped checkpoint: a constant. A skipped one has no times and releases what follows. */
export type FixedCheckpoint = {
  readonly id: Id;
  readonly rank: number;
  readonly protected: boolean;
  readonly state: 'in_progress' | 'done' | 'skipped';
  readonly start: Tick | null;
  /** The actual end, or the expected one for work in progress. */
  readonly end: Tick | null;
  /** Null when it no longer keeps anyone busy. */
  readonly owner: Id | null;
  readonly room: Id | null;
  readonly cause: Cause | null;
};

/** A least (and perhaps greatest) gap between two checkpoints, in ticks. */
export type Edge = {
  readonly from: Id;
  readonly to: Id;
  readonly type: 'finish_to_start' | 'start_to_start' | 'finish_to_finish';
  readonly least: Tick;
  readonly greatest: Tick | null;
  /** An exception with an end: a start of `to` not after this may exceed the greatest gap. */
  readonly greatestWaivedTo?: Tick;
  readonly leastCause: Cause;
  readonly greatestCause: Cause | null;
};

/**
 * Between two members the later start leaves at least `gap` ticks after the earlier one's end; of two equal starts
 * the lower rank counts as the earlier (a review spacing).
 */
export type Spacing = {
  readonly id: Id;
  readonly members: readonly Id[];
  readonly gap: Tick;
  /** Exceptions with an end: a member that starts not after `to` is outside the spacing. */
  readonly waived?: readonly { readonly member: Id; readonly to: Tick }[];
};

export type Problem = {
  readonly originAt: Instant;
  readonly tickMs: number;
  readonly now: Tick;
  /** A start that moves comes no earlier than this (`policy.reviewMinutes`); there is a limit on each checkpoint too. */
  readonly reviewFrom?: Tick;
  /** Sorted by id. */
  readonly open: readonly OpenCheckpoint[];
  /** Sorted by id. */
  readonly fixed: readonly FixedCheckpoint[];
  readonly edges: readonly Edge[];
  /** Owners of the members must all differ. */
  readonly separations: readonly { readonly id: Id; readonly members: readonly Id[] }[];
  readonly spacings: readonly Spacing[];
  /** People with started (or skipped) work: nobody to wake. Only used when a result becomes the next incumbent. */
  readonly awake?: readonly Id[];
  readonly exceptionKinds: readonly string[];
};

export type PlacedTicks = {
  readonly checkpoint: Id;
  readonly start: Tick;
  readonly end: Tick;
  readonly owner: Id;
};

export type HeldTicks = {
  readonly checkpoint: Id;
  /** The held predecessor it hangs on, or null for a root. */
  readonly behind: Id | null;
  /** For a root: the chain of facts and rules that forced it. */
  readonly causes: readonly Cause[];
};

/** The soft levels in the order they are minimised (SCHEDULING.md section 2). */
export const levelNames = [
  'held_protected',
  'held',
  'flips',
  'protected_moved',
  'inversions',
  'owner_changes',
  'newly_woken',
  'weighted_movement',
  'latest_finish',
] as const;

/** Work allowed, in conflicts: never in milliseconds, so that the same input gives the same bytes. */
export type Budget = { readonly conflicts: number };

export type Resequenced = {
  readonly placements: readonly PlacedTicks[];
  readonly held: readonly HeldTicks[];
  /** One value per level of `levelNames`. */
  readonly levels: readonly number[];
  /** How many leading levels are proven least. */
  readonly provenLevels: number;
  readonly proven: boolean;
  /** What the first level not proven cannot be less than; null when all are proven, or none is known. */
  readonly bound: number | null;
  readonly conflicts: number;
};

export type Resequence = (problem: Problem, budget: Budget) => Resequenced;
