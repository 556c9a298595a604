/** The words of the language, for `marl explain WORD`. */
import type { Word } from './base.ts';
import { doingWords } from './doing.ts';
import { gameWords } from './games.ts';
import { learningWords } from './learning.ts';
import { valueWords } from './values.ts';

export type { Word } from './base.ts';

export const words: readonly Word[] = [...gameWords, ...valueWords, ...doingWords, ...learningWords];

/** The entry of a word, or the one that explains it along the way. */
export function wordNamed(name: string): Word | undefined {
  return words.find(({ word }) => word === name) ?? words.find(({ also }) => also?.includes(name));
}
