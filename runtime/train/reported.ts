/** Which returns of a training are shown, and what each is called. */
import type { GameSpec } from '../games/vector.ts';
import type { Estimate, Evaluation } from './evaluate.ts';
import { overSeeds } from './figures.ts';
import { reductionOf, reductionText, type Told } from './reduction.ts';

/** What of an evaluation is read here; those in folders of earlier versions have no classes. */
export type Ended = Pick<Evaluation, 'return' | 'returns' | 'classes'>;

type Game = Pick<GameSpec, 'agents' | 'classNames' | 'classOf'>;

/** One of the returns that stand for a training, as a column of a table or a curve. */
export interface ShownReturn {
  readonly label: string;
  /** Whose it is; neither of the return of all agents. */
  readonly agent?: string;
  readonly class?: string;
  of(evaluation: Ended): Estimate | undefined;
}

/**
 * Do the agents' returns add up to 0 in all of these evaluations without all being 0, as in zero-sum games? Then their mean says
 * nothing. Never where a reduction was declared: then it was asked for.
 */
export function returnsCancel(told: Told, evaluations: readonly Pick<Evaluation, 'returns'>[]): boolean {
  const { teamReward, report } = told;
  if (teamReward !== 'none' || (report !== undefined && report.per !== 'agent') || evaluations.length === 0)
    return false;
  const cancels = ({ returns }: Pick<Evaluation, 'returns'>): boolean => {
    const size = returns.reduce((sum, { mean }) => sum + Math.abs(mean), 0);
    return Math.abs(returns.reduce((sum, { mean }) => sum + mean, 0)) <= 1e-9 * size;
  };
  return evaluations.every(cancels) && evaluations.some(({ returns }) => returns.some(({ mean }) => mean !== 0));
}

/** `return (max over agents)`; only `return` where nothing was declared and all agents earn the same, so that it is everybody's. */
export function returnLabel(
  told: Told,
  { agents }: Pick<GameSpec, 'agents'>,
  evaluations: readonly Pick<Evaluation, 'returns'>[],
): string {
  const equal = evaluations.every(({ returns }) => returns.every(({ mean }) => mean === returns[0]?.mean));
  const plain = told.report === undefined && (agents.length === 1 || (equal && reductionOf(told) === 'mean'));
  return plain ? 'return' : `return (${reductionText(told)})`;
}

/** The return of a class: that of its only agent, or the reduction over its agents. */
export function classLabel(told: Told, { classNames, classOf }: Game, number: number): string {
  const size = classOf.filter(c => c === number).length;
  return `return of ${classNames[number]}${size === 1 ? '' : ` (${reductionOf(told)})`}`;
}

/**
 * The returns that stand for a training: that of all agents, or one of each class or agent where `report` asks for that; where the agents'
 * cancel (`cancel`), that of the first.
 */
export function shownReturns(
  told: Told,
  game: Game,
  evaluations: readonly Pick<Evaluation, 'returns'>[],
  cancel = returnsCancel(told, evaluations),
): readonly ShownReturn[] {
  const per = told.report?.per ?? 'team';
  if (per === 'class')
    return game.classNames.map((name, c) => ({
      label: classLabel(told, game, c),
      class: name,
      of: ({ classes }) => classes?.[name],
    }));
  const agents = per === 'agent' ? game.agents : cancel ? game.agents.slice(0, 1) : [];
  if (agents.length > 0)
    return agents.map((agent, i) => ({ label: `return of ${agent}`, agent, of: ({ returns }) => returns[i] }));
  return [{ label: returnLabel(told, game, evaluations), of: evaluation => evaluation.return }];
}

/** One of them over the seeds; undefined before the first evaluation. */
export function shownOverSeeds(shown: ShownReturn, finals: readonly Ended[]): Estimate | undefined {
  return overSeeds(finals.flatMap(final => shown.of(final)?.mean ?? []));
}
