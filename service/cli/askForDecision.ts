/**
 * Asks the person at the terminal for the decision: adopt, decline with a reason, or show detail and ask again.
 * It recommends nothing and has no default that decides.
 */
import { input, select } from '@inquirer/prompts';
import type { PacketRecord } from '../../ledger/cutover.ts';
import type { Plan } from '../../ledger/plan.ts';
import type { Interlock } from '../interlock.ts';
import type { Answer } from './answer.ts';
import { adopt, decline } from './decide.ts';
import type { Screen } from './screen.ts';
import { lineage, packet } from './show.ts';

type Question = {
  readonly plan: Plan;
  readonly record: PacketRecord;
  readonly lead: string;
  readonly utc: boolean;
};

type Choice = 'detail' | 'lineage' | 'adopt' | 'decline' | 'later';

/** Asks until there is a decision, or the person leaves it pending. */
export async function askForDecision(
  interlock: Interlock,
  question: Question,
  screen: Screen,
): Promise<Answer> {
  const { checkCode, packet: pending } = question.record;
  const wanted = {
    cutover: question.plan.cutoverId,
    as: question.lead,
    packet: checkCode,
    utc: question.utc,
  };
  for (;;) {
    const choice = await select<Choice>({
      message: `Packet ${pending.version}, check code ${checkCode}. You are ${question.lead}, the release lead. Your decision:`,
      choices: [
        { name: 'show the packet again, whole', value: 'detail' },
        { name: 'show everything that happened', value: 'lineage' },
        { name: 'adopt it', value: 'adopt' },
        { name: 'decline it, with a reason', value: 'decline' },
        { name: 'leave it pending', value: 'later' },
      ],
    });
    switch (choice) {
      case 'detail':
        screen.print((await packet(interlock, wanted, screen)).text);
        break;
      case 'lineage':
        screen.print((await lineage(interlock, wanted, screen)).text);
        break;
      case 'adopt':
        return adopt(interlock, wanted, screen);
      case 'decline': {
        const reason = await input({
          message: 'Why?',
          validate: (text) => text.trim() !== '' || 'a reason is needed',
        });
        return decline(interlock, { ...wanted, reason });
      }
      case 'later':
        return { exit: 0, text: 'Left pending. Nothing is adopted.', json: { pending: checkCode } };
    }
  }
}
