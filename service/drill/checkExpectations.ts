/**
 * Checks that a drill can be played as meant, and that its expectations can be met at all: whoever acts is a person of
 * it, every instant can be read, every name is somebody's, and every word about an agent's proposals names the agent.
 */
import type { AgentName } from '../../ledger/vocabulary.ts';
import { instant } from '../runbook/clock.ts';
import type { FilePath } from '../runbook/problems.ts';
import type { Pen } from '../runbook/readFacts.ts';
import { type KnownNames, unknownFacts, unknownNames, unknownPerson } from './checkNames.ts';
import type { ExpectationText } from './expectations.ts';
import type { AcknowledgementText, DecideText } from './format.ts';

const timesIn = ({ placed, forecast, deadline, proposes, reads }: ExpectationText) =>
  [
    placed?.at,
    placed?.end,
    forecast?.at,
    deadline?.at,
    deadline?.after,
    proposes?.start?.at,
    proposes?.start?.end,
    ...(proposes?.ruling?.candidates ?? []),
    ...(reads?.facts.map(({ at }) => at) ?? []),
  ].filter((time) => time !== undefined);

type Acting = {
  readonly as?: string | undefined;
  readonly decide?: DecideText | undefined;
  readonly acknowledge?: readonly AcknowledgementText[] | undefined;
};

/** A finding for each person who acts in the drill and is nobody. */
export function checkPeople(
  { as, decide, acknowledge = [] }: Acting,
  { path, known }: { readonly path: FilePath; readonly known: KnownNames },
  pen: Pen,
): void {
  const adopting = decide !== undefined && 'adopt' in decide;
  const acting: (readonly [FilePath, string | undefined])[] = [
    [['as'], as],
    [['decide', 'adopt'], adopting ? decide.adopt : undefined],
    [['decide', 'decline'], adopting ? undefined : decide?.decline],
    ...acknowledge.map((one, index) =>
      typeof one === 'string'
        ? ([['acknowledge', index], one] as const)
        : ([['acknowledge', index, 'person'], one.person] as const),
    ),
  ];
  for (const [place, person] of acting) {
    if (person === undefined) continue;
    pen.desk.findings.push(...unknownPerson(person, [...path, ...place], known));
  }
}

type Expecting = {
  readonly expect?: readonly ExpectationText[] | undefined;
  readonly never?: readonly ExpectationText[] | undefined;
};

/** A finding for each expectation that could never be met. `agent` is the one that the drill is about. */
export function checkExpectations(
  step: Expecting,
  about: { readonly path: FilePath; readonly agent: AgentName | null; readonly known: KnownNames },
  pen: Pen,
): void {
  const { path, agent, known } = about;
  for (const list of ['expect', 'never'] as const) {
    for (const [index, one] of (step[list] ?? []).entries()) {
      const place = [...path, list, index];
      for (const time of timesIn(one)) instant(time, { file: place, plan: null }, pen.desk);
      pen.desk.findings.push(
        ...unknownNames(one, place, known),
        ...unknownFacts(one, place, known),
      );
      if (one.gate !== undefined && one.gate.agent === undefined && agent === null) {
        pen.desk.findings.push({
          path: [...place, 'gate'],
          message: '"gate" names no agent, and the drill is about none',
          fix: 'write the agent: gate: {agent: holds, …}, or `agent:` at the top of the drill',
        });
      }
    }
  }
}
