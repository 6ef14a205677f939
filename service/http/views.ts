/**
 * The routes that only look: status, packets, what differs between two, one person's orders, holds, lineage. They say
 * what the command line says, from the same functions.
 */
import { z } from '@hono/zod-openapi';
import { readInstant } from '../../constraints/instants.ts';
import { packetDiff } from '../../ledger/diff.ts';
import { holdsOf, isUnexplained } from '../../ledger/explaining.ts';
import { lineage } from '../../ledger/lineage.ts';
import { ordersOf } from '../../ledger/views.ts';
import { eventsOf, namesOfPacket, packetsOf } from '../packets.ts';
import {
  DiffAnswer,
  HoldsAnswer,
  LineageAnswer,
  OrdersAnswer,
  PacketAnswer,
  PacketList,
  StatusAnswer,
} from './answers.ts';
import type { ApiDeps } from './deps.ts';
import { packetNamed } from './packetNamed.ts';
import { Problem } from './problem.ts';
import { jsonText } from './body.ts';
import { type Asked, type Declared, type Place, route } from './route.ts';

type Look = Asked<never, never>;

const OfPacket = z.strictObject({
  packet: z.string().max(100).optional().meta({
    description: 'Which packet; left out: the current one, or the pending one before any is.',
  }),
});
type OfPacket = z.infer<typeof OfPacket>;
const AsOf = z.strictObject({
  as_of: z.string().max(200).optional().meta({
    description:
      'What was known at this instant, and what was true then and not yet received: 2026-11-08T02:47+00:00.',
  }),
});
type AsOf = z.infer<typeof AsOf>;

const status = async ({ place }: Look, { questions }: ApiDeps): Promise<Response> =>
  jsonText(await questions.status(place().cutoverId));

/** What became of a packet, in one word. */
function standingOf(packetId: string, { state }: Place): string {
  if (state.current?.packet.packetId === packetId) return 'current';
  if (state.pending?.record.packet.packetId === packetId) return 'pending';
  return Object.hasOwn(state.decided, packetId)
    ? (state.decided[packetId]?.how ?? 'prepared')
    : 'prepared';
}

async function packets({ context, place }: Look, { ledger }: ApiDeps): Promise<Response> {
  const at = place();
  const all = packetsOf(await eventsOf(ledger.store, at.cutoverId));
  return context.json({
    packets: all.map((record) => ({
      ...namesOfPacket(record),
      preparedAt: record.packet.preparedAt,
      is: standingOf(record.packet.packetId, at),
    })),
  });
}

async function packet({ context, place, part }: Look, deps: ApiDeps): Promise<Response> {
  const named = await packetNamed(place(), part('packet'), deps);
  const etag = `"${named.packetHash}"`;
  const headers = { etag, 'cache-control': 'private, no-cache' };
  // Compared weakly (RFC 9110): a proxy that packs what we send marks our tag as weak.
  const known = context.req.header('if-none-match')?.split(/\s*,\s*/) ?? [];
  if (known.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag))
    return new Response(null, { status: 304, headers });
  return context.json(named, 200, headers);
}

async function diff({ context, place, part }: Look, deps: ApiDeps): Promise<Response> {
  const to = await packetNamed(place(), part('packet'), deps);
  const from = await packetNamed(place(), part('other'), deps);
  return context.json({
    from: namesOfPacket(from),
    to: namesOfPacket(to),
    changes: packetDiff(from.packet, to.packet),
  });
}

/** Which packet is meant when none is named. */
const usual = ({ state }: Place): string => (state.current === null ? 'pending' : 'current');

async function orders({ context, place, part, query }: Asked<never, OfPacket>, deps: ApiDeps) {
  const at = place();
  const person = part('person');
  if (!at.state.situation.plan.people.some(({ id }) => id === person)) {
    const known = at.state.situation.plan.people.map(({ id }) => id).join(', ');
    throw new Problem({
      status: 404,
      code: 'person_unknown',
      detail: `"${person.slice(0, 100)}" is nobody in this plan`,
      fix: `name one of: ${known}`,
      errors: [{ field: 'person', message: 'is nobody in this plan', fix: `one of: ${known}` }],
    });
  }
  const named = await packetNamed(at, query().packet ?? usual(at), deps);
  return context.json(ordersOf(person, named, at.state));
}

