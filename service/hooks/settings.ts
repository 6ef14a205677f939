/**
 * The settings of inbound webhooks: who sends, which secrets prove it, and how a message becomes a report. A file with
 * any problem stops the start, because a message that cannot be placed later would be our own fault.
 */
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { ownSource } from '../../ledger/plan.ts';
import { Id } from '../../ledger/vocabulary.ts';

/** A JSON pointer (RFC 6901) into the body of the message. */
const Pointer = z
  .string()
  .regex(/^(\/([^~/]|~[01])*)+$/, 'is no JSON pointer, such as /event/data/id');

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** The first rule whose values all stand in the message says what it means; no facts means: nothing, on purpose. */
const Rule = z.strictObject({
  when: z.record(Pointer, Scalar),
  /** Facts as in a facts file. A text that begins with `=/` stands for what that pointer finds. */
  facts: z.array(z.record(z.string(), z.unknown())),
});

const Hook = z.strictObject({
  /** The last part of its path: `/hooks/<id>`. */
  id: Id,
  sender: z.enum(['standard', 'slack', 'pagerduty', 'github']),
  /** Names of environment variables: the secret in use, and while it is being changed the other one. */
  secrets: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]*$/))
    .min(1)
    .max(2),
  source: Id.refine((id) => id !== ownSource, `"${ownSource}" is for people who act here`),
  /** A cutover, or where the message names one and which to take when it names none that is declared. */
  cutover: z.union([Id, z.strictObject({ at: Pointer, otherwise: Id })]),
  /** A person, or where the message names one and who is meant by each name. */
  reporter: z.union([Id, z.strictObject({ at: Pointer, people: z.record(z.string(), Id) })]),
  /** Where the message says when it happened. Left out: where this sender usually does. */
  occurred: Pointer.optional(),
  /** Where the message has the source's own counter. */
  sequence: Pointer.optional(),
  /** Where the message has facts as in a facts file. */
  facts: Pointer.optional(),
  rules: z.array(Rule).default([]),
});

const HooksFile = z.strictObject({
  format: z.literal('interlock-hooks/1'),
  hooks: z
    .array(Hook)
    .refine(
      (hooks) => new Set(hooks.map(({ id }) => id)).size === hooks.length,
      'two hooks have the same id',
    ),
});

export type Hook = Omit<z.infer<typeof Hook>, 'secrets'> & {
  /** The secrets themselves. */
  readonly secrets: readonly string[];
};
export type HookRule = z.infer<typeof Rule>;

/** A file of hooks that cannot be used; the message names every place. */
export class HookProblem extends Error {
  override readonly name = 'HookProblem';
}

/** Asked of the library at the start, so that it has nothing to complain about when a message comes. */
function isStandardSecret(secret: string): boolean {
  try {
    return secret.startsWith('whsec_') && new Webhook(secret).sign('id', new Date(0), '') !== '';
  } catch {
    return false;
  }
}

/** Reads the value of a hooks file; `secretNamed` gives the secret kept under a name. Throws HookProblem. */
export function hooksFrom(
  value: unknown,
  secretNamed: (name: string) => string | undefined,
): readonly Hook[] {
  const parsed = HooksFile.safeParse(value);
  if (!parsed.success) throw new HookProblem(z.prettifyError(parsed.error));
  return parsed.data.hooks.map((hook) => ({
    ...hook,
    secrets: hook.secrets.map((name) => {
      const secret = secretNamed(name) ?? '';
      if (secret.length < 16) {
        throw new HookProblem(`hook ${hook.id}: ${name} is not set, or shorter than 16 characters`);
      }
      if (hook.sender === 'standard' && !isStandardSecret(secret)) {
        throw new HookProblem(`hook ${hook.id}: ${name} is no secret of the form whsec_<base64>`);
      }
      return secret;
    }),
  }));
}
