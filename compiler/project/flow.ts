/** Information flow of trainings and games: what policies, critics and masks read, and the model a policy is trained on. */
import type { GameDecl, LegalItem, ObserveItem, ReadsClause, Span, TrainDecl } from '../../grammar/ast.ts';
import { algorithmNamed } from '../../runtime/learners/catalogue.ts';
import type { Fix } from '../api.ts';
import { behind, compare, quick } from '../effects/alike.ts';
import { maskSpace } from '../effects/masks.ts';
import { elementNames } from '../effects/names.ts';
import { farthest, pathOf } from '../effects/path.ts';
import { judge, judgeSpace, type Verdict } from '../effects/policy.ts';
import { roleOf } from '../effects/roles.ts';
import type { Context, Inside } from '../elaborate/context.ts';
import { report } from '../elaborate/context.ts';
import { type Input, insideOf, joinInputs, lowerInputs } from '../elaborate/inputs.ts';
import type { AgentClass, GameModel } from '../game/model.ts';
import { criticFix, observeFix } from './flowFixes.ts';
import type { Workspace } from './instance.ts';

export function readsOf(decl: TrainDecl): readonly ReadsClause[] {
  return decl.clauses.filter((clause): clause is ReadsClause => clause.kind === 'Reads');
}

/**
 * The game as the policies of a training see it: where a clause says what a policy reads, that is its observation. Reports what it may
 * not read. `ctx` is the file of the training.
 */
export function policyModel(space: Workspace, ctx: Context, model: GameModel, decl: TrainDecl): GameModel | undefined {
  const clauses = readsOf(decl);
  if (clauses.length === 0) return model;
  const algorithm = decl.clauses.find(clause => clause.kind === 'Algorithm');
  const name = algorithm?.kind === 'Algorithm' ? algorithm.name.text : '';
  const role = roleOf(name);
  const inputs = lowerInputs(space.build, model, ctx.file, clauses, ctx);
  const inside = insideOf(space.build, model);
  if (!role.critic && name !== '')
    for (const clause of clauses)
      if (clause.who === 'critic') {
        const ownCritic = algorithmNamed(name)?.settings.some(one => one.name === 'critic_network') === true;
        const fixes: readonly Fix[] = [
          { title: 'Remove `critic reads`', edits: [{ file: ctx.file, span: clause.span, text: '' }] },
        ];
        report(ctx, clause.span, 'no-critic', { algorithm: name, ownCritic }, { fixes });
      }
  const classes = inputs.model.classes.map((cls, c): AgentClass => {
    const { policy, critic } = inputs.classes[c] ?? { policy: undefined, critic: undefined };
    for (const input of policy ?? []) {
      if (isObservedText(ctx, inside, cls, input)) continue;
      const verdict = judge(model, c, input);
      if (verdict.kind === 'hidden') refuse(ctx, { inside, model, decl, input, verdict, algorithm: name, role });
    }
    // One table of a central learner is policy and value at once: what its value reads comes beside what the policy reads.
    const added = role.policy === 'centralised' ? (critic ?? []) : [];
    if (policy === undefined && added.length === 0) return cls;
    const own = policy === undefined ? cls.observation : joinInputs(cls.observation, policy);
    const more = joinInputs(
      cls.observation,
      added.filter(input => policy !== undefined || input.kind !== 'observation'),
    );
    return { ...cls, observation: behind(own, more) };
  });
  return { ...inputs.model, classes, usesTime: inputs.model.usesTime || space.build.usesTime };
}

interface Refusal {
  readonly inside: Inside | undefined;
  readonly model: GameModel;
  readonly decl: TrainDecl;
  readonly input: Input;
  readonly verdict: Extract<Verdict, { kind: 'hidden' }>;
  readonly algorithm: string;
  readonly role: ReturnType<typeof roleOf>;
}

function refuse(ctx: Context, refusal: Refusal): void {
  const { inside, model, input, verdict, algorithm, role } = refusal;
  const agent = model.agents[verdict.agent]?.label ?? '';
  const hidden = elementNames(model, verdict.reads);
  const { span } = input.part.value;
  const read = farthest(verdict.reads);
  const related = read === undefined ? [] : pathOf(inside, read, { file: ctx.file, span });
  if (role.policy === 'centralised') {
    report(ctx, span, 'central-policy', { algorithm, agent, hidden }, { related });
    return;
  }
  const observe = inside === undefined ? undefined : observeFix(ctx, inside, input);
  const critic = criticFix(ctx, refusal.decl, model, input, role.critic ? undefined : algorithm);
  const fixes = [...(observe === undefined ? [] : [observe]), ...(critic === undefined ? [] : [critic.fix])];
  const shown = shownBy(agent, verdict);
  report(ctx, span, 'hidden-input', { agent, hidden, shown, critic: critic?.words }, { related, fixes });
}

