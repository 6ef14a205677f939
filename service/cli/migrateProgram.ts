/**
 * The verb `migrate`: brings the tables up to this build, or with `--check` says what is missing. It is the only verb
 * that makes or changes a table on PostgreSQL, and it is run as the owner of the tables.
 */
import type { Command } from 'commander';
import { type Answer, answered, exits } from './answer.ts';

export type MigrateHost = {
  /** Takes the missing steps; with `check` it only names them. Answers with their names. */
  readonly migrate: (
    where: { readonly ledger?: string | undefined },
    how: { readonly check: boolean },
  ) => Promise<readonly string[]>;
  readonly deliver: (answer: Answer, json: boolean) => void;
};

const listed = (steps: readonly string[]): string => steps.map((step) => `  ${step}`).join('\n');

/** What `migrate --check` answers: steps that are missing count as a check that did not hold. */
const checked = (missing: readonly string[]): Answer =>
  missing.length === 0
    ? answered('The tables are up to date.', { missing })
    : {
        exit: exits.notVerified,
        text: `Missing, run \`interlock migrate\` as the owner of the tables:\n${listed(missing)}`,
        json: { missing },
      };

const migrated = (taken: readonly string[]): Answer =>
  answered(taken.length === 0 ? 'The tables were up to date.' : `Taken:\n${listed(taken)}`, {
    taken,
  });

/** Adds `migrate`. */
export function addMigrate(program: Command, host: MigrateHost): void {
  program
    .command('migrate')
    .description('bring the tables up to this build, as their owner; files do so by themselves')
    .option('--check', 'only say what is missing; exit code 5 when something is')
    .option('--json', 'answer as JSON')
    .option('--ledger <path>', 'another ledger than the configured one')
    .action(async (options: { check?: boolean; json?: boolean; ledger?: string }) => {
      const check = options.check === true;
      const steps = await host.migrate(options, { check });
      host.deliver(check ? checked(steps) : migrated(steps), options.json === true);
    });
}
