/** The style, by example. */
import { describe, expect, test } from 'vitest';
import { format } from '../../compiler/format/index.ts';

const formatted = (text: string): string => format(text).text;

test('a payoff table is lined up, components too', () => {
  expect(
    formatted(`game PD {
agents Row,Column
 actions {Cooperate,Defect}
payoff { Cooperate Defect
Cooperate:(-1,-1) (-5,0)  // both keep silent
Defect: (0,-5) (-3, -3) }
}`),
  ).toBe(`game PD {
  agents Row, Column
  actions { Cooperate, Defect }
  payoff {
                  Cooperate      Defect
    Cooperate:     (-1, -1)    (-5,  0)  // both keep silent
    Defect:        ( 0, -5)    (-3, -3)
  }
}
`);
});

test('lotteries and profiles stay together', () => {
  expect(
    formatted(`game G { agents A,B,C actions{X,Y} payoff { (X,X,X): (1,0 , 0)
(Y,X,X):(10,-1,0)|(0,0,0) } }`),
  ).toBe(`game G {
  agents A, B, C
  actions { X, Y }
  payoff {
    (X, X, X):                (1, 0, 0)
    (Y, X, X):    (10, -1, 0)|(0, 0, 0)
  }
}
`);
});

test('equations, fields, arms and settings of neighbouring lines are lined up', () => {
  expect(
    formatted(`game G {
  state {
    at: (0..4)[agents]
    // how many are left
    left: 0..9 = 3

    far: bool
  }
  step {
    let a[p: agents] = 1
    next at[p: agents] = match action[p] {
      Go => 1
      Stay => 2
    }
    next far=true
  }
}
train T on G {
  algorithm IQL {
    alpha = 0.1
    epsilon = 1.0->0.05 over 400_000 steps
  }
}`),
  ).toBe(`game G {
  state {
    at:   (0..4)[agents]
    // how many are left
    left: 0..9 = 3

    far: bool
  }
  step {
    let a[p: agents]   = 1
    next at[p: agents] = match action[p] {
      Go   => 1
      Stay => 2
    }
    next far = true
  }
}

train T on G {
  algorithm IQL {
    alpha   = 0.1
    epsilon = 1.0 -> 0.05 over 400_000 steps
  }
}
`);
});

test('signs: ranges and fractions are close, negative numbers keep their sign', () => {
  const line = (text: string): string => formatted(`let x = ${text}`).slice('let x = '.length, -1);
  expect(line('0 .. n - 1')).toBe('0..n-1');
  expect(line('f( - 1,2 )-g [ 1 ]')).toBe('f(-1, 2) - g[1]');
  expect(line('1 / 3+a/b')).toBe('1/3 + a / b');
  expect(line('c with row-1 clamped,col=2')).toBe('c with row - 1 clamped, col = 2');
  expect(line('not(a and b)')).toBe('not (a and b)');
  expect(line('if(a)then(b)else c')).toBe('if (a) then (b) else c');
  expect(line('sum( e for e in T if not e)')).toBe('sum(e for e in T if not e)');
});

test('maps drawn as text stand below their line and keep their rows', () => {
  expect(
    formatted(`game G {
let plan = map """
##
#.
""" {'#':Wall,'.':Floor}
}`),
  ).toBe(`game G {
  let plan = map """
    ##
    #.
  """ { '#': Wall, '.': Floor }
}
`);
});

test('line breaks of the author stay where they fit; long lines are broken at the loosest place', () => {
  const kept = `game G {
  reward =
    if a then 1
    else if b then 2
    else 0
}
`;
  expect(formatted(kept)).toBe(kept);
  const long = `let x = ${Array.from({ length: 12 }, (_, k) => `condition${k}(a, b)`).join(' and ')}`;
  const lines = formatted(long).trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
  for (const line of lines.slice(1)) expect(line).toMatch(/^ {2}and /);
});

test('a training on one line that is too long is spread over its clauses', () => {
  const text =
    'train Small on Foraging(size: 5, players: 2, foods: 1) { algorithm IPPO { rollout = 64 } budget 20_000 steps seeds 1..3 envs 16 }';
  expect(formatted(text)).toBe(`train Small on Foraging(size: 5, players: 2, foods: 1) {
  algorithm IPPO { rollout = 64 }
  budget 20_000 steps
  seeds 1..3
  envs 16
}
`);
  const short = 'train Small on Kuhn { algorithm IQL budget 100 steps }\n';
  expect(formatted(short)).toBe(short);
});

describe('errors', () => {
  test('a broken declaration stays as it is, the others are formatted', () => {
    const broken = 'game  Bad {\n   agents A B\n state { x 3 }\n}';
    const { text, kept } = format(`let   a=1\n\n${broken}\n\nlet b  =  2\n`);
    expect(text).toBe(`let a = 1\n\n${broken}\n\nlet b = 2\n`);
    expect(kept).toHaveLength(1);
  });

  test('Windows line ends and a byte order mark', () => {
    expect(formatted('\ufefflet a=1\r\nlet b=2\r\n')).toBe('\ufefflet a = 1\nlet b = 2\n');
  });

  test('nothing at all', () => {
    expect(formatted('')).toBe('');
    expect(formatted('\n\n')).toBe('');
    expect(formatted('// only words')).toBe('// only words\n');
  });
});
