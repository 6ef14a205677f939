/**
 * A letter in HTML, taken apart: tags of a closed list with attributes of a closed list, and the text of each element as a
 * line. A tag, an attribute or a text that has no place here is a fault.
 */
import { type Carried, headRole } from './noticeChannels.ts';
import type { Line, Role } from './noticeGrammar.ts';

const attributes: Readonly<Record<string, RegExp>> = {
  html: /^ lang="en"$/,
  head: /^$/,
  meta: /^ (?:charset="utf-8"|name="(?:viewport|color-scheme)" content="[a-z0-9=, -]+")$/,
  title: /^$/,
  body: /^ style="[a-z0-9:;#%/, .A-Z-]*"$/,
  h1: /^ style="[a-z0-9:;#% .-]*"$/,
  h2: /^ style="[a-z0-9:;#% .-]*"$/,
  p: /^ style="[a-z0-9:;#% .-]*"$/,
  ul: /^ style="[a-z0-9:;#% .-]*"$/,
  li: /^ style="[a-z0-9:;#% .-]*"$/,
  a: /^ href="https:\/\/interlock\.example\/ack\/TOKEN" style="[a-z0-9:;#% .-]*"$/,
  br: /^$/,
};

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const unescaped = (text: string): string =>
  text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (sign) => entities[sign] ?? sign);

const tag = /<(\/?)([a-z0-9]+)([^<>]*)>/g;

type Element = { readonly name: string; text: string };

/** The elements that hold text, in order, and what is in the markup that should not be. */
function elementsOf(html: string): { elements: Element[]; faults: string[] } {
  const elements: Element[] = [];
  const faults: string[] = [];
  let at = 0;
  for (const found of html.matchAll(tag)) {
    const [whole, closes, name = '', rest = ''] = found;
    const text = html.slice(at, found.index);
    const last = elements.at(-1);
    if (text.trim() !== '' && last === undefined) faults.push(`text outside: ${text}`);
    else if (last !== undefined) last.text += text.trim() === '' ? '' : text;
    at = found.index + whole.length;
    if (closes === '' && attributes[name]?.test(rest) !== true) faults.push(`tag ${whole}`);
    if (closes === '' && /^(?:title|h1|h2|p|li)$/.test(name)) elements.push({ name, text: '' });
    if (closes === '' && name === 'br' && last !== undefined) last.text += ' - ';
  }
  if (html.slice(at).trim() !== '') faults.push(`text at the end: ${html.slice(at)}`);
  return { elements, faults };
}

function roleOf({ name, text }: Element, heading: string, isLast: boolean): Role {
  if (name === 'title') return 'subject';
  if (name === 'h1') return 'title';
  if (name === 'h2') return text.startsWith('Changed') ? 'changes heading' : 'orders heading';
  if (name === 'li') return heading.startsWith('Changed') ? 'change' : 'order';
  return isLast ? 'acknowledgement' : headRole(text);
}

/** The lines of a letter in HTML. */
export function carriedByHtml(html: string): Carried {
  const start = '<!doctype html>';
  const { elements, faults } = elementsOf(html.replace(start, ''));
  let heading = '';
  const lines = elements.map((element, at): Line => {
    const text = unescaped(element.text);
    if (element.name === 'h2') heading = text;
    return { role: roleOf({ ...element, text }, heading, at === elements.length - 1), text };
  });
  return { lines, faults: [...faults, ...(html.startsWith(start) ? [] : ['another start'])] };
}
