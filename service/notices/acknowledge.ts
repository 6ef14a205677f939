/**
 * Acknowledging from a message. Looking at the link changes nothing, since mail scanners open every link; only its
 * button acknowledges, and only through the ledger, which takes it for the version that the link names and no other.
 */
import type { CutoverState } from '../../ledger/cutover.ts';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { load } from '../../ledger/load.ts';
import { ordersOf } from '../../ledger/views.ts';
import { rejectionWords } from '../words/codes.ts';
import { namesOf } from '../words/names.ts';
import { noOrders, orderLines } from '../words/notices.ts';
import { plainName } from '../words/plainName.ts';
import { timeText } from '../words/times.ts';
import { type AckClaim, type AckSettings, ackToken, readAckToken } from './ackLink.ts';
import { type AckPage, ackResponse } from './ackPage.ts';

export type AckDeps = { readonly ledger: LedgerDeps; readonly settings: AckSettings };

const bare = { sentences: [], lines: [], button: null } as const;

const worthless: AckPage = {
  ...bare,
  status: 403,
  title: 'This link is not valid',
  sentences: [
    'Nothing was acknowledged. Use the link in the newest message, or ask on the bridge.',
  ],
};

const expired: AckPage = {
  ...bare,
  status: 410,
  title: 'This link has run out',
  sentences: ['Nothing was acknowledged. Read the check code back on the bridge instead.'],
};

/** The person's own lines in the current packet. */
function linesOf(state: CutoverState, { person }: AckClaim): readonly string[] {
  if (state.current === null) return [];
  const { plan } = state.situation;
  const orders = ordersOf(person, state.current, state);
  const open = orders.lines.filter((line) => line.state !== 'done' && line.state !== 'skipped');
  const names = namesOf(plan);
  const plain = { ...names, checkpoint: (id: string) => plainName(names.checkpoint(id)) };
  const lines = orderLines({ orders: { ...orders, lines: open }, names: plain });
  return lines.length === 0 ? [noOrders] : lines;
}

/** Says so when this person has acknowledged this version. */
function alreadyPage(state: CutoverState, claim: AckClaim): AckPage | null {
  const known = state.acknowledgements[claim.person];
  if (known?.version !== claim.version) return null;
  const { zone } = state.situation.plan;
  return {
    ...bare,
    status: 200,
    title: `v${claim.version} is acknowledged`,
    sentences: [`Taken at ${timeText(known.at, zone)}, ${zone}. You can close this page.`],
    lines: linesOf(state, claim),
  };
}

/** For a link of a packet that is no longer in force: the one that is, with a button of its own. */
async function supersededPage(
  state: CutoverState,
  claim: AckClaim,
  settings: AckSettings,
): Promise<AckPage> {
  const { current } = state;
  if (current === null) return worthless;
  const { packetId, version } = current.packet;
  const now: AckClaim = { ...claim, packetId, version };
  const hasSeen = alreadyPage(state, now) !== null;
  return {
    status: 409,
    title: `v${claim.version} is no longer in force`,
    sentences: [
      `v${version} is, check code ${current.checkCode}. Nothing was acknowledged by this link.`,
      hasSeen ? `You have acknowledged v${version} already.` : `Your orders in v${version}:`,
    ],
    lines: linesOf(state, now),
    button: hasSeen
      ? null
      : { text: `I act on v${version} now`, action: await ackToken(now, settings) },
  };
}

function confirmPage(state: CutoverState, claim: AckClaim, token: string): AckPage {
  const { plan } = state.situation;
  const name = plainName(namesOf(plan).person(claim.person));
  return {
    status: 200,
    title: `Acknowledge v${claim.version}?`,
    sentences: [
      `${plainName(plan.name)}. Check code ${state.current?.checkCode ?? ''}. Times are ${plan.zone}.`,
      `Nothing is acknowledged yet. Orders of ${name}:`,
    ],
    lines: linesOf(state, claim),
    button: { text: `I have read v${claim.version} and act on it`, action: token },
  };
}

async function isConfirmed(request: Request): Promise<boolean> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return false;
  return new URLSearchParams(await request.text()).get('confirm') === 'yes';
}

async function pageFor(
  request: Request,
  { claim, token }: { readonly claim: AckClaim; readonly token: string },
  { ledger, settings }: AckDeps,
): Promise<AckPage> {
  const state = await load(ledger.store, claim.cutoverId);
  if (state === null) return worthless;
  const page = alreadyPage(state, claim);
  if (page !== null) return page;
  if (state.current?.packet.packetId !== claim.packetId) {
    return supersededPage(state, claim, settings);
  }
  if (request.method !== 'POST' || !(await isConfirmed(request))) {
    return confirmPage(state, claim, token);
  }
  const { packetId, person, noticeId } = claim;
  const outcome = await handle(ledger, claim.cutoverId, {
    type: 'AcknowledgePacket',
    packetId,
    person,
    actor: {
      kind: 'person',
      issuer: 'ack-link',
      subject: person,
      role: null,
      authenticatedAt: null,
      origin: `link in ${noticeId}`,
    },
  });
  const { state: after, rejection } = outcome;
  if (after === null) return worthless;
  if (rejection === null) return alreadyPage(after, claim) ?? worthless;
  if (after.current?.packet.packetId !== packetId) return supersededPage(after, claim, settings);
  const title = `v${claim.version} was not acknowledged`;
  return { ...bare, status: 409, title, sentences: [`${rejectionWords[rejection.code]}.`] };
}

/** Answers a look at a link (GET) or a press of its button (POST). Throws StoreTrouble when the ledger is away. */
export async function answerAck(request: Request, token: string, deps: AckDeps): Promise<Response> {
  const claim = await readAckToken(token, deps.ledger.now(), deps.settings);
  if (claim === 'invalid') return ackResponse(worthless);
  if (claim === 'expired') return ackResponse(expired);
  return ackResponse(await pageFor(request, { claim, token }, deps));
}
