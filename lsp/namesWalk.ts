/** The walk over the bodies of one file, in which names are used and local ones declared; see `names.ts` for what comes of it. */
import type { Binder, Expr, GameDecl, GameItem, GameRef, LhsIndex, Name, Pattern, Stmt } from '../grammar/ast.ts';
import type { Declaration } from '../grammar/index.ts';
import type { Sheet, Span } from './base.ts';
import { lookup, type Names, type Scope } from './names.ts';
import { innermost, NameTable } from './namesDeclared.ts';

type Tagged = { readonly kind?: string };

export class Walk {
  readonly #sheet: Sheet;
  readonly #table: NameTable;

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    this.#table = new NameTable(sheet);
  }

  run(): Names {
    const { file } = this.#table;
    const { declarations } = this.#sheet.ast;
    for (const declaration of declarations) this.#table.declare(declaration, file, undefined);
    for (const declaration of declarations) this.#declaration(declaration, file);
    return this.#table.finish();
  }

  #declaration(item: Declaration, file: Scope): void {
    switch (item.kind) {
      case 'Import': {
        if ('file' in item.from) return;
        const group = (item.names === undefined ? item.from.path.slice(0, -1) : item.from.path).at(-1)?.text ?? '';
        for (const name of item.names ?? item.from.path.slice(-1)) this.#table.use(name, { kind: 'import', group });
        return;
      }
      case 'Game':
        this.#game(item, file);
        return;
      case 'GameAlias': {
        const scope = this.#table.withParams(item.span, file, item.name.text, item.params);
        this.#visit(
          item.params.map(p => [p.type, p.default]),
          scope,
        );
        this.#visit(item.where, scope);
        this.#gameRef(item.of, scope);
        return;
      }
      case 'Train':
        this.#training(item, file);
        return;
      case 'Solve': {
        this.#table.use(item.concept, { kind: 'concept' });
        if (item.method !== undefined) this.#table.use(item.method, { kind: 'method' });
        this.#gameRef(item.of, file);
        this.#visit(item.iterations, file);
        if (item.maximizing !== undefined)
          this.#table.use(item.maximizing, { kind: 'inside', game: innermost(item.of) });
        return;
      }
      case 'Sweep':
        this.#table.refer(item.of, file);
        this.#visit(
          item.axes.map(axis => axis.values),
          file,
        );
        return;
      case 'Assert':
        this.#assert(item, item.of === undefined ? file : this.#table.scope(item.span, file, innermost(item.of)), file);
        return;
      case 'Mixer': {
        const scope = this.#table.withParams(item.span, file, item.name.text, item.params);
        this.#visit(
          item.params.map(p => [p.type, p.default]),
          scope,
        );
        for (const binding of item.bindings) {
          this.#visit(binding.value, scope);
          this.#table.add(scope, binding.name, { kind: 'local', extent: binding.span, of: item.name.text });
        }
        for (const claim of item.claims) this.#table.use(claim, { kind: 'claim' });
        return;
      }
      case 'Network': {
        const scope = this.#table.withParams(item.span, file, item.name.text, item.params);
        this.#visit(
          item.params.map(p => [p.type, p.default]),
          scope,
        );
        this.#visit(item.value, scope);
        return;
      }
      default:
        this.#item(item, file);
    }
  }

  #game(item: GameDecl, file: Scope): void {
    const scope = this.#table.withParams(item.span, file, item.name.text, item.params);
    if (!this.#table.games.has(item.name.text)) this.#table.games.set(item.name.text, scope);
    this.#visit(
      item.params.map(p => [p.type, p.default]),
      scope,
    );
    this.#visit(item.where, scope);
    for (const one of item.items) this.#table.declare(one, scope, item.name.text);
    // What `step` binds can be read by rewards, observations of the step and the end.
    const after = this.#table.scope(item.span, scope);
    for (const one of item.items) if (one.kind === 'Step') this.#stmts(one.stmts, after, item.name.text);
    for (const one of item.items) if (one.kind !== 'Step') this.#item(one, after);
  }

  #item(item: GameItem | Declaration, scope: Scope): void {
    switch (item.kind) {
      case 'Fn': {
        const inner = this.#table.scope(item.span, scope);
        const owner = lookup(scope, item.name.text)?.parts ?? [];
        for (const param of item.params) {
          this.#visit(param.type, inner);
          const decl = owner.find(part => part.span.start === param.name.span.start);
          if (decl !== undefined) inner.names.set(decl.name, decl);
        }
        this.#visit(item.result, scope);
        this.#stmts(item.lets, inner, item.name.text);
        this.#visit(item.body, inner);
        return;
      }
      case 'Init':
        this.#stmts(item.stmts, this.#table.scope(item.span, scope), undefined);
        return;
      case 'Actions':
        if (item.of !== undefined) this.#table.refer(item.of, scope);
        this.#visit(item.space, scope);
        return;
      case 'Legal': {
        const inner = this.#table.scope(item.span, scope);
        const [first] = item.actions;
        const binds = item.actions.length === 1 && first !== undefined && lookup(scope, first.text)?.kind !== 'action';
        // An action of an enum declared elsewhere is a member.
        if (binds && first !== undefined && lookup(scope, first.text) === undefined)
          this.#table.add(inner, first, { kind: 'binder', extent: first.span, written: `${first.text}: Action` });
        else for (const action of item.actions) this.#table.refer(action, scope);
        this.#binder(item.binder, scope, inner);
        this.#visit(item.condition, inner);
        return;
      }
      case 'Active':
        this.#family(item.binder, item.condition, item.span, scope);
        return;
      case 'Reward':
        if (item.form.kind === 'each') this.#family(item.form.binder, item.value, item.span, scope);
        else {
          if (item.form.kind === 'zero_sum') this.#table.refer(item.form.agent, scope);
          this.#visit(item.value, scope);
        }
        return;
      case 'Observe':
        this.#family(item.binder, item.parts, item.span, scope);
        return;
      case 'Payoff':
        for (const label of [...(item.header ?? []), ...item.rows.flatMap(row => row.labels)])
          if (label.kind === 'Name') this.#table.refer(label, scope);
        this.#visit(
          item.rows.map(row => row.cells),
          scope,
        );
        return;
      case 'Assert':
        this.#assert(item, scope, scope);
        return;
      default:
        this.#visit(item, scope);
    }
  }

  #assert(item: Extract<Declaration, { kind: 'Assert' }>, scope: Scope, outer: Scope): void {
    const { claim } = item;
    if (claim.kind === 'NameExpr') this.#table.use(claim.name, { kind: 'property' });
    else for (const side of claim.kind === 'Binary' ? [claim.left, claim.right] : [claim]) this.#quantity(side, scope);
    this.#visit(item.within, scope);
    if (item.of !== undefined) this.#gameRef(item.of, outer);
  }

  /** Of `value(minimax, First)` the first word is a concept, whatever else has that name. */
  #quantity(e: Expr, scope: Scope): void {
    const asked = e.kind === 'Call' && e.callee.kind === 'NameExpr' && e.callee.name.text === 'value';
    const [concept, ...rest] = asked ? e.args : [];
    if (concept?.kind === 'NameExpr') {
      this.#table.use(concept.name, { kind: 'concept' });
      this.#visit(rest, scope);
    } else this.#visit(e, scope);
  }

  #training(item: Extract<Declaration, { kind: 'Train' }>, file: Scope): void {
    this.#gameRef(item.of, file);
    const scope = this.#table.scope(item.span, file, innermost(item.of));
    for (const clause of item.clauses) {
      if (clause.kind === 'Algorithm') {
        this.#table.use(clause.name, { kind: 'algorithm' });
        for (const setting of clause.settings) {
          this.#table.use(setting.name, { kind: 'setting', algorithm: clause.name.text });
          this.#visit(setting.value, scope);
        }
      } else if (clause.kind === 'Reads') this.#family(clause.binder, clause.parts, clause.span, scope);
      else if (clause.kind === 'Envs') this.#visit(clause.count, scope);
      else if (clause.kind === 'Seeds') this.#visit(clause.seeds, scope);
    }
  }

  #gameRef(ref: GameRef, scope: Scope): void {
    const name = ref.path.at(-1);
    if (ref.base !== undefined) {
      this.#gameRef(ref.base, scope);
      for (const arg of ref.args) {
        this.#table.use(arg.name, { kind: 'argument', of: 'repeated' });
        this.#visit(arg.value, scope);
      }
      return;
    }
    if (name === undefined) return;
    if (ref.path.length > 1) this.#table.use(name, { kind: 'import', group: ref.path.at(-2)?.text ?? '' });
    else this.#table.refer(name, scope);
    for (const arg of ref.args) {
      this.#table.use(arg.name, { kind: 'argument', of: name.text });
      this.#visit(arg.value, scope);
    }
  }

  /** An equation for every agent of a binder: `reward[p: Player] = ...`; `Row` may also name an agent. */
  #family(binder: Binder | undefined, body: unknown, span: Span, scope: Scope): void {
    const inner = this.#table.scope(span, scope);
    if (binder !== undefined) this.#binder(binder, scope, inner);
    this.#visit(body, inner);
  }

  #binder(binder: Binder, scope: Scope, inner: Scope): void {
    this.#visit(binder.type, scope);
    const known = binder.type === undefined ? lookup(scope, binder.name.text) : undefined;
    if (known?.kind === 'agents') this.#table.refer(binder.name, scope);
    else {
      const written = binder.type === undefined ? `${binder.name.text}: agents` : undefined;
      this.#table.add(inner, binder.name, {
        kind: 'binder',
        extent: binder.span,
        ...(written === undefined ? {} : { written }),
      });
    }
  }

  // -------------------------------------------------------------------------------------------- statements and expressions

  /** Names that `let` binds are put into `scope` one after the other. */
  #stmts(stmts: readonly Stmt[], scope: Scope, of: string | undefined): void {
    for (const stmt of stmts) {
      const inner = this.#table.scope(stmt.span, scope);
      const indices: readonly LhsIndex[] = stmt.kind === 'Let' ? stmt.binders : stmt.indices;
      for (const index of indices)
        if (index.kind === 'Binder') this.#binder(index, scope, inner);
        else this.#visit(index, scope);
      if (stmt.kind === 'Assign') this.#table.refer(stmt.name, scope, true);
      else this.#visit(stmt.type, scope);
      if (stmt.kind === 'Let') {
        // `such that` may speak of the value drawn.
        const decl = this.#table.make(stmt.name, { kind: 'local', extent: stmt.span, of });
        if (stmt.value.kind === 'Draw') {
          this.#visit(stmt.value.dist, inner);
          if (stmt.name.text !== '') inner.names.set(stmt.name.text, decl);
          this.#visit(stmt.value.suchThat, inner);
        } else this.#visit(stmt.value, inner);
        if (stmt.name.text !== '') scope.names.set(stmt.name.text, decl);
      } else this.#visit(stmt.value, inner);
    }
  }

  /** Any part of the tree: kinds that name something are looked at, all others only passed through. */
  #visit(node: unknown, scope: Scope): void {
    if (node === undefined || node === null || typeof node !== 'object') return;
    if (Array.isArray(node)) {
      for (const child of node) this.#visit(child, scope);
      return;
    }
    switch ((node as Tagged).kind) {
      case 'NameExpr':
      case 'NextExpr':
      case 'NamedType':
      case 'NamePattern':
        this.#table.refer((node as { readonly name: Name }).name, scope);
        return;
      case 'ActionEnum':
      case 'QuantityNode':
        return;
      default:
    }
    const e = node as Expr | Pattern;
    switch (e.kind) {
      case 'Member': {
        this.#visit(e.object, scope);
        const of = e.object.kind === 'NameExpr' ? lookup(scope, e.object.name.text) : undefined;
        const named = of?.kind === 'enum' ? of.name : undefined;
        this.#table.use(e.member, { kind: 'field', object: e.object.span, of: named });
        return;
      }
      case 'Call': {
        this.#visit(e.callee, scope);
        this.#visit(e.args, scope);
        const of = e.callee.kind === 'NameExpr' ? e.callee.name.text : '';
        for (const arg of e.named) {
          this.#table.use(arg.name, { kind: 'argument', of });
          this.#visit(arg.value, scope);
        }
        return;
      }
      case 'With':
        this.#visit(e.object, scope);
        for (const update of e.updates) {
          if ('field' in update.target)
            this.#table.use(update.target.field, { kind: 'field', object: e.object.span, of: undefined }, true);
          else this.#visit(update.target.indices, scope);
          this.#visit(update.value, scope);
        }
        return;
      case 'Comprehension': {
        const inner = this.#table.scope(e.span, scope);
        for (const generator of e.generators) {
          this.#visit(generator.domain, inner);
          this.#table.add(inner, generator.name, { kind: 'binder', extent: generator.span });
        }
        this.#visit([e.body, e.condition, e.order], inner);
        return;
      }
      default:
        for (const [key, child] of Object.entries(node)) if (key !== 'span') this.#visit(child, scope);
    }
  }
}
