/**
 * Where facts break rules: started work that ran past a boundary, without authority, too early or out of order. They
 * are shown in the packet; they are never violations of a proposal, because what happened cannot be refused.
 */
import type { CutoverState } from '../ledger/cutover.ts';
import { Deviation } from '../ledger/packet.ts';
import type { Id } from '../ledger/vocabulary.ts';
import { startedWork, type Work } from './executions.ts';
import { gapTooShort } from './order.ts';
import { notAuthorisedOwner, ownerUnavailable } from './people.ts';
import { byRank, isOpen, type Rule, type Scene, sceneOf } from './scene.ts';
import { footprintOf } from './spans.ts';
import { insideBlackout, insideFreeze, outsideBoundary, outsideWindow } from './times.ts';
import { byText } from './violations.ts';

const rules: readonly Rule[] = [
  outsideWindow,
  insideFreeze,
  insideBlackout,
  outsideBoundary,
  ownerUnavailable,
  notAuthorisedOwner,
  gapTooShort,
];

/** What one started work breaks. A boundary counts when it was stated before the work was over. */
function brokenBy(scene: Scene, work: Work): Deviation[] {
  const now = Math.min(scene.now, footprintOf(work).closesAt - 1);
  const found = rules.flatMap((rule) => rule({ ...scene, now, placed: [work], pairs: [] }));
  return found.flatMap(({ code, subjects }) => {
    const rule = Deviation.shape.rule.safeParse(code).data;
    return rule === undefined
      ? []
      : [{ checkpoint: work.checkpoint.id, rule, subject: subjects[0] ?? null }];
  });
}

/** Predecessors that have not even started: it started before them. */
const ahead = ({ situation, plan }: Scene, { checkpoint }: Work): Deviation[] =>
  checkpoint.predecessors
    .filter((edge) => plan.checkpoints.some(({ id }) => id === edge.checkpoint))
    .filter((edge) => isOpen(situation, edge.checkpoint))
    .map((edge) => ({
      checkpoint: checkpoint.id,
      rule: 'gap_too_short',
      subject: edge.checkpoint,
    }));

/** Protected checkpoints of lower rank that a started protected one has overtaken. */
function overtaken({ situation, plan, works }: Scene, { checkpoint, startAt }: Work): Deviation[] {
  if (!checkpoint.protected) return [];
  const later = (id: Id) => {
    const work = works.get(id);
    return work === undefined ? isOpen(situation, id) : work.startAt > startAt;
  };
  return plan.checkpoints
    .filter((other) => other.protected && other.rank < checkpoint.rank && later(other.id))
    .map(({ id }) => ({ checkpoint: checkpoint.id, rule: 'protected_order', subject: id }));
}

const rankOfRule = new Map(Deviation.shape.rule.options.map((rule, rank) => [rule, rank]));
const place = ({ rule }: Deviation): number => rankOfRule.get(rule) ?? 0;

/** Every deviation of started work at an instant: by approved rank, then rule, then subject; no one twice. */
export function deviationsOf(state: CutoverState, now: number): Deviation[] {
  const nothing = {
    placements: [],
    unplaced: [],
    quality: { levels: [], provenLevels: 0, proven: false },
  };
  const scene = sceneOf({ agent: 'resequencing', ...nothing }, state, now);
  return startedWork(state, now)
    .toSorted((one, other) => byRank(one.checkpoint, other.checkpoint))
    .flatMap((work) => {
      const found = [...brokenBy(scene, work), ...ahead(scene, work), ...overtaken(scene, work)];
      const once = new Map(found.map((item) => [`${item.rule} ${item.subject ?? ''}`, item]));
      return [...once.values()].toSorted(
        (one, other) => place(one) - place(other) || byText(one.subject ?? '', other.subject ?? ''),
      );
    });
}
