/**
 * Reads a TextMate grammar as editors do: line by line, always the leftmost match, the first of those that begin at the same place. Enough
 * of it for the grammar that is tested; its patterns mean the same to JavaScript and to Oniguruma.
 */
import type { Grammar, Rule } from '../../lsp/vscode/textmate.ts';

export interface Colour {
  readonly start: number;
  readonly end: number;
  /** The innermost scope. */
  readonly scope: string;
}

interface Open {
  readonly rule: Rule;
  readonly end: string;
}

/** What is coloured, in order; white space between is not. */
export function tokenize(grammar: Grammar, text: string): readonly Colour[] {
  const colours: Colour[] = [];
  const top = rulesOf(grammar, grammar.patterns);
  let open: Open | undefined;
  let offset = 0;
  for (const line of text.split('\n')) {
    let at = 0;
    const add = (from: number, to: number, scope: string | undefined): void => {
      if (to > from && scope !== undefined && line.slice(from, to).trim() !== '')
        colours.push({ start: offset + from, end: offset + to, scope });
    };
    for (;;) {
      if (open !== undefined) {
        // The end wins over patterns that begin at the same place.
        const inner = first(rulesOf(grammar, open.rule.patterns ?? []), line, at);
        const end = search(open.end, line, at);
        if (inner !== undefined && (end === undefined || inner.match.index < end.index)) {
          add(at, inner.match.index, open.rule.name);
          add(inner.match.index, inner.match.index + inner.match[0].length, inner.rule.name);
          at = inner.match.index + inner.match[0].length;
          continue;
        }
        const stop = end === undefined ? line.length : end.index + end[0].length;
        add(at, stop, open.rule.name);
        at = stop;
        if (end === undefined) break;
        open = undefined;
        continue;
      }
      const found = first(top, line, at);
      if (found === undefined) break;
      const { rule, match } = found;
      const stop = match.index + match[0].length;
      if (stop === match.index) throw new Error(`${rule.match ?? rule.begin} matches nothing in ${line}`);
      if (rule.begin !== undefined) {
        open = { rule, end: rule.end ?? '' };
        const inner = { ...open.rule, name: rule.name };
        add(match.index, stop, inner.name);
        // What begins a string has the colour of the string: one piece.
        at = stop;
        const begun = colours.at(-1);
        const end = search(open.end, line, at);
        if (begun !== undefined && (rule.patterns ?? []).length === 0) {
          const to = end === undefined ? line.length : end.index + end[0].length;
          colours[colours.length - 1] = { ...begun, end: offset + to };
          at = to;
          if (end !== undefined) open = undefined;
          else break;
        }
        continue;
      }
      const groups = (match as RegExpExecArray & { indices?: readonly ([number, number] | undefined)[] }).indices ?? [];
      if (rule.captures === undefined) add(match.index, stop, rule.name);
      else
        for (const [number, { name }] of Object.entries(rule.captures)) {
          const place = groups[Number(number)];
          if (place !== undefined) add(place[0], place[1], name);
        }
      at = stop;
    }
    offset += line.length + 1;
  }
  return colours;
}

function rulesOf(grammar: Grammar, rules: readonly Rule[]): readonly Rule[] {
  return rules.flatMap(rule => {
    if (rule.include === undefined) return [rule];
    const found = grammar.repository[rule.include.slice(1)];
    if (found === undefined) throw new Error(`the grammar includes ${rule.include}, which is not there`);
    return rulesOf(grammar, found.patterns);
  });
}

function first(rules: readonly Rule[], line: string, at: number): { rule: Rule; match: RegExpExecArray } | undefined {
  let best: { rule: Rule; match: RegExpExecArray } | undefined;
  for (const rule of rules) {
    const match = search(rule.match ?? rule.begin ?? '', line, at);
    if (match !== undefined && (best === undefined || match.index < best.match.index)) best = { rule, match };
  }
  return best;
}

const compiled = new Map<string, RegExp>();

function search(pattern: string, line: string, at: number): RegExpExecArray | undefined {
  let found = compiled.get(pattern);
  if (found === undefined) {
    found = new RegExp(pattern, 'dg');
    compiled.set(pattern, found);
  }
  found.lastIndex = at;
  return found.exec(line) ?? undefined;
}
