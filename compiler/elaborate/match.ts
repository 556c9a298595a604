import type { MatchExpr, Pattern } from '../../grammar/ast.ts';
import type { IrExpr } from '../game/model.ts';
import { mismatch } from './coerce.ts';
import { type Context, report } from './context.ts';
import { branch, elaborate, enumMember, joinBranches, unknownName } from './expr.ts';
import * as ir from './ir.ts';
import type { Type } from './types.ts';
import * as T from './types.ts';
import { valueName } from './valueNames.ts';
import type { Value } from './values.ts';
import * as V from './values.ts';

export function matchExpr(ctx: Context, e: MatchExpr, expected: Type | undefined): Value {
  const subject = elaborate(ctx, e.subject);
  if (subject.kind === 'invalid') {
    for (const arm of e.arms) elaborate(ctx, arm.value, expected);
    return V.invalid;
  }
  return arms(ctx, e, subject, 0, expected, new Coverage(V.typeOf(subject)));
}

function arms(
  ctx: Context,
  e: MatchExpr,
  subject: Value,
  k: number,
  expected: Type | undefined,
  coverage: Coverage,
): Value {
  const arm = e.arms[k];
  if (arm === undefined) {
    const missing = coverage.missing();
    if (missing !== undefined) report(ctx, e.span, 'match-incomplete', { missing });
    return V.invalid;
  }
  if (coverage.missing() === undefined) report(ctx, arm.span, 'match-unreachable', undefined as never);
  let condition = ir.bool(false);
  let failed = false;
  for (const pattern of arm.patterns) {
    const test = matches(ctx, pattern, subject);
    if (test === undefined) failed = true;
    else condition = ir.or(condition, test);
    coverage.add(pattern, ctx, subject);
  }
  const last = k === e.arms.length - 1;
  if (last && coverage.missing() === undefined && !failed) {
    // Everything else was covered above, so the last arm needs no test.
    return branch(ctx, condition, true, inner => elaborate(inner, arm.value, expected));
  }
  if (failed) {
    elaborate(ctx, arm.value, expected);
    arms(ctx, e, subject, k + 1, expected, coverage);
    return V.invalid;
  }
  const value = branch(ctx, condition, true, inner => elaborate(inner, arm.value, expected));
  const rest = branch(ctx, condition, false, inner =>
    arms(inner, e, subject, k + 1, expected ?? (value.kind === 'invalid' ? undefined : V.typeOf(value)), coverage),
  );
  if (rest.kind === 'invalid' || value.kind === 'invalid') return V.invalid;
  const spans = { then: arm.value.span, else: e.arms[k + 1]?.value.span ?? arm.span };
  return joinBranches(ctx, condition, value, rest, spans, expected);
}

function matches(ctx: Context, pattern: Pattern, subject: Value): IrExpr | undefined {
  switch (pattern.kind) {
    case 'Wildcard':
      return ir.bool(true);
    case 'NamePattern': {
      const value = patternName(ctx, pattern, V.typeOf(subject));
      return value === undefined ? undefined : compare(ctx, pattern.span, subject, value);
    }
    case 'LiteralPattern':
      return compare(ctx, pattern.span, subject, elaborate(ctx, pattern.value, V.typeOf(subject)));
    case 'RangePattern': {
      const low = elaborate(ctx, pattern.low);
      const high = elaborate(ctx, pattern.high);
      if (low.kind !== 'scalar' || high.kind !== 'scalar') return undefined;
      if (subject.kind !== 'scalar' || (subject.type.kind !== 'int' && subject.type.kind !== 'real')) {
        mismatch(
          ctx,
          pattern.span,
          T.describe(V.typeOf(subject)),
          low,
          'A pattern has the type of what it matches, so this',
        );
        return undefined;
      }
      return ir.and(ir.binary('ge', subject.e, low.e), ir.binary('le', subject.e, high.e));
    }
    case 'TuplePattern': {
      const parts = subject.kind === 'tuple' ? subject.items : subject.kind === 'record' ? subject.fields : undefined;
      if (parts === undefined || parts.length !== pattern.items.length) {
        report(ctx, pattern.span, 'type-mismatch', {
          expected: T.describe(V.typeOf(subject)),
          found: `a pattern of ${pattern.items.length} parts`,
          because: 'A pattern has the shape of what it matches, so this',
        });
        return undefined;
      }
      let condition = ir.bool(true);
      for (let k = 0; k < parts.length; k++) {
        const part = matches(ctx, pattern.items[k] as Pattern, parts[k] as Value);
        if (part === undefined) return undefined;
        condition = ir.and(condition, part);
      }
      return condition;
    }
  }
}

