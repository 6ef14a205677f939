/**
 * Cutovers: which there are for the caller, and declaring one from a runbook. The runbook is read as a file is, with
 * every problem at once; nothing is declared from one that has any.
 */
import { z } from '@hono/zod-openapi';
import { coverageGaps } from '../../constraints/planCoverage.ts';
import type { Id } from '../../ledger/vocabulary.ts';
import { actorOf } from '../identity/actor.ts';
import { addressOf } from '../identity/door.ts';
import { parseRunbook } from '../runbook/parse.ts';
import { CutoverList, Declared as DeclaredAnswer } from './answers.ts';
import { fileProblem } from './body.ts';
import { type CutoverRows, openCutoverRows } from './cutoverList.ts';
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

async function list({ context, caller }: Asked<never, never>, rows: CutoverRows) {
  // A token is about the cutovers that it names: nothing has to be read to know that.
  const isNamed = (cutoverId: Id): boolean =>
    caller.kind !== 'machine' || isConcerned(caller, cutoverId, []);
  const found = await rows(isNamed);
  const cutovers = found.flatMap(({ row, people }) =>
    isConcerned(caller, row.cutover, people) ? [row] : [],
  );
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
export function cutoverRoutes(deps: ApiDeps): readonly Declared[] {
  const rows = openCutoverRows(deps.ledger.store);
  return [
    route<never, never>({
      method: 'get',
      path: '/cutovers',
      name: 'listCutovers',
      policy: { who: 'readers' },
      tag: 'Cutovers',
      about: 'The cutovers that you are concerned with.',
      answers: { 200: { about: 'By id.', schema: CutoverList } },
      handle: (asked) => list(asked, rows),
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
}
