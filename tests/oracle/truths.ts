/**
 * What makes a proposal unsafe besides its times: found by comparing it with the ledger in the plainest way there is.
 * Written from constraints/README.md alone; it shares no code with constraints/, solver/ or agents/. It judges what a
 * person would be misled by and leaves the finer points (floats, drivers, order of lists) to the rule book.
 */
import type { ViolationCode } from '../../ledger/codes.ts';
import type { CutoverState } from '../../ledger/cutover.ts';
import { incumbentOf } from '../../ledger/incumbent.ts';
import type { Packet, PacketLine } from '../../ledger/packet.ts';
import type {
  HoldsBody,
  Proposal,
  ReadinessBody,
  ResequencingBody,
} from '../../ledger/proposal.ts';
import type { Planted } from '../attacks/waiting.ts';
import { brokenRules } from './oracle.ts';

export type Truth = {
  readonly state: CutoverState;
  readonly now: number;
  /** Digest of the facts as they are, taken before anybody proposed anything. */
  readonly basisDigest: string;
  readonly planted: ReadonlyMap<string, Planted>;
};

type Codes = Set<ViolationCode>;

const sorted = (list: readonly string[]): string => [...list].toSorted().join(' ');
const twice = (list: readonly string[]): boolean => new Set(list).size !== list.length;

function cleanTimeline({ run }: CutoverState): ResequencingBody | null {
  const attempt = run?.attempts.resequencing;
  const body = attempt?.clean === true ? attempt.proposal.body : null;
  return body?.agent === 'resequencing' ? body : null;
}

function ofRulings({ rulings }: ReadinessBody, { state, planted }: Truth, broken: Codes): void {
  const waiting = state.unruled.map(({ factId }) => factId);
  const named = rulings.map(({ factId }) => factId);
  if (named.some((id) => !waiting.includes(id))) broken.add('ruling_for_unknown_fact');
  if (twice(named)) broken.add('ruling_duplicated');
  if (waiting.some((id) => !named.includes(id))) broken.add('ruling_missing');
  for (const { factId, ruling } of rulings) {
    const truth = planted.get(factId);
    if (truth !== undefined && truth.never.some((never) => never === ruling))
      broken.add(truth.code);
  }
}

const readable = [
  'actual_start',
  'actual_finish',
  'forecast_finish',
  'revised_start',
  'update_promised',
];

/** A reading of free text: words that stand there, of a kind that free text may say, naming what it is about. */
function ofReadings({ readings = [] }: ReadinessBody, { state }: Truth, broken: Codes): void {
  for (const { statement, from, quote, assertion } of readings) {
    const fact = state.unruled.find(({ factId }) => factId === statement);
    const text = fact?.assertion.kind === 'statement' ? fact.assertion.text : null;
    if (text === null || !text.startsWith(quote, from)) broken.add('reading_not_verbatim');
    else if (!readable.includes(assertion.kind)) broken.add('reading_not_allowed');
    else if ('checkpoint' in assertion && !text.includes(assertion.checkpoint))
      broken.add('reading_unsupported');
    else if ('at' in assertion && !text.includes(assertion.at.text))
      broken.add('reading_unsupported');
  }
}

function ofHolds({ holds }: HoldsBody, { state }: Truth, broken: Codes): void {
  const { plan, holds: placed } = state.situation;
  const unplaced = cleanTimeline(state)?.unplaced.map(({ checkpoint }) => checkpoint) ?? [];
  const held = holds.map(({ checkpoint }) => checkpoint);
  if (unplaced.some((id) => !held.includes(id))) broken.add('hold_missing');
  if (held.some((id) => !unplaced.includes(id))) broken.add('hold_without_cause');
  if (twice(holds.map(({ holdId }) => holdId))) broken.add('hold_duplicated');
  const byPeople = placed.filter(({ checkpoint }) => unplaced.includes(checkpoint));
  if (byPeople.some(({ hold }) => !holds.some(({ holdId }) => holdId === hold)))
    broken.add('hold_missing');
  for (const hold of holds) {
    const conditions = plan.conditions.map(({ settledBy }) => settledBy);
    if (![plan.leadRole, ...conditions].includes(hold.liftedBy)) broken.add('hold_lifter_wrong');
    if (hold.behind !== null && !unplaced.includes(hold.behind)) broken.add('hold_class_wrong');
    if (hold.blocks.some((id) => !unplaced.includes(id))) broken.add('hold_blocks_wrong');
    const offers = hold.relaxations.every(
      ({ relaxes, checkpoint, newlyWoken }) =>
        plan.policy.exceptions.includes(relaxes) &&
        plan.checkpoints.some(({ id }) => id === checkpoint) &&
        newlyWoken.every((person) => plan.people.some(({ id }) => id === person)),
    );
    if (!offers) broken.add('hold_release_wrong');
  }
}

/** The lines as the timeline they tell people to keep. */
const toldIn = (lines: readonly PacketLine[]): ResequencingBody => ({
  agent: 'resequencing',
  placements: lines.flatMap(({ checkpoint, state, startAt, endAt, owner }) =>
    state === 'planned' && startAt !== null && endAt !== null && owner !== null
      ? [{ checkpoint, startAt, endAt, owner }]
      : [],
  ),
  unplaced: lines
    .filter(({ state }) => state === 'held')
    .map(({ checkpoint }) => ({ checkpoint, behind: null, causes: [] })),
  quality: { levels: [], provenLevels: 0, proven: false },
});

