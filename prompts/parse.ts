/**
 * Reads a prompt file: front matter that says what it is for, then the text a mind is told. It opens no file and knows
 * no agent; a file whose front matter is not whole is refused, because its digest goes into every proposal.
 */
import { parse } from 'yaml';
import { z } from 'zod';

const FrontMatter = z.strictObject({
  id: z.enum(['readiness', 'resequencing', 'holds', 'packet']),
  version: z.int().min(1),
  purpose: z.string().min(1),
  inputs: z.array(z.string()).min(1),
  output: z.string().min(1),
});

export type Prompt = z.infer<typeof FrontMatter> & {
  /** What the model is told: everything after the front matter. */
  readonly text: string;
  /** The whole file, for its digest. */
  readonly source: string;
};

/** The prompt in a Markdown file. Throws when its front matter is missing or not whole. */
export function parsePrompt(source: string): Prompt {
  const [, front, text] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? [];
  if (front === undefined || text === undefined)
    throw new Error('a prompt opens with front matter');
  return { ...FrontMatter.parse(parse(front)), text: text.trim(), source };
}
