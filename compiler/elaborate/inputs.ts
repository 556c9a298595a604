/** What a training gives to policies and critics: the parts of its `reads` clauses, lowered as if they stood in the game's `observe`. */
import type { ObservePart, ReadsClause } from '../../grammar/ast.ts';
import type { GameModel, IrStmt, Local, ObservationPiece, ObservationSpace, Store } from '../game/model.ts';
import { warnForAll } from './binders.ts';
import * as B from './bounds.ts';
import { type Builder, type Context, type Inside, report, Scope } from './context.ts';
import * as ir from './ir.ts';
import { lastActionPiece, rememberActions } from './lastAction.ts';
import { type Encoded, encodePart, viewer, wholeState } from './observe.ts';
import * as V from './values.ts';

/** One part, for one class of agents. */
export interface Input {
  readonly kind: 'observation' | 'last_action' | 'computed';
  /** It is the word `state`. */
  readonly whole: boolean;
  readonly who: 'policy' | 'critic';
  readonly part: ObservePart;
  readonly clause: ReadsClause;
  readonly label: string;
  readonly space: ObservationSpace;
}

export interface Inputs {
  /** The game, with last actions in its state where one is read. */
  readonly model: GameModel;
  /** Per class; undefined where no clause covers the class. */
  readonly classes: readonly {
    readonly policy: readonly Input[] | undefined;
    readonly critic: readonly Input[] | undefined;
  }[];
  /** The store of last actions, if one is read. */
  readonly last: Store | undefined;
}

/**
 * Lowers the parts of `clauses` (in `file`) for every class of the model that `build` has just made.
 * Words with a meaning of their own, unless the game uses the name: `observation`, `last_action`, `state`.
 */
export function lowerInputs(
  build: Builder,
  model: GameModel,
  file: string,
  clauses: readonly ReadsClause[],
  fallback: Context,
): Inputs {
  const own = insideOf(build, model);
  const base: Context = {
    ...(own?.ctx ?? { ...fallback, scope: agentsOf(model, fallback.scope) }),
    file,
    phase: 'state',
  };
  const asked = clauses.some(clause => clause.parts.some(part => special(base, part) === 'last_action'));
  const real = model.actionSpaces.some(space => space.realSize > 0);
  const remembered = asked && !real ? rememberActions(build, model) : undefined;
  const classes = model.classes.map((cls, c): Inputs['classes'][number] => {
    // The same name for who looks as in the game's own observation, so that both can stand side by side.
    const { self } = cls.observation;
    const found: { policy: Input[] | undefined; critic: Input[] | undefined } = {
      policy: undefined,
      critic: undefined,
    };
    for (const clause of clauses) {
      const view = viewer(base, clause.binder, cls, self, `What \`${clause.who} reads\` is for`);
      if (view === undefined) continue;
      if (c === 0 && clause.who === 'policy' && !clause.parts.every(part => special(base, part) !== undefined))
        warnForAll(base, clause.binder, clause.parts);
      const list = found[clause.who] ?? [];
      found[clause.who] = list;
      for (const part of clause.parts) {
        const prelude: IrStmt[] = [];
        const here: Context = { ...view, out: prelude };
        const kind = special(base, part);
        if (kind === 'last_action' && remembered === undefined) {
          report(here, part.span, 'not-here', {
            what: '`last_action`',
            where: 'it is one of finitely many actions, and actions of this game have real parts',
            remedy: 'Keep what is to be remembered in the state and observe it.',
          });
          continue;
        }
        const encoded = encode(here, part, kind, { build, model, c, self, last: remembered?.store, own });
        const space: ObservationSpace = kind === 'observation' ? cls.observation : { ...encoded, self, prelude };
        const label = encoded.pieces[0]?.label ?? kind ?? 'nothing';
        const what = kind === 'state' || kind === undefined ? 'computed' : kind;
        list.push({ kind: what, whole: kind === 'state', who: clause.who, part, clause, label, space });
      }
    }
    return found;
  });
  return { model: remembered?.model ?? model, classes, last: remembered?.store };
}

/** The agents and classes of a game that has no names of its own. */
function agentsOf(model: GameModel, outer: Scope): Scope {
  const scope = new Scope(outer);
  for (const { name, first, count } of model.classes) {
    const type = { kind: 'agent', name, first, count } as const;
    const lone = model.agents[first]?.label === name ? { lone: V.scalar(type, ir.int(first)) } : {};
    scope.names.set(name, { kind: 'type', get: () => type, ...lone });
  }
  const all = { kind: 'agent', name: 'agents', first: 0, count: model.agents.length } as const;
  scope.names.set('agents', { kind: 'type', get: () => all });
  return scope;
}

/** The game's names; a game made of another one (`repeated`) has none. */
export function insideOf(build: Builder, model: GameModel): Inside | undefined {
  const { inside } = build;
  return inside !== undefined && model.view.every(({ name }) => build.states.has(name)) ? inside : undefined;
}

interface Site {
  readonly build: Builder;
  readonly model: GameModel;
  readonly c: number;
  readonly self: Local;
  readonly last: Store | undefined;
  readonly own: Inside | undefined;
}

function encode(here: Context, part: ObservePart, kind: ReturnType<typeof special>, site: Site): Encoded {
  switch (kind) {
    case 'observation':
      return { length: 0, pieces: [] };
    case 'last_action': {
      if (site.last === undefined) return { length: 0, pieces: [] };
      const piece = lastActionPiece(site.build, site.model, site.c, site.last, ir.local(site.self), 0);
      return { length: piece.width, pieces: [piece] };
    }
    case 'state':
      return site.own === undefined ? everyStore(site) : wholeState(here, 'as declared');
    case undefined:
      return encodePart(here, part, 0);
  }
}

/** The state of a game without names, number by number. */
function everyStore({ build, model }: Site): Encoded {
  const pieces: ObservationPiece[] = [];
  let offset = 0;
  for (const store of model.state) {
    const variable = build.local('k', 'int', B.between(0, store.size - 1));
    const value = ir.load(store, ir.local(variable));
    pieces.push({ label: store.name, offset, variable, count: store.size, stride: 1, value, width: 1, low: 0 });
    offset += store.size;
  }
  return { length: offset, pieces };
}

function special(ctx: Context, part: ObservePart): 'observation' | 'last_action' | 'state' | undefined {
  const { value } = part;
  if (value.kind !== 'NameExpr' || ctx.scope.lookup(value.name.text) !== undefined) return undefined;
  const name = value.name.text;
  return name === 'observation' || name === 'last_action' || name === 'state' ? name : undefined;
}

/** Several inputs of one class, one behind the other. */
export function joinInputs(observation: ObservationSpace, inputs: readonly Input[]): ObservationSpace {
  const prelude: IrStmt[] = [];
  const pieces: ObservationPiece[] = [];
  let length = 0;
  const seen = new Set<ObservationSpace>();
  for (const { space, kind } of inputs) {
    // Said twice, the observation is still one.
    if (kind === 'observation' && seen.has(space)) continue;
    seen.add(space);
    prelude.push(...space.prelude);
    pieces.push(...space.pieces.map(piece => ({ ...piece, offset: piece.offset + length })));
    length += space.length;
  }
  return { length, self: observation.self, prelude, pieces };
}