function patternName(ctx: Context, pattern: Extract<Pattern, { kind: 'NamePattern' }>, type: Type): Value | undefined {
  const name = pattern.name.text;
  if (type.kind === 'enum' && type.members.includes(name)) return V.scalar(type, ir.int(type.members.indexOf(name)));
  const binding = ctx.scope.lookup(name);
  if (binding === undefined) {
    const member = enumMember(ctx, name, pattern.span, type);
    if (member !== undefined) return member;
    unknownName(ctx, name, pattern.name.span, type.kind === 'enum' ? `member of ${type.name}` : 'value');
    return undefined;
  }
  const value = elaborate(ctx, { kind: 'NameExpr', name: pattern.name, span: pattern.span }, type);
  return value.kind === 'invalid' ? undefined : value;
}

function compare(ctx: Context, span: Pattern['span'], subject: Value, value: Value): IrExpr | undefined {
  if (value.kind === 'invalid') return undefined;
  const same = V.equal(subject, value, () => ir.bool(false));
  if (same === undefined || subject.kind !== 'scalar') {
    mismatch(ctx, span, T.describe(V.typeOf(subject)), value, 'A pattern has the type of what it matches, so this');
    return undefined;
  }
  return same;
}

/** Which values of a finite subject no pattern covers yet; patterns are sets of joint values of the subject's scalar parts. */
class Coverage {
  private readonly parts: readonly Type[];
  private readonly covered: Set<number> | undefined;
  private readonly size: number;
  private everything = false;

  constructor(type: Type) {
    this.parts = type.kind === 'tuple' ? type.items : type.kind === 'record' ? type.fields.map(f => f.type) : [type];
    const size = this.parts.reduce((n, part) => n * (T.sizeOf(part) ?? Infinity), 1);
    this.size = size;
    this.covered = size <= 100_000 ? new Set() : undefined;
  }

  add(pattern: Pattern, ctx: Context, subject: Value): void {
    const patterns = pattern.kind === 'TuplePattern' ? pattern.items : [pattern];
    if (pattern.kind === 'Wildcard' || patterns.every(p => p.kind === 'Wildcard')) {
      this.everything = true;
      return;
    }
    if (this.covered === undefined || patterns.length !== this.parts.length) return;
    const types = subject.kind === 'tuple' ? subject.items : subject.kind === 'record' ? subject.fields : [subject];
    const sets = patterns.map((p, k) => valuesOf(p, this.parts[k] as Type, ctx, types[k] as Value));
    let codes = [0];
    for (let k = 0; k < sets.length; k++) {
      const size = T.sizeOf(this.parts[k] as Type) ?? 0;
      codes = codes.flatMap(code => (sets[k] as readonly number[]).map(v => code * size + v));
    }
    for (const code of codes) this.covered.add(code);
  }

  /** A value nothing covers, in words. */
  missing(): string | undefined {
    if (this.everything) return undefined;
    if (this.covered === undefined) return 'the remaining values';
    for (let code = 0; code < this.size; code++) {
      if (this.covered.has(code)) continue;
      const names: string[] = [];
      let rest = code;
      for (let k = this.parts.length - 1; k >= 0; k--) {
        const size = T.sizeOf(this.parts[k] as Type) ?? 1;
        names.unshift(valueName(this.parts[k] as Type, rest % size));
        rest = Math.floor(rest / size);
      }
      return names.length === 1 ? `\`${names[0]}\`` : `\`(${names.join(', ')})\``;
    }
    return undefined;
  }
}

function valuesOf(pattern: Pattern, type: Type, ctx: Context, subject: Value): readonly number[] {
  const size = T.sizeOf(type) ?? 0;
  const all = Array.from({ length: size }, (_, k) => k);
  if (pattern.kind === 'Wildcard') return all;
  return all.filter(k => {
    const test = quiet(ctx, pattern, V.fromOrdinal(type, ir.int(k)), subject);
    return test !== undefined && ir.constantOf(test) === 1;
  });
}

// The patterns were checked (and reported) against the real subject before; reports at the same places are dropped.
function quiet(ctx: Context, pattern: Pattern, value: Value, subject: Value): IrExpr | undefined {
  return subject.kind === 'invalid' || value.kind === 'invalid' ? undefined : matches(ctx, pattern, value);
}