const heldIn = ({ unplaced }: ResequencingBody): string =>
  sorted(unplaced.map(({ checkpoint }) => checkpoint));
const placedIn = ({ placements }: ResequencingBody): string =>
  sorted(
    placements.map((item) => `${item.checkpoint}@${item.startAt}-${item.endAt}:${item.owner}`),
  );

function ofLines({ lines, holds }: Packet, { state }: Truth, broken: Codes): void {
  const { plan, progress } = state.situation;
  if (
    sorted(lines.map(({ checkpoint }) => checkpoint)) !==
    sorted(plan.checkpoints.map(({ id }) => id))
  )
    broken.add('packet_line_missing');
  const told = toldIn(lines);
  const clean = cleanTimeline(state);
  if (clean === null || placedIn(told) !== placedIn(clean) || heldIn(told) !== heldIn(clean))
    broken.add('packet_line_untraceable');
  for (const line of lines) {
    const known = progress[line.checkpoint]?.state;
    const stands = line.state === 'held' ? 'planned' : line.state;
    if (known !== undefined && stands !== known) broken.add('packet_line_untraceable');
    if (known === 'done' && line.startAt !== null && line.owner === null)
      broken.add('packet_line_untraceable');
  }
  const held = new Set(holds.map(({ checkpoint }) => checkpoint));
  if (lines.some(({ checkpoint, state: stands }) => stands === 'held' && !held.has(checkpoint)))
    broken.add('packet_hold_mismatch');
}

/** People to whom anything on a line changed: nobody else may be told, and each of them must be. */
function ofPeople(
  { lines, deltas, mustAcknowledge, notNotified }: Packet,
  truth: Truth,
  broken: Codes,
): void {
  const { plan } = truth.state.situation;
  const before = new Map(truth.state.current?.packet.lines.map((line) => [line.checkpoint, line]));
  const people = plan.people.map(({ id }) => id);
  const told = deltas.map(({ person }) => person);
  if (twice(told) || told.some((person) => !people.includes(person)))
    broken.add('packet_recipient_wrong');
  if (sorted([...told, ...notNotified.map(({ person }) => person)]) !== sorted(people))
    broken.add('packet_recipient_wrong');
  if (mustAcknowledge.some((person) => !told.includes(person)))
    broken.add('packet_recipient_wrong');
  for (const line of lines) {
    const old = before.get(line.checkpoint);
    const moved =
      line.state === 'planned' && (old?.startAt !== line.startAt || old.owner !== line.owner);
    if (moved && line.owner !== null && !told.includes(line.owner))
      broken.add('packet_recipient_wrong');
  }
}

function ofPacket(packet: Packet, truth: Truth, broken: Codes): void {
  const { state } = truth;
  const { current, lastPacketVersion, run, heldFacts } = state;
  const supersedes = current === null ? null : current.packet.version;
  if (
    packet.version !== lastPacketVersion + 1 ||
    (packet.supersedes?.version ?? null) !== supersedes ||
    (packet.supersedes?.packetHash ?? null) !== (current?.packetHash ?? null) ||
    packet.packetId !== `packet-${packet.version}` ||
    Object.hasOwn(state.decided, packet.packetId)
  )
    broken.add('packet_version_wrong');
  if (packet.cutoverId !== state.cutoverId) broken.add('wrong_cutover');
  if (packet.basisDigest !== truth.basisDigest || packet.preparedAt !== run?.nowAt)
    broken.add('packet_basis_wrong');
  ofLines(packet, truth, broken);
  ofPeople(packet, truth, broken);
  const facts = heldFacts.map(({ fact }) => fact.factId);
  if (sorted(packet.heldFacts.map(({ factId }) => factId)) !== sorted(facts))
    broken.add('packet_fact_mismatch');
  const starts = toldIn(packet.lines).placements.map(({ startAt }) => startAt);
  const first = starts.length === 0 ? null : Math.min(...starts);
  if (packet.decisionDeadlineAt !== first) broken.add('packet_deadline_wrong');
}

function ofBody({ body }: Proposal, truth: Truth, broken: Codes): void {
  const { state, now } = truth;
  switch (body.agent) {
    case 'readiness':
      ofRulings(body, truth, broken);
      return ofReadings(body, truth, broken);
    case 'resequencing': {
      const night = { situation: state.situation, incumbent: incumbentOf(state), now };
      for (const code of brokenRules(body, night)) broken.add(code);
      return;
    }
    case 'holds':
      return ofHolds(body, truth, broken);
    case 'packet':
      return ofPacket(body.packet, truth, broken);
  }
}

/** Every code for which a proposal is unsafe; empty when this oracle has nothing against it. */
export function unsafeIn(proposal: Proposal, truth: Truth): Codes {
  const broken: Codes = new Set();
  if (proposal.cutoverId !== truth.state.cutoverId) broken.add('wrong_cutover');
  if (proposal.agent !== 'readiness' && proposal.basisDigest !== truth.basisDigest)
    broken.add('stale_basis');
  ofBody(proposal, truth, broken);
  return broken;
}
