/** The walk over the tree of one file that finds declarations, scopes and uses; see `names.ts` for what it makes. */
import type { Binder, Expr, GameDecl, GameItem, GameRef, LhsIndex, Name, Pattern, Stmt } from '../grammar/ast.ts';
import type { Declaration } from '../grammar/index.ts';
import type { Sheet, Span } from './base.ts';
import { type Decl, lookup, type Names, type Scope, type Target, type Use } from './names.ts';

type About = Pick<Decl, 'kind' | 'extent'> & Partial<Pick<Decl, 'doc' | 'written' | 'of' | 'parts'>>;
type Tagged = { readonly kind?: string };

export class Walk {
  readonly #sheet: Sheet;
  readonly #decls: Decl[] = [];
  readonly #uses: Use[] = [];
  readonly #scopes: Scope[] = [];
  readonly #games = new Map<string, Scope>();
  readonly #aliases = new Map<string, string>();

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
  }

  run(): Names {
    const { ast, text } = this.#sheet;
    const file = this.#scope({ start: 0, end: text.length }, undefined);
    for (const declaration of ast.declarations) this.#declare(declaration, file, undefined);
    for (const declaration of ast.declarations) this.#declaration(declaration, file);
    const byPlace = (a: { span: Span }, b: { span: Span }): number => a.span.start - b.span.start;
    return {
      file,
      decls: this.#decls.sort(byPlace),
      uses: this.#uses.sort(byPlace),
      scopes: this.#scopes,
      games: this.#games,
      aliases: this.#aliases,
    };
  }

  // -------------------------------------------------------------------------------------------- making

  #scope(span: Span, outer: Scope | undefined, inside?: string): Scope {
    const scope: Scope = { span, outer, names: new Map(), members: new Map(), inside };
    this.#scopes.push(scope);
    return scope;
  }

  #make(name: Name, about: About): Decl {
    const decl: Decl = {
      name: name.text,
      path: this.#sheet.path,
      span: name.span,
      kind: about.kind,
      extent: about.extent,
      doc: about.doc,
      written: about.written ?? this.#line(about.extent),
      of: about.of,
      parts: about.parts ?? [],
    };
    this.#decls.push(decl);
    return decl;
  }

  #add(scope: Scope, name: Name, about: About, as: 'names' | 'members' = 'names'): Decl {
    const decl = this.#make(name, about);
    if (name.text !== '' && !scope[as].has(name.text)) scope[as].set(name.text, decl);
    return decl;
  }

  /** The text of a place on one line, short. */
  #line(span: Span): string {
    const text = this.#sheet.slice(span).replace(/\s+/g, ' ').trim();
    return text.length <= 160 ? text : `${text.slice(0, 157)}...`;
  }

  #use(name: Name, target: Target, writes = false): void {
    if (name.text !== '') this.#uses.push({ name: name.text, span: name.span, target, writes });
  }

  /** A name as scopes say, else what a file or a game elsewhere may say. */
  #refer(name: Name, scope: Scope, writes = false): void {
    const decl = lookup(scope, name.text);
    if (decl !== undefined) {
      this.#use(name, { kind: 'decl', decl }, writes);
      return;
    }
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
      if (at.inside !== undefined) {
        this.#use(name, { kind: 'inside', game: at.inside }, writes);
        return;
      }
    this.#use(name, { kind: 'global' }, writes);
  }

  // -------------------------------------------------------------------------------------------- declarations

  /** Puts what a declaration brings into its scope; bodies come later, so that order does not matter. */
  #declare(item: Declaration | GameItem, scope: Scope, of: string | undefined): void {
    switch (item.kind) {
      case 'Game':
      case 'GameAlias': {
        const parts = item.params.map(param => this.#param(param, item.name.text));
        this.#add(scope, item.name, {
          kind: 'game',
          extent: item.span,
          doc: item.doc,
          parts,
          written: this.#head(item.span, item.kind === 'Game'),
        });
        if (item.kind === 'GameAlias') this.#aliases.set(item.name.text, innermost(item.of));
        return;
      }
      case 'Enum': {
        const name = item.name.text;
        const parts = item.members.map(member =>
          this.#add(
            scope,
            member,
            { kind: 'member', extent: member.span, of: name, written: `${name}.${member.text}` },
            'members',
          ),
        );
        this.#add(scope, item.name, { kind: 'enum', extent: item.span, doc: item.doc, of, parts });
        return;
      }
      case 'Record': {
        const parts = item.fields.map(field =>
          this.#make(field.name, { kind: 'field', extent: field.span, doc: field.doc, of: item.name.text }),
        );
        this.#add(scope, item.name, { kind: 'record', extent: item.span, doc: item.doc, of, parts });
        return;
      }
      case 'Const':
        this.#add(scope, item.name, { kind: 'constant', extent: item.span, doc: item.doc, of });
        return;
      case 'Fn': {
        const parts = item.params.map(param => this.#param(param, item.name.text));
        const end = item.result?.span.end ?? item.params.at(-1)?.span.end ?? item.name.span.end;
        const close = item.result === undefined && parts.length > 0 ? ')' : '';
        const written = `${this.#line({ start: item.name.span.start, end })}${close}`;
        this.#add(scope, item.name, {
          kind: 'function',
          extent: item.span,
          doc: item.doc,
          of,
          parts,
          written: `fn ${written}`,
        });
        return;
      }
      case 'Mixer':
      case 'Network': {
        const parts = item.params.map(param => this.#param(param, item.name.text));
        const kind = item.kind === 'Mixer' ? 'mixer' : 'network';
        const written = this.#head(item.span, true);
        this.#add(scope, item.name, { kind, extent: item.span, doc: item.doc, parts, written });
        return;
      }
      case 'Train':
        this.#add(scope, item.name, {
          kind: 'training',
          extent: item.span,
          doc: item.doc,
          written: this.#head(item.span, true),
        });
        return;
      case 'Sweep':
        this.#add(scope, item.name, {
          kind: 'sweep',
          extent: item.span,
          doc: item.doc,
          written: this.#head(item.span, true),
        });
        return;
      case 'Solve':
        if (item.name !== undefined) this.#add(scope, item.name, { kind: 'solve', extent: item.span, doc: item.doc });
        return;
      case 'Agents':
        for (const cls of item.classes)
          this.#add(scope, cls.name, {
            kind: 'agents',
            extent: cls.span,
            of,
            written: `agents ${this.#line(cls.span)}`,
          });
        return;
      case 'Index':
        this.#add(scope, item.name, { kind: 'index', extent: item.span, doc: item.doc, of });
        return;
      case 'Actions': {
        const { space } = item;
        const whose = item.of === undefined ? 'actions' : `actions[${item.of.text}]`;
        if (space.kind === 'ActionEnum')
          for (const member of space.members)
            this.#add(
              scope,
              member,
              { kind: 'action', extent: member.span, of, written: `${whose} ${member.text}` },
              'members',
            );
        if (space.kind === 'ActionParts')
          for (const part of space.parts)
            this.#make(part.name, { kind: 'field', extent: part.span, doc: part.doc, of: 'Action' });
        return;
      }
      case 'State':
        for (const field of item.fields)
          this.#add(scope, field.name, { kind: 'state', extent: field.span, doc: field.doc, of });
        return;
      default:
    }
  }

  #param(param: GameDecl['params'][number], of: string): Decl {
    return this.#make(param.name, { kind: 'parameter', extent: param.span, doc: param.doc, of });
  }

  /** The part of a declaration before its body. */
  #head(span: Span, block: boolean): string {
    const text = this.#sheet.slice(span).replace(/^\s*\/\/\/.*$/gm, '');
    const cut = block ? text.search(/\{|=\s*mlp|\)\s*=|\n\s*\n/) : -1;
    const head = (cut < 0 ? text : text.slice(0, text[cut] === ')' ? cut + 1 : cut)).replace(/\/\/.*$/gm, '');
    const line = head.replace(/\s+/g, ' ').trim();
    return line.length <= 300 ? line : `${line.slice(0, 297)}...`;
  }

  #declaration(item: Declaration, file: Scope): void {
    switch (item.kind) {
      case 'Import': {
        if ('file' in item.from) return;
        const group = (item.names === undefined ? item.from.path.slice(0, -1) : item.from.path).at(-1)?.text ?? '';
        for (const name of item.names ?? item.from.path.slice(-1)) this.#use(name, { kind: 'import', group });
        return;
      }
      case 'Game':
        this.#game(item, file);
        return;
      case 'GameAlias': {
        const scope = this.#withParams(item.span, file, item.name.text, item.params);
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
        this.#use(item.concept, { kind: 'concept' });
        if (item.method !== undefined) this.#use(item.method, { kind: 'method' });
        this.#gameRef(item.of, file);
        this.#visit(item.iterations, file);
        if (item.maximizing !== undefined) this.#use(item.maximizing, { kind: 'inside', game: innermost(item.of) });
        return;
      }
      case 'Sweep':
        this.#refer(item.of, file);
        this.#visit(
          item.axes.map(axis => axis.values),
          file,
        );
        return;
      case 'Assert':
        this.#assert(item, item.of === undefined ? file : this.#scope(item.span, file, innermost(item.of)), file);
        return;
      case 'Mixer': {
        const scope = this.#withParams(item.span, file, item.name.text, item.params);
        this.#visit(
          item.params.map(p => [p.type, p.default]),
          scope,
        );
        for (const binding of item.bindings) {
          this.#visit(binding.value, scope);
          this.#add(scope, binding.name, { kind: 'local', extent: binding.span, of: item.name.text });
        }
        for (const claim of item.claims) this.#use(claim, { kind: 'claim' });
        return;
      }
      case 'Network': {
        const scope = this.#withParams(item.span, file, item.name.text, item.params);
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

  #withParams(span: Span, outer: Scope, of: string, params: GameDecl['params']): Scope {
    const scope = this.#scope(span, outer);
    const owner = outer.names.get(of)?.parts ?? [];
    for (const param of params) {
      const decl = owner.find(part => part.span.start === param.name.span.start);
      if (decl !== undefined && !scope.names.has(decl.name)) scope.names.set(decl.name, decl);
    }
    return scope;
  }

  #game(item: GameDecl, file: Scope): void {
    const scope = this.#withParams(item.span, file, item.name.text, item.params);
    if (!this.#games.has(item.name.text)) this.#games.set(item.name.text, scope);
    this.#visit(
      item.params.map(p => [p.type, p.default]),
      scope,
    );
    this.#visit(item.where, scope);
    for (const one of item.items) this.#declare(one, scope, item.name.text);
    // What `step` binds can be read by rewards, observations of the step and the end.
    const after = this.#scope(item.span, scope);
    for (const one of item.items) if (one.kind === 'Step') this.#stmts(one.stmts, after, item.name.text);
    for (const one of item.items) if (one.kind !== 'Step') this.#item(one, after);
  }

  #item(item: GameItem | Declaration, scope: Scope): void {
    switch (item.kind) {
      case 'Fn': {
        const inner = this.#scope(item.span, scope);
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
        this.#stmts(item.stmts, this.#scope(item.span, scope), undefined);
        return;
      case 'Actions':
        if (item.of !== undefined) this.#refer(item.of, scope);
        this.#visit(item.space, scope);
        return;
      case 'Legal': {
        const inner = this.#scope(item.span, scope);
        const [first] = item.actions;
        const binds = item.actions.length === 1 && first !== undefined && lookup(scope, first.text)?.kind !== 'action';
        // An action of an enum declared elsewhere is a member.
        if (binds && first !== undefined && lookup(scope, first.text) === undefined)
          this.#add(inner, first, { kind: 'binder', extent: first.span, written: `${first.text}: Action` });
        else for (const action of item.actions) this.#refer(action, scope);
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
          if (item.form.kind === 'zero_sum') this.#refer(item.form.agent, scope);
          this.#visit(item.value, scope);
        }
        return;
      case 'Observe':
        this.#family(item.binder, item.parts, item.span, scope);
        return;
      case 'Payoff':
        for (const label of [...(item.header ?? []), ...item.rows.flatMap(row => row.labels)])
          if (label.kind === 'Name') this.#refer(label, scope);
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
    if (claim.kind === 'NameExpr') this.#use(claim.name, { kind: 'property' });
    else for (const side of claim.kind === 'Binary' ? [claim.left, claim.right] : [claim]) this.#quantity(side, scope);
    this.#visit(item.within, scope);
    if (item.of !== undefined) this.#gameRef(item.of, outer);
  }

  /** Of `value(minimax, First)` the first word is a concept, whatever else has that name. */
  #quantity(e: Expr, scope: Scope): void {
    const asked = e.kind === 'Call' && e.callee.kind === 'NameExpr' && e.callee.name.text === 'value';
    const [concept, ...rest] = asked ? e.args : [];
    if (concept?.kind === 'NameExpr') {
      this.#use(concept.name, { kind: 'concept' });
      this.#visit(rest, scope);
    } else this.#visit(e, scope);
  }

  #training(item: Extract<Declaration, { kind: 'Train' }>, file: Scope): void {
    this.#gameRef(item.of, file);
    const scope = this.#scope(item.span, file, innermost(item.of));
    for (const clause of item.clauses) {
      if (clause.kind === 'Algorithm') {
        this.#use(clause.name, { kind: 'algorithm' });
        for (const setting of clause.settings) {
          this.#use(setting.name, { kind: 'setting', algorithm: clause.name.text });
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
        this.#use(arg.name, { kind: 'argument', of: 'repeated' });
        this.#visit(arg.value, scope);
      }
      return;
    }
    if (name === undefined) return;
    if (ref.path.length > 1) this.#use(name, { kind: 'import', group: ref.path.at(-2)?.text ?? '' });
    else this.#refer(name, scope);
    for (const arg of ref.args) {
      this.#use(arg.name, { kind: 'argument', of: name.text });
      this.#visit(arg.value, scope);
    }
  }

  /** An equation for every agent of a binder: `reward[p: Player] = ...`; `Row` may also name an agent. */
  #family(binder: Binder | undefined, body: unknown, span: Span, scope: Scope): void {
    const inner = this.#scope(span, scope);
    if (binder !== undefined) this.#binder(binder, scope, inner);
    this.#visit(body, inner);
  }

  #binder(binder: Binder, scope: Scope, inner: Scope): void {
    this.#visit(binder.type, scope);
    const known = binder.type === undefined ? lookup(scope, binder.name.text) : undefined;
    if (known?.kind === 'agents') this.#refer(binder.name, scope);
    else {
      const written = binder.type === undefined ? `${binder.name.text}: agents` : undefined;
      this.#add(inner, binder.name, {
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
      const inner = this.#scope(stmt.span, scope);
      const indices: readonly LhsIndex[] = stmt.kind === 'Let' ? stmt.binders : stmt.indices;
      for (const index of indices)
        if (index.kind === 'Binder') this.#binder(index, scope, inner);
        else this.#visit(index, scope);
      if (stmt.kind === 'Assign') this.#refer(stmt.name, scope, true);
      else this.#visit(stmt.type, scope);
      if (stmt.kind === 'Let') {
        // `such that` may speak of the value drawn.
        const decl = this.#make(stmt.name, { kind: 'local', extent: stmt.span, of });
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
        this.#refer((node as { readonly name: Name }).name, scope);
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
        this.#use(e.member, { kind: 'field', object: e.object.span, of: named });
        return;
      }
      case 'Call': {
        this.#visit(e.callee, scope);
        this.#visit(e.args, scope);
        const of = e.callee.kind === 'NameExpr' ? e.callee.name.text : '';
        for (const arg of e.named) {
          this.#use(arg.name, { kind: 'argument', of });
          this.#visit(arg.value, scope);
        }
        return;
      }
      case 'With':
        this.#visit(e.object, scope);
        for (const update of e.updates) {
          if ('field' in update.target)
            this.#use(update.target.field, { kind: 'field', object: e.object.span, of: undefined }, true);
          else this.#visit(update.target.indices, scope);
          this.#visit(update.value, scope);
        }
        return;
      case 'Comprehension': {
        const inner = this.#scope(e.span, scope);
        for (const generator of e.generators) {
          this.#visit(generator.domain, inner);
          this.#add(inner, generator.name, { kind: 'binder', extent: generator.span });
        }
        this.#visit([e.body, e.condition, e.order], inner);
        return;
      }
      default:
        for (const [key, child] of Object.entries(node)) if (key !== 'span') this.#visit(child, scope);
    }
  }
}

/** The game that a reference is made of: of `repeated(G, rounds: 3)` that is G. */
export function innermost(ref: GameRef): string {
  let at = ref;
  while (at.base !== undefined) at = at.base;
  return at.path.at(-1)?.text ?? '';
}