async function holds({ context, place, query }: Asked<never, OfPacket>, deps: ApiDeps) {
  const at = place();
  const waits = at.state.pending === null ? usual(at) : 'pending';
  const named = await packetNamed(at, query().packet ?? waits, deps);
  return context.json({
    packet: namesOfPacket(named),
    is: standingOf(named.packet.packetId, at),
    explained: !isUnexplained(named),
    holds: holdsOf(named),
  });
}

async function lineageAt({ context, place, query }: Asked<never, AsOf>, { ledger }: ApiDeps) {
  const { cutoverId, state } = place();
  const { plan } = state.situation;
  const { as_of: asked } = query();
  const asOf = asked === undefined ? null : readInstant(asked, plan.zone, plan.window).at;
  if (asked !== undefined && asOf === null) {
    const message = `"${asked}" is not one instant`;
    const fix = 'write it like 2026-11-08T02:40+00:00, with + as %2B in a query';
    const errors = [{ field: 'as_of', message, fix }];
    throw new Problem({ status: 400, code: 'query_has_problems', detail: message, fix, errors });
  }
  return context.json(lineage(await eventsOf(ledger.store, cutoverId), asOf));
}

const shared = { method: 'get', policy: { who: 'readers' }, tag: 'Views' } as const;

const packetRoutes = (deps: ApiDeps): readonly Declared[] => [
  route<never, never>({
    ...shared,
    path: '/cutovers/{cutover}/packets',
    name: 'listPackets',
    about: 'Every packet ever prepared, oldest first.',
    answers: { 200: { about: 'By name, and what became of each.', schema: PacketList } },
    handle: (asked) => packets(asked, deps),
  }),
  route<never, never>({
    ...shared,
    path: '/cutovers/{cutover}/packets/{packet}',
    name: 'getPacket',
    about: 'One packet, whole. Its ETag is its hash.',
    answers: {
      200: { about: 'The packet.', schema: PacketAnswer },
      304: { about: 'You have it: If-None-Match named its hash.' },
    },
    handle: (asked) => packet(asked, deps),
  }),
  route<never, never>({
    ...shared,
    path: '/cutovers/{cutover}/packets/{packet}/diff/{other}',
    name: 'diffPackets',
    about: 'What is ordered otherwise in a packet than in another one.',
    answers: { 200: { about: 'From `other` to `packet`.', schema: DiffAnswer } },
    handle: (asked) => diff(asked, deps),
  }),
];

/** Everything there is to look at in one cutover. */
export const viewRoutes = (deps: ApiDeps): readonly Declared[] => [
  ...packetRoutes(deps),
  route<never, never>({
    ...shared,
    path: '/cutovers/{cutover}/status',
    name: 'getStatus',
    about:
      'The order in force and whether it is stale, the forecast, what waits, who acts on old orders.',
    answers: { 200: { about: 'As of now.', schema: StatusAnswer } },
    handle: (asked) => status(asked, deps),
  }),
  route<never, OfPacket>({
    ...shared,
    path: '/cutovers/{cutover}/orders/{person}',
    name: 'getOrders',
    about: 'One person’s lines, holds and changes.',
    query: OfPacket,
    answers: { 200: { about: 'Their orders.', schema: OrdersAnswer } },
    handle: (asked) => orders(asked, deps),
  }),
  route<never, OfPacket>({
    ...shared,
    path: '/cutovers/{cutover}/holds',
    name: 'getHolds',
    about: 'The hold register of the packet that waits, or of the current one.',
    query: OfPacket,
    answers: {
      200: { about: 'Holds with causes, release conditions and relaxations.', schema: HoldsAnswer },
    },
    handle: (asked) => holds(asked, deps),
  }),
  route<never, AsOf>({
    ...shared,
    path: '/cutovers/{cutover}/lineage',
    name: 'getLineage',
    about: 'Everything that happened, in order; as of an instant, what was known then.',
    query: AsOf,
    answers: { 200: { about: 'Rows.', schema: LineageAnswer } },
    handle: (asked) => lineageAt(asked, deps),
  }),
];
