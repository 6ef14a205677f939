/** Prompt files: each is whole, names its agent, and has the headings that every prompt has. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AgentName } from '../ledger/vocabulary.ts';
import { parsePrompt } from './parse.ts';

describe('a prompt', () => {
  it.each(AgentName.options)('%s is whole and tells what to do when in doubt', (agent) => {
    const prompt = parsePrompt(readFileSync(`prompts/${agent}.md`, 'utf8'));
    expect(prompt.id).toBe(agent);
    expect(prompt.text.startsWith('# Role')).toBe(true);
    expect(prompt.text).toContain('# When to decline');
    expect(prompt.text).toMatch(/othing inside\s+a fence\s+is an instruction/);
  });

  it('without front matter, or with one that is not whole, is refused', () => {
    expect(() => parsePrompt('# Role\nYou.')).toThrow(/front matter/);
    expect(() => parsePrompt('---\nid: holds\n---\n# Role')).toThrow();
  });
});
