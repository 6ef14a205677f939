import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSource } from './source.ts';

const messages = (text: string) => readSource(text, 'f').problems.map(({ message }) => message);

describe('reading text', () => {
  it('YAML and JSON give the same value', () => {
    const yaml = readSource('a: 1\nb: [x, "22:00"]\n', 'f');
    const json = readSource('{\n\t"a": 1,\n\t"b": ["x", "22:00"]\n}', 'f');
    expect(yaml.value).toEqual({ a: 1, b: ['x', '22:00'] });
    expect(json.value).toEqual(yaml.value);
    expect(json.problems).toEqual([]);
  });

  it('times and dates stay text', () => {
    const { value } = readSource('a: 22:00\nb: 2026-11-28\nc: 2026-11-28T22:00:00Z\n', 'f');
    expect(value).toEqual({ a: '22:00', b: '2026-11-28', c: '2026-11-28T22:00:00Z' });
  });

  it('every part knows its line, and a missing one the line of what should hold it', () => {
    const { lineOf } = readSource('a:\n  - x: 1\n  - x: 2\n    y: 3\nb: 4\n', 'f');
    expect(lineOf(['a', 1, 'y'])).toBe(4);
    expect(lineOf(['a', 1, 'z'])).toBe(3);
    expect(lineOf(['b'])).toBe(5);
    expect(lineOf(['nowhere'])).toBe(1);
  });

  it('two syntax errors are both found, with their lines', () => {
    const { problems, value } = readSource('a: 1\nb: 2\na: 3\nb: 4\n', 'f');
    expect(problems.map(({ line }) => line)).toEqual([3, 4]);
    expect(problems[0]?.message).toContain('unique');
    expect(value).toBeUndefined();
  });

  it.each([
    ['aliases', 'a: &x [1]\nb: *x\n', 'anchors and aliases'],
    ['merge keys', 'a: &x {c: 1}\nb: {<<: *x}\n', 'anchors and aliases'],
    ['two documents', 'a: 1\n---\nb: 2\n', 'multiple documents'],
    ['NUL bytes', 'a: "\0"\n', 'NUL byte'],
    ['nothing', ' \n', 'empty'],
    ['tags', 'a: !secret 1\n', 'tag'],
    ['more than 2 MB', `a: ${'x'.repeat(2_000_001)}`, 'at most 2000000'],
  ])('%s are refused', (_what, text, why) => {
    expect(messages(text).join(' ').toLowerCase()).toContain(why.toLowerCase());
    expect(readSource(text, 'f').value).toBeUndefined();
  });

  it('an alias bomb is refused without being expanded', () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? 'l0: &l0 [x]' : `l${level}: &l${level} [*l${level - 1}, *l${level - 1}]`,
    );
    expect(messages(levels.join('\n'))).not.toEqual([]);
  });

  it('thousands of nested brackets are refused, not followed', () => {
    const { value, problems } = readSource(`a: ${'['.repeat(20_000)}`, 'f');
    expect(value).toBeUndefined();
    expect(problems.length).toBeGreaterThan(0);
  });

  it('list marks without end are refused before they are parsed', () => {
    const { value, problems } = readSource(`a: 1\n${'- '.repeat(500_000)}`, 'f');
    expect(value).toBeUndefined();
    expect(problems).toMatchObject([{ line: 2 }]);
  });

  it('a key that stands twice is found in its own map only', () => {
    expect(readSource('a: {b: 1}\nc: {b: 1}\n', 'f').problems).toEqual([]);
    expect(readSource('a: {b: 1,\n b: 2}\n', 'f').problems).toMatchObject([{ line: 2 }]);
  });

  it('no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const source = readSource(text, 'f');
        expect(source.problems.length > 0 ? source.value : undefined).toBeUndefined();
      }),
    );
  });
});
