/** Answers to what a file asks to be solved. Runs in a thread of its own, when somebody asks for it. */
import type { Instance, Program } from '../compiler/api.ts';
import { fitsOf } from '../compiler/requirements/fit.ts';
import { quickListing } from '../compiler/requirements/quick.ts';
import { Subject } from '../compiler/requirements/subject.ts';
import type { Question, SolveAnswer, SolveTools } from './results.ts';
import type { Progress } from './study.ts';

interface Task {
  readonly question: Question;
  readonly instance: Instance;
}

/** Milliseconds between two messages about how far a solver is. */
const between = 200;

/** Every `solve` of this name, else those about the game of this name, else the concept that fits the game best. */
export async function answersTo(
  program: Program,
  name: string,
  tools: SolveTools,
  tell: (progress: Progress) => void,
): Promise<readonly SolveAnswer[]> {
  const answers: SolveAnswer[] = [];
  let heard = performance.now();
  for (const { question, instance } of tasksOf(program, name)) {
    tell({ done: 0, of: 1, what: question.name });
    const { model } = instance;
    if (model === undefined) {
      const why = instance.diagnostics.find(one => one.severity === 'error')?.message ?? 'its game cannot be built.';
      answers.push({ of: question.name, short: 'no answer', lines: [why] });
      continue;
    }
    const answer = await tools.answer(question, model, (done, of, what) => {
      const now = performance.now();
      if (now - heard < between) return;
      heard = now;
      tell({ done: of === undefined ? 0 : done, of: of ?? 1, what: `${question.name}: ${done} ${what}` });
    });
    answers.push(answer);
  }
  return answers;
}

function tasksOf(program: Program, name: string): readonly Task[] {
  const named = program.solves.filter(one => one.name === name);
  const about = program.solves.filter(({ game }) => game === name || game.startsWith(`${name}(`));
  const declared = named.length > 0 ? named : about;
  if (declared.length > 0) return declared.map(spec => ({ question: spec, instance: spec.instantiate(new Map()) }));
  if (!program.games.some(game => game.name === name)) return [];
  const instance = program.instantiate(name, new Map());
  const concept = instance.model === undefined ? 'nash' : conceptFor(instance.model);
  const question = { name, game: name, concept, method: undefined, maximizing: undefined, iterations: undefined };
  return [{ question, instance }];
}

/** Concepts that say most of a game, in this order, as far as a solver fits. */
const telling = ['optimal', 'minimax', 'nash', 'mean_field', 'pure', 'correlated', 'welfare'];

function conceptFor(model: NonNullable<Instance['model']>): string {
  const listed = quickListing(model);
  const fitting = fitsOf(new Subject(model, { list: () => listed })).flatMap(({ row, status }) =>
    row.kind === 'solver' && row.available && status === 'fits' ? [row.concept] : [],
  );
  return telling.find(concept => fitting.includes(concept as never)) ?? 'nash';
}
