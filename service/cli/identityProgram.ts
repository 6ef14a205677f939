/**
 * The verbs for machine tokens, sessions and the embedded link on the command line: options and help. What they do is
 * token.ts's and session.ts's business.
 */
import { Command } from 'commander';
import type { IdentityDeps } from '../identity/audit.ts';
import type { Answer } from './answer.ts';
import type { LinkOptions } from './session.ts';
import type { KnownSources, TokenOptions } from './token.ts';

type Where = { readonly ledger?: string | undefined };

/** What main.ts gives: the tables of identities, what the ledger beside them declares, and where answers go. */
export type IdentityHost = {
  readonly withIdentity: (
    where: Where,
    work: (identity: IdentityDeps) => Promise<Answer>,
  ) => Promise<Answer>;
  readonly knownSources: (where: Where) => Promise<KnownSources>;
  readonly deliver: (answer: Answer, json: boolean) => void;
};

type Given = TokenOptions & LinkOptions & { readonly json?: boolean; readonly ledger?: string };
type Shape = {
  readonly usage: string;
  readonly about: string;
  readonly work: (identity: IdentityDeps, given: Given, word: string) => Promise<Answer>;
};

function verb(group: Command, host: IdentityHost, { usage, about, work }: Shape): Command {
  return group
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
}

function addTokens(program: Command, host: IdentityHost): void {
  const tokens = program.command('token').description('make, list and revoke machine tokens');
  verb(tokens, host, {
    usage: 'create',
    about: 'make a token; its secret is shown once',
    work: async (identity, given) =>
      (await import('./token.ts')).create(identity, given, () => host.knownSources(given)),
  })
    .requiredOption('--source <id>', 'the source that it speaks for')
    .option('--scope <scopes...>', 'report, read (default: report)')
    .option('--about <cutovers...>', 'the cutovers it may speak about')
    .option('--any-cutover', 'it may speak about every cutover')
    .option('--days <days>', 'how long it counts', '90')
    .option('--name <text>', 'what it is called in lists');
  verb(tokens, host, {
    usage: 'list',
    about: 'what each token may do and when it was last used',
    work: async (identity) => (await import('./token.ts')).list(identity),
  });
  verb(tokens, host, {
    usage: 'revoke <token>',
    about: 'end a token at once',
    work: async (identity, _given, token) => (await import('./token.ts')).revoke(identity, token),
  });
}

function addSessions(program: Command, host: IdentityHost): void {
  const sessions = program.command('session').description('list and end the sessions of people');
  verb(sessions, host, {
    usage: 'list',
    about: 'who is logged in, since when',
    work: async (identity) => (await import('./session.ts')).list(identity),
  });
  verb(sessions, host, {
    usage: 'end <person>',
    about: 'end every session of a person at once',
    work: async (identity, _given, person) => (await import('./session.ts')).end(identity, person),
  });
  verb(program, host, {
    usage: 'link',
    about: 'embedded mode: a link that logs a person in, once, within ten minutes',
    work: async (identity, given) => (await import('./session.ts')).link(identity, given),
  })
    .requiredOption('--as <person>', 'who is logged in by it')
    .requiredOption('--url <url>', 'where interlock serve listens, such as http://127.0.0.1:8080');
}

/** Adds `token`, `session` and `link`. */
export function addIdentity(program: Command, host: IdentityHost): void {
  addTokens(program, host);
  addSessions(program, host);
}
