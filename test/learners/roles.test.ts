/** `sharing = roles(..)`, and networks that must not remember: from the program to the parameters. */
import { describe, expect, test } from 'vitest';
import { groupsOf } from '../../runtime/learners/deep/groups.ts';
import { shapeOf } from '../../runtime/learners/shared/shape.ts';
import type { Roles } from '../../runtime/train/spec.ts';
import { writtenSetting } from '../../runtime/train/written.ts';
import { compiled } from '../networks/support.ts';
import { gameFrom, loaded, mlp, startDeep } from './deep-support.ts';

const declared = `game Team {
  agents Scout[3], Guard[2], Medic
  actions { Wait, Go }
  state { t: 0..9 = 0 }
  step { next t = min(9, t + 1) }
  observe { t }
  reward = t
  horizon 5
}
`;
const program = (settings: string, algorithm = 'IA2C'): string =>
  `${declared}train T on Team {\n  algorithm ${algorithm} { ${settings} }\n  budget 1_000 steps\n}\n`;

const written = 'roles(front: [Scout[0..1], Guard], back: Medic)';
const value: Roles = {
  roles: [
    { name: 'front', members: [{ class: 'Scout', from: 0, to: 1 }, { class: 'Guard' }] },
    { name: 'back', members: [{ class: 'Medic' }] },
  ],
};

describe('roles', () => {
  test('are read, and written again as they were', () => {
    const { codes, spec } = compiled(program(`sharing = ${written}`));
    expect(codes).toEqual([]);
    expect(spec!.settings.sharing).toEqual(value);
    expect(writtenSetting(value)).toBe(written);
  });

  test.each([
    ['roles(front: Sniper)', 'Sniper', 'agents of Scout, Guard, Medic'],
    ['roles(front: Scout[3])', '3', 'a whole number in 0..2'],
    ['roles(front: Scout, back: Scout[1])', 'Scout[1]', 'every agent in one role'],
    ['roles(Guard: Scout)', 'Guard: Scout', 'names of their own'],
    ['roles(front: [])', '[]', 'agents in every role'],
    ['roles(Scout)', 'Scout', 'roles with names'],
    ['roles()', 'roles()', 'roles with names'],
    ['roles(front: 1 + 1)', '1 + 1', 'agents of'],
    ['role(front: Scout)', 'role(front: Scout)', 'one of none, class, all, or `roles('],
  ])('are refused where they are wrong: %s', (text, place, message) => {
    const { places, messages } = compiled(program(`sharing = ${text}`));
    expect(places).toHaveLength(1);
    expect(places[0]!.endsWith(` ${place}`), places[0]).toBe(true);
    expect(messages[0]).toContain(message);
  });

  test('decide which agents share parameters; the others of a class keep to themselves', () => {
    const { spec } = loaded(gameFrom(declared));
    const groups = groupsOf(shapeOf(spec, 1), spec, { sharing: value, agentIds: true, lastAction: false });
    expect(groups.map(({ name, agents, idLength }) => [name, agents, idLength])).toEqual([
      ['front', [0, 1, 3, 4], 4],
      ['back', [5], 0],
      ['Scout', [2], 0],
    ]);
  });

  test('train', () => {
    const game = loaded(gameFrom(declared));
    const { training, learner } = startDeep(game, 'IA2C', { network: mlp(4), sharing: value }, 1, {
      steps: 200,
      envs: 2,
    });
    training.advance(100);
    const names = new Set([...learner.save().keys()].flatMap(key => /^tensor\.actor\/(\w+)\//.exec(key)?.[1] ?? []));
    expect(names).toEqual(new Set(['front', 'back', 'Scout']));
  });

  test('are nothing to learners whose sharing is fixed', () => {
    expect(compiled(program(`sharing = ${written}`, 'SNAC')).codes).toHaveLength(1);
  });
});

describe('networks that must not remember', () => {
  test.each([
    ['SEAC', 'network = gru(8)', 'network'],
    ['COMA', 'critic_network = lstm(8)', 'critic_network'],
    ['ParetoAC', 'critic_network = gru(8)', 'critic_network'],
    ['MAA2C', 'network = gru(8)  critic = joint_action', 'critic_network'],
  ])('%s: %s', (algorithm, settings, name) => {
    const { messages } = compiled(program(settings, algorithm));
    expect(messages.join()).toContain(`\`${name}\``);
    expect(messages.join()).toContain('without `gru` and `lstm`');
  });

  test('others may', () => {
    expect(compiled(program('network = gru(8)', 'MAA2C')).codes).toEqual([]);
    expect(compiled(program('network = gru(8)', 'COMA')).codes).toEqual([]);
  });
});
