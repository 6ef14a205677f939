/**
 * Cutovers: which there are for the caller, and declaring one from a runbook. The runbook is read as a file is, with
 * every problem at once; nothing is declared from one that has any.
 */
import { z } from '@hono/zod-openapi';
import { coverageGaps } from '../../constraints/planCoverage.ts';
import { load } from '../../ledger/load.ts';
import { actorOf } from '../identity/actor.ts';
import { addressOf } from '../identity/door.ts';
import { namesOfPacket } from '../packets.ts';
import { parseRunbook } from '../runbook/parse.ts';
import { CutoverList, Declared as DeclaredAnswer } from './answers.ts';
import { fileProblem } from './body.ts';
import { type ApiDeps, ringFor } from './deps.ts';
import { isConcerned } from './policy.ts';
import { Problem, problemOfRejection } from './problem.ts';
import { type Asked, type Declared, route } from './route.ts';

/** Characters: reading YAML holds everything else up, and a night fits into a twentieth of this. */
const largestRunbook = 262_144;

const Runbook = z
  .strictObject({
    runbook: z
      .union([z.string().min(1).max(largestRunbook), z.record(z.string(), z.unknown())])
      .meta({
        description:
          'A runbook as in a file: YAML or JSON as text, or the JSON itself. Its schema: interlock schema.',
      }),
  })
  .openapi('Runbook');
type Runbook = z.infer<typeof Runbook>;

async function list({ context, caller }: Asked<never, never>, { ledger }: ApiDeps) {
  const cutovers = [];
  for (const cutoverId of await ledger.store.cutovers()) {
    // A token is about the cutovers that it names: nothing has to be folded to know that.
    if (caller.kind === 'machine' && !isConcerned(caller, cutoverId, [])) continue;
    const state = await load(ledger.store, cutoverId);
    if (state === null) continue;
    const { plan } = state.situation;
    const people = plan.people.map(({ id }) => id);
    if (!isConcerned(caller, cutoverId, people)) continue;
    cutovers.push({
      cutover: cutoverId,
      name: plan.name,
      mode: plan.mode,
      version: state.version,
      current: state.current === null ? null : namesOfPacket(state.current),
      pending: state.pending === null ? null : namesOfPacket(state.pending.record),
    });
  }
  return context.json({ cutovers });
}

async function declare({ context, caller, body, write }: Asked<Runbook, never>, deps: ApiDeps) {
  const { runbook } = body();
  const text = typeof runbook === 'string' ? runbook : JSON.stringify(runbook);
  const { plan, problems } = parseRunbook(text, 'runbook');
  if (plan === null || problems.length > 0) throw fileProblem(problems, '/runbook');
  const actor = actorOf(caller, { plan, origin: addressOf(context) });
  if ('status' in actor) throw new Problem(actor);
  const { cutoverId } = plan;
  const commands = [{ type: 'DeclareCutover', plan, actor }] as const;
  const gaps = coverageGaps(plan);
  const response = await write({ cutoverId, commands }, ([outcome]) => {
    const { state = null, rejection = null } = outcome ?? {};
    if (rejection !== null) throw problemOfRejection(rejection);
    return context.json(
      {
        declared: cutoverId,
        version: state?.version ?? 1,
        declaredByLead: state?.declaredByLead ?? false,
        coverageGaps: gaps,
      },
      201,
      { location: `/cutovers/${cutoverId}/status` },
    );
  });
  ringFor(deps, cutoverId);
  return response;
}

/** GET and POST /cutovers. */
export const cutoverRoutes = (deps: ApiDeps): readonly Declared[] => [
  route<never, never>({
    method: 'get',
    path: '/cutovers',
    name: 'listCutovers',
    policy: { who: 'readers' },
    tag: 'Cutovers',
    about: 'The cutovers that you are concerned with.',
    answers: { 200: { about: 'By id.', schema: CutoverList } },
    handle: (asked) => list(asked, deps),
  }),
  route<Runbook, never>({
    method: 'post',
    path: '/cutovers',
    name: 'declareCutover',
    policy: { who: 'deciders' },
    writes: true,
    heavy: true,
    tag: 'Cutovers',
    about: 'Declare a cutover from a runbook.',
    more: 'You must be one of its people. Declared by its release lead, packet 1 is current as soon as the gate has passed it; otherwise it waits for them. The run that prepares it is asked for and not waited for.',
    body: Runbook,
    file: 'runbook',
    answers: { 201: { about: 'Declared.', schema: DeclaredAnswer } },
    handle: (asked) => declare(asked, deps),
  }),
];
