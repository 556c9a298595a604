/** Judges what is said about crowds: follows the crowd through time by the policy, and finds again what a single member could gain. */
import type { CrowdGame, CrowdStep } from '../games/crowd.ts';
import type { Certificate, Claim } from './claim.ts';
import { Findings } from './findings.ts';
import { floats, toFloat } from './number.ts';
import { absoluteTolerance } from './reading.ts';

/** Probabilities in states that look alike may differ by rounding. */
const alikeTolerance = 1e-9;

export function verifyCrowd(game: CrowdGame, claim: Claim, relative: number): Certificate {
  const broken = shapeProblem(game, claim);
  if (broken !== undefined || claim.solution.kind !== 'flow') {
    const findings = new Findings(floats, 1, relative);
    findings.problem(broken ?? 'the answer is not one about a crowd');
    return findings.certificate(claim.kind);
  }
  const actions = game.actionNames.length;
  const rules = claim.solution.rules.map(rule => rule.map(list => list.map(toFloat)));
  const steps: CrowdStep[] = [];
  const rewards: number[] = [];
  let mass = [...game.initial];
  for (let t = 0; t < game.steps; t++) {
    const shares = new Float64Array(game.stateCount * actions);
    mass.forEach((share, s) => {
      for (let a = 0; a < actions; a++) shares[s * actions + a] = share * (rules[t]?.[s]?.[a] as number);
    });
    const { reward, start, next, probability } = game.step(t, shares);
    steps.push({ reward: reward.slice(), start: start.slice(), next: next.slice(), probability: probability.slice() });
    rewards.push(Math.min(...reward), Math.max(...reward));
    const after = new Array<number>(game.stateCount).fill(0);
    for (let row = 0; row < shares.length; row++)
      for (let k = start[row] as number; k < (start[row + 1] as number); k++)
        after[next[k] as number] =
          (after[next[k] as number] as number) + (shares[row] as number) * (probability[k] as number);
    mass = after;
  }
  const tolerance = absoluteTolerance(rewards, relative);
  const findings = new Findings(floats, 1, tolerance);
  let own = new Array<number>(game.stateCount).fill(0);
  let best = new Array<number>(game.stateCount).fill(0);
  for (let t = game.steps - 1; t >= 0; t--) {
    const { reward, start, next, probability } = steps[t] as CrowdStep;
    const lastOwn = own;
    const lastBest = best;
    own = new Array<number>(game.stateCount).fill(0);
    best = new Array<number>(game.stateCount).fill(Number.NEGATIVE_INFINITY);
    for (let s = 0; s < game.stateCount; s++)
      for (let a = 0; a < actions; a++) {
        const row = s * actions + a;
        let [o, b] = [reward[row] as number, reward[row] as number];
        for (let k = start[row] as number; k < (start[row + 1] as number); k++) {
          o += game.discount * (probability[k] as number) * (lastOwn[next[k] as number] as number);
          b += game.discount * (probability[k] as number) * (lastBest[next[k] as number] as number);
        }
        own[s] = (own[s] as number) + (rules[t]?.[s]?.[a] as number) * o;
        if (game.legal[row] === 1 && b > (best[s] as number)) best[s] = b;
      }
  }
  for (const rule of rules)
    rule.forEach((list, s) => {
      findings.mass(list);
      if (list.some((p, a) => p > 0 && game.legal[s * actions + a] === 0))
        findings.problem(`an action is taken in ${game.describeState(s)} that is not legal there`);
    });
  rules.forEach((rule, t) => {
    game.looks.forEach((first, s) => {
      const differs = rule[s]?.some((p, a) => Math.abs(p - (rule[first]?.[a] as number)) > alikeTolerance);
      if (differs === true)
        findings.problem(
          `at step ${t} it acts otherwise in ${game.describeState(s)} than in ${game.describeState(first)}, which look alike`,
        );
    });
  });
  const value = game.initial.reduce((sum, p, s) => sum + p * (own[s] as number), 0);
  const most = game.initial.reduce((sum, p, s) => sum + p * (best[s] as number), 0);
  const gain = Math.max(0, most - value);
  findings.profile({ values: [value], regret: [gain] });
  findings.values(claim.values);
  const epsilon = claim.epsilon ?? 0;
  if (!(gain <= epsilon + tolerance))
    findings.problem(`a member could gain ${gain}, more than the ${epsilon} that was claimed`);
  return findings.certificate(gain <= tolerance ? 'mean_field' : 'epsilon_nash');
}

function shapeProblem(game: CrowdGame, { solution }: Claim): string | undefined {
  if (solution.kind !== 'flow') return undefined;
  const actions = game.actionNames.length;
  const fits =
    solution.rules.length === game.steps &&
    solution.rules.every(rule => rule.length === game.stateCount && rule.every(list => list.length === actions));
  return fits ? undefined : 'the policy does not have one probability per action, state and step';
}
