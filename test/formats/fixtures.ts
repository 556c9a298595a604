/** Games in the formats of other tools, written by hand from their published descriptions. */

export const dilemma = `NFG 1 R "Prisoner's dilemma" { "Row" "Column" }
{ { "cooperate" "defect" } { "cooperate" "defect" } }
"A comment"

3 3  5 0  0 5  1 1
`;

/** A = [[0,7],[2,6]], B = [[0,2],[7,6]]: the profile list has player 1 fastest. */
export const chicken = `NFG 1 D "Chicken" { "Row" "Column" } { 2 2 }
{
  { "crash" 0, 0 }
  { "row swerves" 2 7, }
  { "column swerves" 7, 2, }
  { "both swerve" 6 6 }
}
1 2 3 4
`;

/** Cards J, Q, K; ante 1, bet 1. All deals and moves spelled out by a rule, as a file. */
export function kuhn(): string {
  const cards = ['J', 'Q', 'K'];
  const deals = cards.flatMap(a => cards.filter(b => b !== a).map(b => [a, b] as const));
  const lines = [
    'EFG 2 R "Kuhn poker" { "Alice" "Bob" }',
    '"Ante 1, one bet of 1"',
    `c "" 1 "deal" { ${deals.map(([a, b]) => `"${a}${b}" 1/6`).join(' ')} } 0`,
  ];
  const described = new Set<number>();
  const payoff = (value: number): string => {
    const id = value + 3;
    const text = described.has(id)
      ? `${id}`
      : `${id} "Alice ${value > 0 ? 'wins' : 'loses'} ${Math.abs(value)}" { ${value}, ${-value} }`;
    described.add(id);
    return `t "" ${text}`;
  };
  const sets = new Set<string>();
  const move = (player: number, card: string, history: string): string => {
    const number = cards.indexOf(card) * 2 + (player === 1 ? (history === '' ? 1 : 2) : history === 'p' ? 1 : 2);
    const key = `${player} ${number}`;
    const known = sets.has(key);
    sets.add(key);
    return `p "" ${player} ${number}${known ? '' : ` "${card}${history}" { "pass" "bet" }`} 0`;
  };
  for (const [a, b] of deals) {
    const sign = cards.indexOf(a) > cards.indexOf(b) ? 1 : -1;
    lines.push(
      move(1, a, ''),
      move(2, b, 'p'),
      payoff(sign),
      move(1, a, 'pb'),
      payoff(-1),
      payoff(2 * sign),
      move(2, b, 'b'),
      payoff(1),
      payoff(2 * sign),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Nair et al. 2003, in the manner of the format: wildcards first, exceptions after. */
export const tiger = `# Two agents, one tiger.
agents: 2
discount: 1
values: reward
states: tiger-left tiger-right
start:
uniform
actions:
listen open-left open-right
listen open-left open-right
observations:
hear-left hear-right
hear-left hear-right
T: * :
uniform
T: listen listen :
identity
O: * :
uniform
O: listen listen : tiger-left : hear-left hear-left : 0.7225
O: listen listen : tiger-left : hear-left hear-right : 0.1275
O: listen listen : tiger-left : hear-right hear-left : 0.1275
O: listen listen : tiger-left : hear-right hear-right : 0.0225
O: listen listen : tiger-right :
0.0225 0.1275 0.1275 0.7225
R: listen listen: * : * : * : -2
R: open-left open-left : tiger-left : * : * : -50
R: open-right open-right : tiger-right : * : * : -50
R: 4 : tiger-right : * : * : +20
R: 8 : tiger-left : * : * : 20
R: open-left open-right: * : * : * : -100
R: open-right open-left: * : * : * : -100
R: open-left listen: tiger-left : * : * : -101
R: listen open-right: tiger-right : * : * : -101
R: listen open-left: tiger-left : * : * : -101
R: open-right listen: tiger-right : * : * : -101
R: listen open-right: tiger-left : * : * : 9
R: listen open-left: tiger-right : * : * : 9
R: open-right listen: tiger-left : * : * : 9
R: open-left listen: tiger-right : * : * : 9
`;

/** Two robots and their batteries; every agent sees its own battery after the step. */
export function recycling(): string {
  const high = [
    [1, 0.2],
    [0.7, 0.2],
    [0.5, 0.3],
  ] as const;
  // Probability of being high next: from high 1, 0.7, 0.5; from low 1, 0.2, 0.3.
  const next = (action: number, battery: number): number =>
    battery === 0 ? (high[action]?.[0] ?? 0) : action === 0 ? 1 : (high[action]?.[1] ?? 0);
  const rewards = [
    [0, 2, 0, 2, 4, 2, 0, 2, 5],
    [0, -0.4, -3, 2, 1.2, -1.6, 0, -0.4, 0.5],
    [0, 2, 0, -0.4, 1.2, -0.4, -3, -1.6, 0.5],
    [0, -0.4, -3, -0.4, -1.44, -3.88, -3, -3.88, -3.55],
  ];
  const lines = [
    'agents: 2',
    'discount: 0.9',
    'values: reward',
    'states: high-high high-low low-high low-low',
    'start: high-high',
    'actions:',
    '3',
    '3',
    'observations:',
    'high low',
    'high low',
  ];
  const text = (p: number): string => p.toFixed(6);
  for (let a = 0; a < 3; a++)
    for (let b = 0; b < 3; b++) {
      lines.push(`T: ${a} ${b} :`);
      for (let s = 0; s < 4; s++) {
        const p = next(a, s >> 1);
        const q = next(b, s & 1);
        lines.push([p * q, p * (1 - q), (1 - p) * q, (1 - p) * (1 - q)].map(text).join(' '));
      }
      for (let s = 0; s < 4; s++) lines.push(`R: ${a * 3 + b} : ${s} : * : * : ${rewards[s]?.[a * 3 + b]}`);
    }
  for (let s = 0; s < 4; s++) lines.push(`O: * : ${s} : ${s >> 1} ${s & 1} : 1`);
  return `${lines.join('\n')}\n`;
}
