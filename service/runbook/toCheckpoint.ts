/**
 * One checkpoint of a file as the plan has it. What cannot be read is written down as a finding and the checkpoint
 * is left out, so that the rest of the file is still looked at.
 */
import type { Assent, Checkpoint, Duration, EvidenceRule, Predecessor } from '../../ledger/plan.ts';
import type { Id, Instant } from '../../ledger/vocabulary.ts';
import type { CheckpointText, PredecessorsText } from './checkpointFormat.ts';
import { type Desk, instant, type Place, spanOf } from './clock.ts';
import {
  durationForms,
  lengthForms,
  type Parsed,
  parseDuration,
  parseMinutes,
  parseSeconds,
} from './durations.ts';
import type { FilePath } from './problems.ts';
import { parseToken, splitTokens, tokenForms } from './tokens.ts';

/** The value, or null with a finding at `path`. */
export function take<T>(
  parsed: Parsed<T>,
  at: { path: FilePath; fix: string },
  desk: Desk,
): T | null {
  if (parsed.ok) return parsed.value;
  desk.findings.push({ path: at.path, message: parsed.message, fix: at.fix });
  return null;
}

/** Whole minutes, or null with a finding. */
export const minutesOf = (given: string | number, path: FilePath, desk: Desk): number | null =>
  take(parseMinutes(given), { path, fix: lengthForms }, desk);

const secondsOf = (given: string | number, path: FilePath, desk: Desk): number | null =>
  take(parseSeconds(given), { path, fix: lengthForms }, desk);

/** The duration, or null with a finding. */
export const durationOf = (given: string | number, path: FilePath, desk: Desk): Duration | null =>
  take(parseDuration(given), { path, fix: durationForms }, desk);

type LinkText = Exclude<Exclude<PredecessorsText, string>[number], string>;

function linkOf(link: LinkText, path: FilePath, desk: Desk): Predecessor | null {
  const gapSeconds = link.gap === undefined ? 0 : secondsOf(link.gap, [...path, 'gap'], desk);
  const maxGapSeconds =
    link.within === undefined ? null : secondsOf(link.within, [...path, 'within'], desk);
  if (gapSeconds === null || (link.within !== undefined && maxGapSeconds === null)) return null;
  return {
    checkpoint: link.after,
    type: link.type ?? 'finish_to_start',
    gapSeconds,
    maxGapSeconds,
  };
}

/** All predecessors, or null when one of them cannot be read. `known` are the checkpoint ids of the plan. */
export function predecessorsOf(
  given: PredecessorsText,
  path: FilePath,
  { desk, known }: { desk: Desk; known: ReadonlySet<Id> },
): Predecessor[] | null {
  const items = typeof given === 'string' ? splitTokens(given) : given;
  const read = items.map((item, index) => {
    const at = typeof given === 'string' ? path : [...path, index];
    return typeof item === 'string'
      ? take(parseToken(item, known), { path: at, fix: tokenForms }, desk)
      : linkOf(item, at, desk);
  });
  return whole(read);
}

/** The list when nothing in it is missing, else null. */
export function whole<T>(items: readonly (T | null)[]): T[] | null {
  const kept = items.filter((item) => item !== null);
  return kept.length === items.length ? kept : null;
}

type AssentText = NonNullable<CheckpointText['approvals']>[number];

const assentsOf = (given: readonly AssentText[], path: FilePath, desk: Desk): Assent[] | null =>
  whole(
    given.map(({ id, parties, needed, valid }, index) => {
      const validMinutes =
        valid === undefined ? null : minutesOf(valid, [...path, index, 'valid'], desk);
      return valid !== undefined && validMinutes === null
        ? null
        : { id, parties, needed: needed ?? parties.length, validMinutes };
    }),
  );

type EvidenceText = NonNullable<CheckpointText['evidence']>[number];

const evidenceOf = (
  given: readonly EvidenceText[],
  path: FilePath,
  desk: Desk,
): EvidenceRule[] | null =>
  whole(
    given.map(({ kind, source, maxAge }, index) => {
      const maxAgeMinutes = minutesOf(maxAge, [...path, index, 'maxAge'], desk);
      return maxAgeMinutes === null ? null : { kind, source, maxAgeMinutes };
    }),
  );

export type CheckpointContext = {
  readonly desk: Desk;
  readonly rank: number;
  /** The checkpoint ids of the plan. */
  readonly known: ReadonlySet<Id>;
  /** Who holds a role for a checkpoint at an instant; null when that is not exactly one person. */
  readonly holderAt: (at: Instant, role: Id, checkpoint: Id) => Id | null;
};

function ownerOf(
  text: CheckpointText,
  startAt: Instant,
  { place, context }: { place: Place; context: CheckpointContext },
): Id | null {
  const owner = text.owner ?? context.holderAt(startAt, text.role, text.id);
  if (owner === null) {
    context.desk.findings.push({
      path: place.file,
      message: `"${text.id}" has no owner, and not exactly one person holds the role ${text.role} at its start`,
      fix: 'write "owner: PERSON", or map one holder of the role for that time in "authority"',
    });
  }
  return owner;
}

/** The parts that are read from text and may fail, each looked at even when another one did. */
function readParts(text: CheckpointText, place: Place, { desk, known }: CheckpointContext) {
  const at = (key: string): FilePath => [...place.file, key];
  return {
    startAt: instant(
      text.start,
      { file: at('start'), plan: place.plan === null ? null : `${place.plan}/approvedStartAt` },
      desk,
    ),
    duration: durationOf(text.duration ?? 0, at('duration'), desk),
    predecessors: predecessorsOf(text.predecessors ?? [], at('predecessors'), { desk, known }),
    allowedWindows: whole(
      (text.windows ?? []).map((item, index) => {
        const plan = place.plan === null ? null : `${place.plan}/allowedWindows/${index}`;
        return spanOf(item, { file: [...at('windows'), index], plan }, desk);
      }),
    ),
    evidence: evidenceOf(text.evidence ?? [], at('evidence'), desk),
    approvals: assentsOf(text.approvals ?? [], at('approvals'), desk),
    confirmations: assentsOf(text.confirmations ?? [], at('confirmations'), desk),
  };
}

/** The checkpoint, or null when a part of it cannot be read. */
export function checkpointOf(
  text: CheckpointText,
  place: Place,
  context: CheckpointContext,
): Checkpoint | null {
  const { startAt, ...parts } = readParts(text, place, context);
  const { duration, predecessors, allowedWindows, evidence, approvals, confirmations } = parts;
  if (startAt === null) return null;
  const approvedOwner = ownerOf(text, startAt, { place, context });
  if (approvedOwner === null || duration === null || predecessors === null) return null;
  if (allowedWindows === null || evidence === null) return null;
  if (approvals === null || confirmations === null) return null;
  const assumed = duration.kind === 'unknown' ? 'assumed' : 'stated';
  return {
    id: text.id,
    name: text.name ?? text.id,
    kind: text.kind ?? 'task',
    role: text.role,
    protected: text.protected ?? false,
    moves: text.moves ?? 'inside_boundary',
    rank: context.rank,
    approvedStartAt: startAt,
    approvedOwner,
    startRule: text.startRule ?? 'pinned',
    duration,
    durationCertainty: text.certainty ?? assumed,
    predecessors,
    allowedWindows,
    conditions: text.conditions ?? [],
    evidence,
    approvals,
    confirmations,
    room: text.room ?? null,
    observers: text.observers ?? [],
    weight: text.weight ?? 1,
  };
}