function shownBy(agent: string, { pair, why }: Extract<Verdict, { kind: 'hidden' }>): string {
  if (pair === undefined) return `that it follows from what ${agent} observes is not known, because ${why}`;
  const k = pair.values[0].findIndex((value, i) => value !== pair.values[1][i]);
  const [a, b] = [pair.values[0][k] ?? 0, pair.values[1][k] ?? 0].map(value => `${Number(value.toPrecision(6))}`);
  const slot = pair.values[0].length === 1 ? 'it is' : `number ${k} of it is`;
  return `in the states ${pair.states[0]} and ${pair.states[1]} ${agent} sees the same, but ${slot} ${a} in one and ${b} in the other`;
}

/** Is the very same text a part of what the class observes? Lists of what is near are hard to recognise otherwise. */
function isObservedText(ctx: Context, inside: Inside | undefined, cls: AgentClass, input: Input): boolean {
  if (inside === undefined || input.kind !== 'computed') return false;
  const text = (file: string, span: Span): string =>
    ctx.build.text(file).slice(span.start, span.end).replace(/\s+/g, ' ').trim();
  const wanted = text(ctx.file, input.part.value.span);
  const pad = input.part.pad === undefined ? '' : text(ctx.file, input.part.pad.span);
  const file = inside.ctx.file;
  const named = (item: { binder: ReadsClause['binder'] }): string => item.binder?.name.text ?? '';
  return inside.decl.items.some(
    item =>
      item.kind === 'Observe' &&
      named(item) === named(input.clause) &&
      covers(inside, item, cls) &&
      item.parts.some(
        part =>
          text(file, part.value.span) === wanted && (part.pad === undefined ? '' : text(file, part.pad.span)) === pad,
      ),
  );
}

function covers(inside: Inside, item: ObserveItem, cls: AgentClass): boolean {
  if (item.binder === undefined) return true;
  const { type, name } = item.binder;
  const word = type === undefined ? name.text : type.kind === 'NamedType' ? type.name.text : undefined;
  const bound = word === undefined ? undefined : inside.ctx.scope.lookup(word);
  if (bound?.kind !== 'type') return type === undefined;
  const of = bound.get();
  return of.kind === 'agent' && of.first <= cls.first && cls.first + cls.count <= of.first + of.count;
}

// ---------------------------------------------------------------------------------------------- masks

/** Warns where the legal actions of an agent tell it more than it observes. */
export function checkMasks(ctx: Context, decl: GameDecl, model: GameModel): void {
  const items = decl.items.filter((item): item is LegalItem => item.kind === 'Legal');
  const inside = insideOf(ctx.build, model);
  for (const [c, cls] of model.classes.entries()) {
    const space = maskSpace(model, cls);
    const found = space === undefined ? undefined : judgeSpace(model, c, space);
    if (space === undefined || found === undefined) continue;
    const spaces = model.classes.map((_, k) => (k === c ? space : undefined));
    const answer = compare(model, { spaces, acting: true, time: found.time }, quick);
    if (answer.kind !== 'differs') continue;
    const { pair } = answer;
    const own = judgeSpace(model, c, space, pair.agent) ?? found;
    const agent = model.agents[pair.agent]?.label ?? '';
    const k = pair.values[0].findIndex((value, i) => value !== pair.values[1][i]);
    const action = model.actionSpaces[cls.actionSpace]?.names[k] ?? `${k}`;
    const first = pair.values[0][k] === 1 ? 0 : 1;
    const shown = `in the states ${pair.states[0]} and ${pair.states[1]} ${agent} sees the same, but ${action} is legal only in the ${first === 0 ? 'first' : 'second'}`;
    const read = farthest(own.reads);
    const at = read?.trail[0];
    const item =
      items.find(
        ({ condition }) =>
          at !== undefined &&
          at.file === ctx.file &&
          condition.span.start <= at.span.start &&
          at.span.end <= condition.span.end,
      ) ?? items[0];
    if (item === undefined) continue;
    const { span } = item.condition;
    const related = read === undefined ? [] : pathOf(inside, read, { file: ctx.file, span });
    const hidden = elementNames(model, own.reads);
    report(ctx, span, 'legal-reveals', { agent, hidden, shown }, { related });
  }
}
