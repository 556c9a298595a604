/** M09: information flow: who may read what. */
import { error, type Rule, warning } from './base.ts';

/** Nothing is wrong, but the reader should know. */
function info<A>(code: string, message: (args: A) => string, remedy: (args: A) => string | undefined): Rule<A> {
  return { code, severity: 'info', message, remedy };
}

export const flowRules = {
  'hidden-input': error(
    'M0901',
    (a: { agent: string; hidden: string; shown: string }) =>
      `A policy may read only what its agent observes, but this depends on ${a.hidden}, and ${a.agent} does not observe that: ${a.shown}.`,
    (a: { agent: string; hidden: string; shown: string; critic: string | undefined }) =>
      `Let ${a.agent} observe it${a.critic === undefined ? '' : `, or ${a.critic}`}.`,
  ),
  'no-critic': error(
    'M0902',
    (a: { algorithm: string; ownCritic: boolean }) =>
      a.ownCritic
        ? `\`critic reads\` is for algorithms with a central critic or value, but the critics of \`${a.algorithm}\` are the agents' own: each reads what its agent observes.`
        : `\`critic reads\` is for algorithms with a central critic or value, but \`${a.algorithm}\` has no critic.`,
    a =>
      `Remove the clause, or take an algorithm with ${a.ownCritic ? 'a central critic such as `MAPPO`' : 'a central value such as `CentralQ`'}.`,
  ),
  'legal-reveals': warning(
    'M0903',
    (a: { agent: string; hidden: string; shown: string }) =>
      `Which actions are legal tells ${a.agent} about ${a.hidden}, which it does not observe: ${a.shown}.`,
    (a: { agent: string }) =>
      `Let ${a.agent} observe what decides it, or make the action always legal and let it do nothing there.`,
  ),
  'central-policy': info(
    'M0904',
    (a: { algorithm: string; agent: string; hidden: string }) =>
      `\`${a.algorithm}\` chooses for all agents at once and may read ${a.hidden}, which ${a.agent} does not observe; agents that act apart could not follow this policy.`,
    () => undefined,
  ),
  'told-rewards': info(
    'M0906',
    (a: { algorithm: string; agents: string }) =>
      `\`${a.algorithm}\` learns what everybody’s actions are worth to everybody: while it trains, each learner is told what ${a.agents} do and are paid; its own reward alone would not do.`,
    () => undefined,
  ),
  'for-all': warning(
    'M0905',
    (a: { name: string; classes: string }) =>
      `\`${a.name}\` is the name of no agent (these are ${a.classes}), so this is for every agent, but it does not depend on \`${a.name}\`.`,
    (a: { name: string }) => `Name the agent that is meant, or write \`${a.name}: agents\` if all of them are.`,
  ),
} as const;
