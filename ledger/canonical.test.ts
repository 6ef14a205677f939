/** The canonical form against the vectors of RFC 8785, and what a digest does and does not depend on. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, checkCodeOf, digestOf } from './canonical.ts';

/** RFC 8785 appendix B: the bits of a number and its text. */
const numbers: readonly (readonly [string, string])[] = [
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
];
const fromBits = (bits: string): number => Buffer.from(bits, 'hex').readDoubleBE();

describe('canonical JSON', () => {
  it.each(numbers)('writes the number with bits %s as %s', (bits, text) => {
    expect(canonicalJson(fromBits(bits))).toBe(text);
  });

  it.each([
    ['not a number', fromBits('7fffffffffffffff')],
    ['infinity', fromBits('7ff0000000000000')],
    ['minus infinity', Number.NEGATIVE_INFINITY],
  ])('refuses %s, however deep', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow();
    expect(() => canonicalJson({ deep: [{ value }] })).toThrow();
  });

  it('writes the sample of section 3.2.2 as section 3.2.3 says', () => {
    const sample = JSON.parse(`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
      "literals": [null, true, false]
    }`);
    expect(canonicalJson(sample)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts keys by UTF-16 code units, as in section 3.2.3', () => {
    const sample = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson([sample]).slice(1, -1)))).toHaveLength(7);
    const order = [...canonicalJson(sample).matchAll(/:"([^"]+)"/g)].map((match) => match[1]);
    expect(order).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('refuses lone surrogates, in values and in keys, and nothing that looks like one', () => {
    for (const text of ['\ud83d', '\ude00', 'a\udfffb', '\\\ud800', '\ude00\ud83d']) {
      expect(() => canonicalJson({ text })).toThrow(/lone surrogate/);
      expect(() => canonicalJson({ [text]: 1 })).toThrow(/lone surrogate/);
    }
    for (const text of ['\ud83d\ude00', '\\ud83d', '\\\\ud800', 'ud800', '\\']) {
      expect(JSON.parse(canonicalJson({ text }))).toEqual({ text });
    }
  });

  it('refuses cycles and what is not JSON at all', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => canonicalJson(cycle)).toThrow();
    expect(() => canonicalJson(undefined)).toThrow();
    expect(() => canonicalJson(() => 1)).toThrow();
    expect(() => canonicalJson({ big: 1n })).toThrow();
  });

  it('gives any JSON value back, and is its own canonical form', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });

  it('does not depend on the order in which keys were written', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      }),
    );
  });
});

describe('a digest', () => {
  it('is SHA-256 over the domain line and the canonical text', () => {
    const expected = createHash('sha256')
      .update('interlock/v1/plan\n{"a":"€","b":1}')
      .digest('hex');
    expect(digestOf('plan', { b: 1, a: '€' })).toBe(expected);
  });

  it('of one domain never passes for another', () => {
    const domains = ['event', 'packet', 'basis', 'report', 'plan', 'state', 'proposal'] as const;
    expect(new Set(domains.map((domain) => digestOf(domain, { a: 1 }))).size).toBe(domains.length);
  });

  it('has a check code of 40 bits in letters that cannot be misread', () => {
    expect(checkCodeOf(`0000000000${'f'.repeat(54)}`)).toBe('0000-0000');
    expect(checkCodeOf(`ffffffffff${'0'.repeat(54)}`)).toBe('ZZZZ-ZZZZ');
    expect(checkCodeOf(`0000000001${'0'.repeat(54)}`)).toBe('0000-0001');
    expect(checkCodeOf(`8000000020${'0'.repeat(54)}`)).toBe('G000-0010');
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const code = checkCodeOf(digestOf('packet', value));
        expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
      }),
    );
  });
});
