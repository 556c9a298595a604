/** What an analysis tells the editor beyond diagnostics, as plain data that can be sent between threads. */
import type { Program } from '../compiler/api.ts';
import { withListener } from '../compiler/elaborate/trace.ts';
import { nameOf } from '../compiler/elaborate/types.ts';
import { typeOf } from '../compiler/elaborate/values.ts';
import type { GameModel } from '../compiler/game/model.ts';
import { propertyNames } from '../compiler/properties/base.ts';
import { classify } from '../compiler/properties/classify.ts';
import { factsOf, type Listed } from '../compiler/properties/facts.ts';
import type { LearnerRow, Row } from '../compiler/requirements/base.ts';
import { decisive, type Fit, type FitStatus, fitOf, fitsOf } from '../compiler/requirements/fit.ts';
import { quickListing } from '../compiler/requirements/quick.ts';
import { Subject, type TeamReward } from '../compiler/requirements/subject.ts';
import { learnerRows } from '../compiler/requirements/table.ts';
import { factText } from '../compiler/requirements/verdict.ts';
import { type PayoffTable, payoffTable } from './payoff.ts';

export interface Insight {
  /** The text all places are about. */
  readonly text: string;
  /** Types of expressions of the entry file by `start end`. */
  readonly types: ReadonlyMap<string, string>;
  readonly games: readonly GameInsight[];
  readonly trains: readonly TrainInsight[];
  readonly mixers: readonly MixerInsight[];
}

export interface GameInsight {
  readonly name: string;
  /** `2-player zero-sum Markov game` */
  readonly words: string;
  readonly agents: readonly AgentInsight[];
  readonly horizon: number | undefined;
  /** States with ends, or why they were not counted. */
  readonly states: { readonly count: number } | { readonly why: string };
  readonly facts: readonly FactInsight[];
  /** Of every algorithm and every solver, those that fit first. */
  readonly fits: readonly FitInsight[];
  readonly table: PayoffTable | undefined;
  /** What a study has solved, for the parameters' defaults. */
  readonly values?: readonly KnownValue[];
}

export interface KnownValue {
  /** As an assertion writes it: `value(minimax, First) == -1/18`. */
  readonly claim: string;
}

export interface AgentInsight {
  readonly class: string;
  readonly count: number;
  readonly actions: readonly string[];
  readonly realActions: number;
  /** Numbers in the encoding, and what they are. */
  readonly observation: number;
  readonly pieces: readonly string[];
}

export interface FactInsight {
  readonly property: string;
  readonly status: 'proved' | 'refuted' | 'unknown';
  /** How it is known, the case against it, or why it is open. */
  readonly text: string;
}

export interface FitInsight {
  readonly kind: 'learner' | 'solver';
  readonly name: string;
  readonly concept: string | undefined;
  readonly status: FitStatus;
  readonly reason: string;
  readonly available: boolean;
}

export interface TrainInsight {
  readonly name: string;
  readonly game: string;
  /** With this training's own arguments and team reward. */
  readonly fits: readonly FitInsight[];
}

export interface MixerInsight {
  readonly name: string;
  readonly facts: readonly { readonly property: string; readonly status: string; readonly text: string }[];
}

/** Types told at most; a file of this many expressions is no longer read by people. */
const mostTypes = 40_000;

/** Runs `body` and gathers the types of the expressions of one file that it elaborates. */
export function gatherTypes<T>(path: string, body: () => T): { readonly made: T; readonly types: Map<string, string> } {
  const types = new Map<string, string>();
  const made = withListener((file, e, value) => {
    if (file !== path || e.kind === 'Number' || e.kind === 'Bool' || types.size >= mostTypes) return;
    const key = `${e.span.start} ${e.span.end}`;
    if (types.has(key) || value.kind === 'invalid') return;
    types.set(key, nameOf(typeOf(value)));
  }, body);
  return { made, types };
}

/** Everything about one game at its defaults; `listed` may be a listing that somebody took more time for. */
export function gameInsight(model: GameModel, listed: Listed = quickListing(model), thorough = false): GameInsight {
  const facts = factsOf(model, listed, { search: thorough ? 'quick' : 'none' });
  const game = listed.game;
  return {
    name: model.name,
    words: classify(model, game, facts).words,
    agents: model.classes.map(cls => {
      const space = model.actionSpaces[cls.actionSpace];
      return {
        class: cls.name,
        count: cls.count,
        actions: space?.names.slice(0, 64) ?? [],
        realActions: space?.realSize ?? 0,
        observation: cls.observation.length,
        pieces: [...new Set(cls.observation.pieces.map(piece => piece.label))],
      };
    }),
    horizon: model.horizon,
    states: game === undefined ? { why: listed.why } : { count: game.stateCount + game.terminalCount },
    facts: propertyNames.map(property => {
      const fact = facts[property];
      const text = fact.status === 'proved' ? fact.how : fact.status === 'refuted' ? fact.witness.text : fact.why;
      return { property, status: fact.status, text };
    }),
    fits: fitsOf(new Subject(model, { list: () => listed }))
      .map(fitInsight)
      .sort(byFit),
    table: game === undefined ? undefined : payoffTable(game),
  };
}

const order: readonly FitStatus[] = ['fits', 'meant for other games', 'with team reward', 'undecided', 'no'];

function byFit(a: FitInsight, b: FitInsight): number {
  return Number(b.available) - Number(a.available) || order.indexOf(a.status) - order.indexOf(b.status);
}

function fitInsight(fit: Fit): FitInsight {
  const verdict = decisive(fit);
  const { row } = fit;
  return {
    kind: row.kind,
    name: row.kind === 'learner' ? row.name : row.method,
    concept: row.kind === 'learner' ? undefined : row.concept,
    status: fit.status,
    reason: verdict === undefined ? '' : `needs ${verdict.needs}: ${factText(verdict.fact)}`,
    available: row.available,
  };
}

/** How every learner fits a training's game, with what the training declares. */
export function trainFits(model: GameModel, team: TeamReward): readonly FitInsight[] {
  const subject = new Subject(model, { team });
  return learnerRows.map((row: LearnerRow): FitInsight => fitInsight(fitOf(row as Row, subject))).sort(byFit);
}

export function mixerInsights(program: Program): readonly MixerInsight[] {
  return program.mixers.map(({ name, facts }) => ({
    name,
    facts: facts.map(fact => ({
      property: fact.property,
      status: fact.status,
      text: fact.status === 'proved' ? fact.how : fact.status === 'refuted' ? fact.witness : fact.why,
    })),
  }));
}
