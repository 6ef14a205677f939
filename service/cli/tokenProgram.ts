/**
 * The verbs for machine tokens on the command line: options and help. What they do is token.ts's business.
 */
import { Command } from 'commander';
import type { IdentityDeps } from '../identity/audit.ts';
import type { Answer } from './answer.ts';
import type { TokenOptions } from './token.ts';

/** What main.ts gives: the tables of identities, and where answers go. */
export type TokenHost = {
  readonly withIdentity: (
    where: { readonly ledger?: string | undefined },
    work: (identity: IdentityDeps) => Promise<Answer>,
  ) => Promise<Answer>;
  readonly deliver: (answer: Answer, json: boolean) => void;
};

/** Adds `token create`, `token list` and `token revoke`. */
export function addTokens(program: Command, host: TokenHost): void {
  type Given = TokenOptions & { readonly json?: boolean; readonly ledger?: string };
  const tokens = program.command('token').description('make, list and revoke machine tokens');
  const tokenVerb = (
    usage: string,
    about: string,
    work: (identity: IdentityDeps, given: Given, word: string) => Promise<Answer>,
  ): Command =>
    tokens
      .command(usage)
      .description(about)
      .option('--json', 'answer as JSON')
      .option('--ledger <path>', 'another ledger than the configured one')
      .action(async (...given: unknown[]) => {
        const command = given.findLast((item) => item instanceof Command);
        if (command === undefined) throw new Error('commander calls no action without its command');
        const options = command.optsWithGlobals<Given>();
        const answer = await host.withIdentity(options, (identity) =>
          work(identity, options, command.args[0] ?? ''),
        );
        host.deliver(answer, options.json === true);
      });
  tokenVerb('create', 'make a token; its secret is shown once', async (identity, given) =>
    (await import('./token.ts')).create(identity, given),
  )
    .requiredOption('--source <id>', 'the source that it speaks for')
    .option('--scope <scopes...>', 'report, read (default: report)')
    .option('--about <cutovers...>', 'the cutovers it may speak about')
    .option('--any-cutover', 'it may speak about every cutover')
    .option('--days <days>', 'how long it counts', '90')
    .option('--name <text>', 'what it is called in lists');
  tokenVerb('list', 'what each token may do and when it was last used', async (identity) =>
    (await import('./token.ts')).list(identity),
  );
  tokenVerb('revoke <token>', 'end a token at once', async (identity, _given, token) =>
    (await import('./token.ts')).revoke(identity, token),
  );
}
