/** `sharing = roles(front: [Scout, Guard[0..1]], back: Medic)`: which agents share parameters, role by role. */
import type { CallExpr, Expr } from '../../grammar/ast.ts';
import type { Role, RoleMember, Roles, SettingDoc } from '../../runtime/train/spec.ts';
import { constantWhole } from '../elaborate/constants.ts';
import { type Context, report, sourceText } from '../elaborate/context.ts';
import type { GameModel } from '../game/model.ts';

/** An example, for messages. */
export const rolesForm = 'roles(front: Scout, back: [Guard, Medic[0..1]])';

/** Undefined after a problem was reported. Without a game what is named is taken as it stands. */
export function rolesSetting(
  ctx: Context,
  call: CallExpr,
  doc: SettingDoc,
  model: GameModel | undefined,
): Roles | undefined {
  const refuse = (e: { readonly span: Expr['span'] }, expected: string, found: string): undefined => {
    report(ctx, e.span, 'bad-setting', { name: doc.name, expected, found });
    return undefined;
  };
  const [unnamed] = call.args;
  if (unnamed !== undefined || call.named.length === 0)
    return refuse(
      unnamed ?? call,
      `roles with names, such as \`${rolesForm}\``,
      `\`${sourceText(ctx, (unnamed ?? call).span)}\``,
    );
  const roles: Role[] = [];
  /** Role by agent, `P 2`. */
  const taken = new Map<string, string>();
  for (const { name, value, span } of call.named) {
    const clash = roles.some(role => role.name === name.text) || model?.classes.some(cls => cls.name === name.text);
    if (clash) return refuse({ span }, 'roles with names of their own', `\`${name.text}\`, which is taken`);
    const members: RoleMember[] = [];
    for (const item of value.kind === 'List' ? value.items : [value]) {
      const member = memberOf(ctx, item, doc, model, refuse);
      if (member === undefined) return undefined;
      for (const agent of agentsOf(member, model)) {
        const other = taken.get(agent);
        if (other !== undefined) return refuse(item, 'every agent in one role', `${agent}, which is in \`${other}\``);
        taken.set(agent, name.text);
      }
      members.push(member);
    }
    if (members.length === 0) return refuse(value, 'agents in every role', `none in \`${name.text}\``);
    roles.push({ name: name.text, members });
  }
  return { roles };
}

/** `Scout`, `Scout[1]`, `Scout[0..1]` */
function memberOf(
  ctx: Context,
  e: Expr,
  doc: SettingDoc,
  model: GameModel | undefined,
  refuse: (e: Expr, expected: string, found: string) => undefined,
): RoleMember | undefined {
  const of = e.kind === 'IndexExpr' ? e.object : e;
  const classes = model?.classes.map(cls => cls.name).join(', ');
  const known = classes === undefined ? '' : ` of ${classes}`;
  if (of.kind !== 'NameExpr') return refuse(e, `agents${known}`, `\`${sourceText(ctx, e.span)}\``);
  const cls = model?.classes.find(one => one.name === of.name.text);
  if (model !== undefined && cls === undefined) return refuse(of, `agents${known}`, `\`${of.name.text}\``);
  if (e.kind !== 'IndexExpr') return { class: of.name.text };
  const [index, more] = e.indices;
  if (index === undefined || more !== undefined)
    return refuse(e, 'one number or range of agents', `\`${sourceText(ctx, e.span)}\``);
  const most = (cls?.count ?? 1_000_000) - 1;
  const [low, high] = index.kind === 'Range' ? [index.low, index.high] : [index, index];
  const from = constantWhole(ctx, low, doc.name, 0, most);
  const to = from === undefined ? undefined : constantWhole(ctx, high, doc.name, from, most);
  return from === undefined || to === undefined ? undefined : { class: of.name.text, from, to };
}

/** The agents of a member, `P 2`; none where the game is not known. */
function agentsOf(member: RoleMember, model: GameModel | undefined): readonly string[] {
  const cls = model?.classes.find(one => one.name === member.class);
  if (cls === undefined) return [];
  const { from = 0, to = cls.count - 1 } = member;
  return Array.from({ length: to - from + 1 }, (_, k) => `${cls.name} ${from + k}`);
}
