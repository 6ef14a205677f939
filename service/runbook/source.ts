/**
 * Reads YAML or JSON text into a plain value and knows on which line each part of it stands. It refuses what makes a
 * file dangerous or unclear: more than 2 MB, NUL bytes, duplicate keys, anchors and aliases, tags, several documents.
 */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { FilePath, FileProblem } from './problems.ts';

export type Source = {
  /** Undefined when the text could not be read. */
  readonly value: unknown;
  readonly lineOf: (path: FilePath) => number | null;
  readonly problems: readonly FileProblem[];
};

const greatestBytes = 2_000_000;

/** Files of people nest about ten deep. */
const deepestIndent = 200;
const mostMarks = 40;

/** The first line that begins deeper than any file needs: by its indent, or by list marks one behind another. */
function tooDeepLine(text: string): number | null {
  const lines = text.split('\n');
  const found = lines.findIndex((line) => {
    const lead = /^[ \t]*(?:[-?] +|[-?]$)*/.exec(line.slice(0, 4_000))?.[0] ?? '';
    return lead.length > deepestIndent || lead.replaceAll(/[^-?]/g, '').length > mostMarks;
  });
  return found < 0 ? null : found + 1;
}

const nowhere = (): null => null;

/** What is wrong with the text before any parsing; null when nothing is. */
function rawTrouble(text: string): { line: number | null; message: string; fix: string } | null {
  const bytes = Buffer.byteLength(text);
  if (bytes > greatestBytes) {
    return {
      line: null,
      message: `the file has ${bytes} bytes; at most ${greatestBytes} are read`,
      fix: 'split it, or check that it is the file you meant',
    };
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    return {
      line: text.slice(0, nul).split('\n').length,
      message: 'the file holds a NUL byte: it is not text, or not UTF-8',
      fix: 'save it as UTF-8 text',
    };
  }
  const deep = tooDeepLine(text);
  if (deep !== null) {
    return {
      line: deep,
      message: 'this line nests deeper than any runbook or facts file needs',
      fix: `indent by at most ${deepestIndent} characters`,
    };
  }
  return text.trim() === ''
    ? { line: null, message: 'the file is empty', fix: 'write YAML or JSON into it' }
    : null;
}

/** The line of the deepest part of `path` that the file has. */
function lineIn(document: Document, counter: LineCounter, path: FilePath): number | null {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? null) : null;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(
        ({ key }) => isScalar(key) && String(key.value) === String(step),
      );
      if (pair === undefined) break;
      offset = isNode(pair.key) ? (pair.key.range?.[0] ?? offset) : offset;
      node = pair.value;
    } else if (isSeq(node)) {
      const item: unknown = node.items[Number(step)];
      if (!isNode(item)) break;
      offset = item.range?.[0] ?? offset;
      node = item;
    } else break;
  }
  return offset === null ? null : counter.linePos(offset).line;
}

const fixes: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'keep one of the two and delete the other',
  MULTIPLE_DOCS: 'keep one document in a file: remove the line "---"',
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'line it up with its neighbours, with spaces',
  TAG_RESOLVE_FAILED: 'remove the tag (the word that begins with "!")',
};

/** The first lines of a parser message, without the picture under it. */
const firstLine = (message: string): string =>
  (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');

const hasAnchor = (node: Node): boolean =>
  !isAlias(node) && 'anchor' in node && Boolean(node.anchor);

function forbiddenParts(document: Document, counter: LineCounter, file: string): FileProblem[] {
  const problems: FileProblem[] = [];
  visit(document, (_key, node) => {
    if (!isNode(node) || isPair(node)) return;
    if (!isAlias(node) && !hasAnchor(node)) return;
    problems.push({
      file,
      line: node.range ? counter.linePos(node.range[0]).line : null,
      path: '/',
      message: 'anchors and aliases ("&name", "*name") are not read here',
      fix: 'write the value out in each place',
    });
  });
  return problems;
}

/** Keys that stand twice in one map. The parser's own look at them takes the square of their number. */
function repeatedKeys(document: Document, counter: LineCounter, file: string): FileProblem[] {
  const problems: FileProblem[] = [];
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const line = key.range ? counter.linePos(key.range[0]).line : null;
        const fix = fixes['DUPLICATE_KEY'] ?? '';
        if (seen.has(name)) {
          problems.push({ file, line, path: '/', message: 'Map keys must be unique', fix });
        }
        seen.add(name);
      }
    },
  });
  return problems;
}

function parsed(text: string, file: string): Source {
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    schema: 'core',
    version: '1.2',
    merge: false,
    prettyErrors: false,
    uniqueKeys: false,
  });
  const syntax = [...document.errors, ...document.warnings].map((trouble) => ({
    file,
    line: counter.linePos(trouble.pos[0]).line,
    path: '/',
    message: firstLine(trouble.message),
    fix: fixes[trouble.code] ?? 'correct the YAML or JSON at this line',
  }));
  const problems = [
    ...syntax,
    ...repeatedKeys(document, counter, file),
    ...forbiddenParts(document, counter, file),
  ];
  return {
    value: problems.length > 0 ? undefined : document.toJS({ maxAliasCount: 0 }),
    lineOf: (path) => lineIn(document, counter, path),
    problems,
  };
}

/** The value of a YAML or JSON text, or every reason why it has none. */
export function readSource(text: string, file: string): Source {
  const trouble = rawTrouble(text);
  if (trouble !== null) {
    return { value: undefined, lineOf: nowhere, problems: [{ file, path: '/', ...trouble }] };
  }
  try {
    return parsed(text.replace(/^\uFEFF/, ''), file);
  } catch (error) {
    // The parser gives up by throwing on a few inputs, such as thousands of nested brackets.
    const message = error instanceof Error ? firstLine(error.message) : String(error);
    const fix = 'correct or simplify the YAML or JSON';
    return {
      value: undefined,
      lineOf: nowhere,
      problems: [{ file, line: null, path: '/', message: `cannot be read: ${message}`, fix }],
    };
  }
}
