/** Spaces between two words on one line. */
import type { Roles } from './roles.ts';
import { isComment, isOpener, type Word } from './words.ts';

/** Words that a bracket stands apart from, where they are no names. */
const apart: ReadonlySet<string> = new Set(
  'if then else in and or not match for with by that where when over of horizon discount budget seeds envs every turn reads on within maximizing evaluate report per stop map seq let'.split(
    ' ',
  ),
);

export function gap(words: readonly Word[], at: number, roles: Roles): number {
  const word = words[at]!;
  const before = words[at - 1];
  if (before === undefined) return 0;
  if (isComment(word))
    return isOpener(before) && before.text !== '{' && word.text.startsWith('/*')
      ? 0
      : word.text.startsWith('//')
        ? 2
        : 1;
  if (word.kind === 'sign' || before.kind === 'sign') {
    const fixed = aroundSigns(words, at, roles);
    if (fixed !== undefined) return fixed;
  }
  return 1;
}

function aroundSigns(words: readonly Word[], at: number, roles: Roles): 0 | 1 | undefined {
  const word = words[at]!;
  const before = words[at - 1]!;
  const sign = word.kind === 'sign' ? word.text : '';
  const previous = before.kind === 'sign' ? before.text : '';
  if (roles.tight.has(word.start)) return 0;
  // Behind the `>` of `seq<T, n>` an `=` would make another sign of it.
  if (roles.tight.has(before.start)) return previous === '>' && sign !== '[' && sign !== ')' && sign !== ',' ? 1 : 0;
  if (previous === '(' || previous === '[' || previous === '.') return 0;
  if (sign === ')' || sign === ']' || sign === ',' || sign === '.' || sign === ':') return 0;
  if (previous === '-' && roles.unary.has(before.start)) return 0;
  if (previous === '{') return sign === '}' || words[at - 2]?.text === '.' ? 0 : 1;
  if (sign === '}') return word.pair >= 0 && words[word.pair - 1]?.text === '.' ? 0 : 1;
  if (sign === '(' || sign === '[') {
    if (before.kind === 'word') return apart.has(before.text) && !roles.names.has(before.start) ? 1 : 0;
    return previous === ')' || previous === ']' ? 0 : 1;
  }
  return undefined;
}
