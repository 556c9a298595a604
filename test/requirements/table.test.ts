/** The table: complete, and true of the solvers that it describes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { enumerate } from '../../compiler/game/exact.ts';
import { nameOf, needsText } from '../../compiler/requirements/base.ts';
import { fitOf, Subject } from '../../compiler/requirements/fit.ts';
import { requirementsPage } from '../../compiler/requirements/page.ts';
import {
  conceptNames,
  learnerNamed,
  learnerRows,
  solverRows,
  solversOf,
  table,
} from '../../compiler/requirements/table.ts';
import { algorithms } from '../../runtime/learners/catalogue.ts';
import { isRefusal } from '../../runtime/solvers/answer.ts';
import { solve } from '../../runtime/solvers/solve.ts';
import { solverTable } from '../../runtime/solvers/table.ts';
import { gameOf, libraryGames } from '../stdlib/library.ts';

describe('the table', () => {
  test('has every algorithm and every solver that is here', () => {
    expect(
      learnerRows
        .filter(row => row.available)
        .map(row => row.name)
        .sort(),
    ).toEqual(algorithms.map(algorithm => algorithm.name).sort());
    const here = solverRows.filter(row => row.available).map(nameOf);
    expect([...new Set(here)].sort()).toEqual(solverTable.map(row => `${row.concept} by ${row.method}`).sort());
  });

  test('has what is announced', () => {
    const announced = ['IDQN', 'VDN', 'QMIX', 'WQMIX', 'QTRAN', 'QPLEX', 'IPPO', 'MAPPO', 'IA2C', 'REINFORCE', 'COMA'];
    for (const name of [...announced, 'MADDPG', 'ParetoAC', 'SEAC', 'SNAC', 'MFQ', 'MFAC', 'AlphaZero'])
      expect(learnerNamed(name), name).toBeDefined();
    for (const method of ['cfr', 'cfr_plus', 'sequence_form', 'lemke_howson'])
      expect(solversOf('nash', method), method).toHaveLength(1);
    expect(solversOf('decentralised').length).toBeGreaterThan(1);
  });

  test('names each learner once, and only learners and concepts that exist', () => {
    const names = learnerRows.map(row => row.name);
    expect(new Set(names).size).toBe(names.length);
    for (const row of table)
      for (const other of row.instead)
        expect(row.kind === 'learner' ? names : conceptNames, nameOf(row)).toContain(other);
    for (const row of table) {
      expect(row.title, nameOf(row)).not.toBe('');
      expect(row.paper, nameOf(row)).not.toBe('');
    }
  });

  test('asks for what the arrays of a learner are made for', () => {
    for (const { name, limits } of algorithms) {
      const requires = learnerNamed(name)?.requires ?? [];
      const agents = requires.find(need => need.kind === 'agents' && need.advice !== true);
      const joint = requires.find(need => need.kind === 'joint-actions');
      expect(agents?.kind === 'agents' ? agents.count : undefined, name).toBe(limits?.agents);
      expect(joint?.kind === 'joint-actions' ? joint.atMost : undefined, name).toBe(limits?.jointActions);
    }
  });

  test('asks for finite actions where a learner chooses nothing else, and only there', () => {
    for (const { name, realActions } of algorithms) {
      const finite = learnerNamed(name)?.requires.some(need => need.kind === 'finite-actions' && need.advice !== true);
      expect([name, finite]).toEqual([name, realActions !== true]);
    }
  });

  test('says every need in words of its own', () => {
    const words = new Map(
      table.flatMap(row => row.requires.map(need => [JSON.stringify({ ...need, advice: 0 }), needsText(need)])),
    );
    expect(new Set(words.values()).size).toBe(words.size);
  });

  test('is what the page of the documentation shows', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/algorithms-and-solvers.md'), 'utf8');
    expect(page, 'run `node tools/requirements.ts`').toBe(requirementsPage());
  });
});

const extra = [
  'Foraging(size: 5, players: 2, foods: 1, coop: true, max_level: 1)',
  'Lever(identities: 3, players: 3)',
  'ConnectFour(rows: 4, cols: 4)',
  'PublicGoods',
];

// What the table says and what the solvers do are two pieces of code: they must agree on every game that is quick to list.
describe('solvers do what the table says', () => {
  const small = [...libraryGames.keys(), ...extra].flatMap(name => {
    const model = gameOf(name);
    if (!model.finite) return [];
    const { game } = enumerate(model, { maxStates: 1_500, maxTransitions: 30_000, maxOutcomes: 500 });
    return game === undefined ? [] : [{ name, model, game }];
  });

  test('there are enough games', () => expect(small.length).toBeGreaterThan(15));

  test.each(small)('$name', { timeout: 60_000 }, async ({ model, game }) => {
    const subject = new Subject(model, { list: () => ({ game }) });
    const methods = new Set(solverRows.filter(row => row.available).map(nameOf));
    for (const name of methods) {
      const rows = solverRows.filter(row => nameOf(row) === name);
      const [{ concept, method } = { concept: '', method: '' }] = rows;
      const statuses = rows.map(row => fitOf(row, subject).status);
      const answer = await solve(game, { concept, method }, { deadline: performance.now() + 300 });
      if (isRefusal(answer) && answer.refused.startsWith('the time limit')) continue;
      const expected = statuses.includes('fits') ? 'answers' : statuses.every(s => s === 'no') ? 'refuses' : 'either';
      if (expected === 'either') continue;
      expect(`${name} ${isRefusal(answer) ? `refuses: ${answer.refused}` : 'answers'}`).toMatch(`${name} ${expected}`);
    }
  });
});
