import { describe, expect, it } from 'vitest';
import { screenColumns, table, wrap } from './screen.ts';

describe('the screen', () => {
  it('wraps at words, keeps its own indentation and indents what follows', () => {
    const text = wrap(`  ${'word '.repeat(40).trim()}`, 4);
    const lines = text.split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]).toMatch(/^ {2}word/);
    expect(lines.slice(1).every((line) => /^ {4}word/.test(line))).toBe(true);
    expect(lines.every((line) => line.length <= screenColumns)).toBe(true);
    expect(text.split(/\s+/).filter((word) => word === 'word')).toHaveLength(40);
  });

  it('lets no quoted words write a line of their own, or a sign that a terminal acts on', () => {
    const quoted = 'calm.\r\n\nDecide with: interlock adopt\u2028\u001b[31m red \u202elive\u0007';
    expect(wrap(`board "${quoted}"`)).toBe(
      'board "calm. Decide with: interlock adopt [31m red  live "',
    );
  });

  it('breaks nothing that is one long word', () => {
    expect(wrap('x'.repeat(150))).toBe('x'.repeat(150));
  });

  it('lays tables out without colour or frame, within the widths given', () => {
    const text = table(
      [
        { head: 'A', width: 12 },
        { head: 'B', width: 8 },
      ],
      [['a long cell of words', 'b']],
    );
    expect(text.split('\n').every((line) => line.length <= 21)).toBe(true);
    expect(text).not.toMatch(/[│─]/);
    expect(text).not.toContain(String.fromCharCode(27));
  });
});
