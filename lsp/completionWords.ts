/** Keywords with the shape of what they begin. */
import type { CompletionItem } from './completion.ts';
import type { Project } from './project.ts';

/** A keyword and the snippet it stands for; a second label for another form of the same. */
export type Keyword = readonly [word: string, snippet: string, label?: string];

export const topKeywords: readonly Keyword[] = [
  ['game', 'game ${1:Name} {\n  agents ${2:A, B}\n  actions { ${3:Stay, Go} }\n  $0\n}'],
  [
    'game',
    'game ${1:Name} {\n  agents ${2:Row, Column}\n  actions { ${3:Left}, ${4:Right} }\n  payoff {\n    ${3:Left}  ${4:Right}\n    ${3:Left}: (${5:1, 1}) (0, 0)\n    ${4:Right}: (0, 0) (1, 1)\n  }\n}',
    'game (payoff table)',
  ],
  [
    'train',
    'train ${1:Learn} on ${2:Game} {\n  algorithm ${3:IQL} {\n    $0\n  }\n  budget ${4:100_000} steps\n  seeds 1..${5:5}\n}',
  ],
  ['solve', 'solve ${1:nash} of ${0:Game}'],
  ['sweep', 'sweep ${1:Name} of ${2:Learn} {\n  ${3:algorithm.optimizer.lr} in [${0:1e-4, 3e-4}]\n}'],
  ['assert', 'assert ${1:zero_sum} of ${0:Game}'],
  ['import', 'import std.games.${0:Name}'],
  ['enum', 'enum ${1:Name} { ${0:A, B} }'],
  ['record', 'record ${1:Name} { ${0:row: 0..2, col: 0..2} }'],
  ['let', 'let ${1:name} = $0'],
  ['fn', 'fn ${1:name}(${2:x: int}): ${3:int} = $0'],
  [
    'mixer',
    'mixer ${1:Name}(${2:embed: 1..4096 = 32}) {\n  w     = abs(hyper([agents]))\n  total = dot(q, w) + hyper([1])$0\n} monotonic igm',
  ],
  ['network', 'network ${1:Name}(${2:units: 1..1024 = 64}) = ${0:mlp(units, units)}'],
];

export const gameKeywords: readonly Keyword[] = [
  ['agents', 'agents ${1:A, B}'],
  ['actions', 'actions { ${1:Stay, Go} }'],
  ['state', 'state {\n  ${1:name}: ${2:0..3} = ${3:0}\n}'],
  ['init', 'init {\n  ${1:name} ~ uniform(${2:0..3})\n}'],
  ['step', 'step {\n  next ${1:name} = $0\n}'],
  ['reward', 'reward = $0', 'reward (common)'],
  ['reward', 'reward[${1:p}: ${2:agents}] = $0', 'reward (each)'],
  ['reward', 'reward zero_sum ${1:A} = $0', 'reward (zero-sum)'],
  ['observe', 'observe[${1:p}: ${2:agents}] { $0 }'],
  ['legal', 'legal ${1:Action} for ${2:p} = $0'],
  ['active', 'active[${1:p}: ${2:agents}] = $0'],
  ['turn', 'turn = $0'],
  ['end', 'end when $0'],
  ['horizon', 'horizon ${1:50}'],
  ['discount', 'discount ${1:0.99}'],
  ['payoff', 'payoff {\n  $0\n}'],
  ['index', 'index ${1:Name}[${2:3}]'],
  ['enum', 'enum ${1:Name} { ${0:A, B} }'],
  ['record', 'record ${1:Name} { ${0:row: 0..2, col: 0..2} }'],
  ['let', 'let ${1:name} = $0'],
  ['fn', 'fn ${1:name}(${2:x: int}): ${3:int} = $0'],
  ['assert', 'assert $0'],
];

export const trainKeywords: readonly Keyword[] = [
  ['algorithm', 'algorithm ${1:IQL} {\n  $0\n}'],
  ['budget', 'budget ${1:100_000} steps'],
  ['seeds', 'seeds 1..${1:5}'],
  ['envs', 'envs ${1:16}'],
  ['evaluate', 'evaluate every ${1:10_000} steps for ${2:100} episodes'],
  ['evaluate', 'evaluate every ${1:10_000} steps for ${2:100} episodes sampled', 'evaluate (sampled policy)'],
  ['report', 'report ${1:max} over agents'],
  ['report', 'report per ${1:agent}', 'report (each)'],
  ['stop', 'stop when return >= ${1:0.95}'],
  ['team', 'team reward = ${1:sum}'],
  ['policy', 'policy[${1:p}] reads { observation, $0 }'],
  ['critic', 'critic reads { ${0:state} }'],
];

export function keywordItems(project: Project, keywords: readonly Keyword[]): readonly CompletionItem[] {
  return keywords.map(([word, insert, label = word], k) => {
    const about = project.desk.word(word);
    return {
      label,
      kind: insert.includes('\n') ? 'snippet' : 'keyword',
      detail: about?.summary,
      doc: about?.text,
      insert,
      snippet: true,
      rank: 1 + k / 100,
    };
  });
}
