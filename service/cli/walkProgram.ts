/**
 * The walk on the command line, which is also what happens when no verb is named: options, help, and what is said of a
 * word that is no verb. The walk itself is walk.ts's business.
 */
import type { Command } from 'commander';
import { type Answer, UsageError } from './answer.ts';
import type { Screen } from './screen.ts';

/** What main.ts gives: the terminal, and where the walk keeps its own ledger. */
export type WalkHost = {
  readonly screen: Screen;
  readonly interactive: boolean;
  /** The folder. */
  readonly walkHome: string;
  readonly deliver: (answer: Answer, json: boolean) => void;
};

type Options = { readonly json?: boolean; readonly utc?: boolean };

/** The default verb is given whatever no other verb took: a slip of the pen, and never something to walk with. */
async function refuseWords([word]: readonly string[], program: Command): Promise<void> {
  if (word === undefined) return;
  const { meant } = await import('../runbook/problems.ts');
  const isOption = word.startsWith('-');
  const known = isOption ? ['--json', '--utc'] : program.commands.map((one) => one.name());
  throw new UsageError(
    `there is no ${isOption ? 'such option' : 'verb'} "${word}": ${meant(word, known)}interlock --help lists the verbs`,
  );
}

/** Adds `walk`. */
export function addWalk(program: Command, host: WalkHost): void {
  const { screen } = host;
  program
    .command('walk', { isDefault: true })
    .description('the main job on the payments cutover, from one command (npm start)')
    .option('--json', 'answer as JSON')
    .option('--utc', 'show times in UTC')
    .allowExcessArguments()
    .allowUnknownOption()
    .action(async (options: Options, { args }: Command) => {
      await refuseWords(args, program);
      const { walk } = await import('./walk.ts');
      const answer = await walk(
        {
          utc: options.utc === true,
          interactive: host.interactive && options.json !== true,
          home: host.walkHome,
        },
        options.json === true ? { ...screen, print: () => undefined } : screen,
      );
      host.deliver(answer, options.json === true);
    });
}
