/**
 * What no linter can hold: codes have tests and headings, the approval node is only an interrupt, docs name what
 * exists, nothing of this machine is written down.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ReadinessCode, RejectionCode, ViolationCode } from '../ledger/codes.ts';
import { AgentName } from '../ledger/vocabulary.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const read = (file: string): string => readFileSync(file, 'utf8');
const sources = files.filter(
  (file) =>
    file.endsWith('.ts') &&
    !file.endsWith('.test.ts') &&
    !file.startsWith('tests/') &&
    file.includes('/'),
);
const tests = files.filter((file) => file.endsWith('.test.ts') && file !== 'tests/house.test.ts');
/** Every word of every test, to look codes up in. */
const named = new Set(tests.flatMap((file) => read(file).match(/[a-z_]+/g) ?? []));
const headings = read('constraints/README.md')
  .split('\n')
  .flatMap((line) => /^### (\S+)$/.exec(line)?.[1] ?? []);

describe('the house', () => {
  it.each(ViolationCode.options)('violation %s has a test that names it', (code) => {
    expect(named.has(code)).toBe(true);
  });

  it.each(RejectionCode.options)('rejection %s has a test that names it', (code) => {
    expect(named.has(code)).toBe(true);
  });

  it.each(ReadinessCode.options)('readiness code %s has a test and a heading', (code) => {
    expect(named.has(code)).toBe(true);
    expect(headings).toContain(code);
  });

  it('violations stand in constraints/README.md in rank order, each once', () => {
    const violations = headings.filter((heading) => ViolationCode.safeParse(heading).success);
    expect(violations).toEqual(ViolationCode.options);
  });

  it.each(AgentName.options)('agent %s has its prompt and its rule book', (agent) => {
    expect(existsSync(`agents/${agent}.ts`)).toBe(true);
    expect(existsSync(`constraints/${agent}.ts`)).toBe(true);
    const prompt = read(`prompts/${agent}.md`);
    for (const part of ['# Role', '# Given', '# Return', '# Rules', '# When to decline']) {
      expect(prompt).toContain(part);
    }
    expect(prompt.split('# When to decline')[1]?.trim().length).toBeGreaterThan(40);
  });

  it('C7: the service reads the wall clock where an instant is meant, and never to measure how long something takes', () => {
    const instants = [
      /now: \(\) => Date\.now\(\)/,
      /return \(\) => Date\.now\(\)/,
      /Date\.parse\(text\) - Date\.now\(\)/,
      // Of a lease, which other hosts read; of a span; of no importance.
      /(fence|holder), now: Date\.now\(\)/,
      /const \[now, since\] = \[Date\.now\(\), performance\.now\(\)\]/,
      /Date\.now\(\) % heads\.length/,
    ];
    const others = sources
      .filter((file) => file.startsWith('service/') && file !== 'service/tracing.ts')
      .flatMap((file) => read(file).match(/^.*\bDate\.now\(\).*$/gm) ?? [])
      .filter((line) => !instants.some((instant) => instant.test(line)));
    expect(others).toEqual([]);
  });

  it('the approval node interrupts and does nothing else: no try, no write', () => {
    const approval = read('graph/approval.ts');
    expect(approval).not.toMatch(/\btry\b|\bcatch\b|handle\(|append\(/);
    expect(approval).toMatch(/\binterrupt[<(]/);
  });

  it('no left-over note is on main', () => {
    const marks = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`);
    expect(
      files.filter((file) => /\.(ts|mjs|yaml|md)$/.test(file) && marks.test(read(file))),
    ).toEqual([]);
  });

  it('no machine path and no registry host is written down', () => {
    const place =
      /(^|[^\w.])\/(work|root|farm)\/|https?:\/\/[a-z.-]*registry|"resolved": "https?:/m;
    const text = files.filter(
      (file) =>
        /\.(ts|mjs|json|yaml|yml|md|npmrc)$|\.ci\/run$/.test(file) &&
        file !== 'tests/house.test.ts',
    );
    expect(text.filter((file) => place.test(read(file)))).toEqual([]);
  });

  it('no test is skipped or left alone', () => {
    const weak = /\b(it|test|describe)\.(skip|only|todo)\(/;
    expect(tests.filter((file) => weak.test(read(file)))).toEqual([]);
  });

  it('every source file opens with what it owns', () => {
    const silent = sources.filter((file) => !/^(#!.*\n)?\/\*\*/.test(read(file)));
    expect(silent).toEqual([]);
  });

  it('half of the source files stay within 80 lines of code, nine tenths within 190', () => {
    const sizes = sources
      .map(
        (file) =>
          read(file)
            .split('\n')
            .filter((line) => line.trim() !== '' && !/^\s*(\*|\/\*\*|\/\/)/.test(line)).length,
      )
      .sort((a, b) => a - b);
    expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThanOrEqual(80);
    expect(sizes[Math.floor(sizes.length * 0.9)]).toBeLessThanOrEqual(190);
  });

  it('every file that README and constraints/README name exists', () => {
    for (const doc of ['README.md', 'DECISIONS.md', 'constraints/README.md', 'solver/README.md']) {
      const named = [...read(doc).matchAll(/`([a-z]+\/[\w./-]+\.(?:ts|md|yaml|json))`/g)].map(
        (match) => match[1] ?? '',
      );
      expect(
        named.filter((file) => !existsSync(file)),
        doc,
      ).toEqual([]);
    }
  });
});
