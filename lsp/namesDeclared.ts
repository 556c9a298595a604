/** The names of one file while they are found: its scopes, what every declaration brings into them, and uses as they are met. */
import type { GameDecl, GameItem, GameRef, Name } from '../grammar/ast.ts';
import type { Declaration } from '../grammar/index.ts';
import type { Sheet, Span } from './base.ts';
import { type Decl, lookup, type Names, type Scope, type Target, type Use } from './names.ts';

type About = Pick<Decl, 'kind' | 'extent'> & Partial<Pick<Decl, 'doc' | 'written' | 'of' | 'parts'>>;

export class NameTable {
  /** The scope of the whole file. */
  readonly file: Scope;
  /** The inside of each game by name. */
  readonly games = new Map<string, Scope>();
  readonly aliases = new Map<string, string>();
  readonly #sheet: Sheet;
  readonly #decls: Decl[] = [];
  readonly #uses: Use[] = [];
  readonly #scopes: Scope[] = [];

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    this.file = this.scope({ start: 0, end: sheet.text.length }, undefined);
  }

  /** All that was found, in order of the text. */
  finish(): Names {
    const byPlace = (a: { span: Span }, b: { span: Span }): number => a.span.start - b.span.start;
    return {
      file: this.file,
      decls: this.#decls.sort(byPlace),
      uses: this.#uses.sort(byPlace),
      scopes: this.#scopes,
      games: this.games,
      aliases: this.aliases,
    };
  }

  scope(span: Span, outer: Scope | undefined, inside?: string): Scope {
    const scope: Scope = { span, outer, names: new Map(), members: new Map(), inside };
    this.#scopes.push(scope);
    return scope;
  }

  make(name: Name, about: About): Decl {
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

  add(scope: Scope, name: Name, about: About, as: 'names' | 'members' = 'names'): Decl {
    const decl = this.make(name, about);
    if (name.text !== '' && !scope[as].has(name.text)) scope[as].set(name.text, decl);
    return decl;
  }

  /** The text of a place on one line, short. */
  #line(span: Span): string {
    const text = this.#sheet.slice(span).replace(/\s+/g, ' ').trim();
    return text.length <= 160 ? text : `${text.slice(0, 157)}...`;
  }

  use(name: Name, target: Target, writes = false): void {
    if (name.text !== '') this.#uses.push({ name: name.text, span: name.span, target, writes });
  }

  /** A name as scopes say, else what a file or a game elsewhere may say. */
  refer(name: Name, scope: Scope, writes = false): void {
    const decl = lookup(scope, name.text);
    if (decl !== undefined) {
      this.use(name, { kind: 'decl', decl }, writes);
      return;
    }
    for (let at: Scope | undefined = scope; at !== undefined; at = at.outer)
      if (at.inside !== undefined) {
        this.use(name, { kind: 'inside', game: at.inside }, writes);
        return;
      }
    this.use(name, { kind: 'global' }, writes);
  }

  /** A scope with the parameters of `of` in it, which is declared in `outer`. */
  withParams(span: Span, outer: Scope, of: string, params: GameDecl['params']): Scope {
    const scope = this.scope(span, outer);
    const owner = outer.names.get(of)?.parts ?? [];
    for (const param of params) {
      const decl = owner.find(part => part.span.start === param.name.span.start);
      if (decl !== undefined && !scope.names.has(decl.name)) scope.names.set(decl.name, decl);
    }
    return scope;
  }

  // -------------------------------------------------------------------------------------------- declarations

  /** Puts what a declaration brings into its scope; bodies come later, so that order does not matter. */
  declare(item: Declaration | GameItem, scope: Scope, of: string | undefined): void {
    switch (item.kind) {
      case 'Game':
      case 'GameAlias': {
        const parts = item.params.map(param => this.#param(param, item.name.text));
        this.add(scope, item.name, {
          kind: 'game',
          extent: item.span,
          doc: item.doc,
          parts,
          written: this.#head(item.span, item.kind === 'Game'),
        });
        if (item.kind === 'GameAlias') this.aliases.set(item.name.text, innermost(item.of));
        return;
      }
      case 'Enum': {
        const name = item.name.text;
        const parts = item.members.map(member =>
          this.add(
            scope,
            member,
            { kind: 'member', extent: member.span, of: name, written: `${name}.${member.text}` },
            'members',
          ),
        );
        this.add(scope, item.name, { kind: 'enum', extent: item.span, doc: item.doc, of, parts });
        return;
      }
      case 'Record': {
        const parts = item.fields.map(field =>
          this.make(field.name, { kind: 'field', extent: field.span, doc: field.doc, of: item.name.text }),
        );
        this.add(scope, item.name, { kind: 'record', extent: item.span, doc: item.doc, of, parts });
        return;
      }
      case 'Const':
        this.add(scope, item.name, { kind: 'constant', extent: item.span, doc: item.doc, of });
        return;
      case 'Fn': {
        const parts = item.params.map(param => this.#param(param, item.name.text));
        const end = item.result?.span.end ?? item.params.at(-1)?.span.end ?? item.name.span.end;
        const close = item.result === undefined && parts.length > 0 ? ')' : '';
        const written = `${this.#line({ start: item.name.span.start, end })}${close}`;
        this.add(scope, item.name, {
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
        this.add(scope, item.name, { kind, extent: item.span, doc: item.doc, parts, written });
        return;
      }
      case 'Train':
        this.add(scope, item.name, {
          kind: 'training',
          extent: item.span,
          doc: item.doc,
          written: this.#head(item.span, true),
        });
        return;
      case 'Sweep':
        this.add(scope, item.name, {
          kind: 'sweep',
          extent: item.span,
          doc: item.doc,
          written: this.#head(item.span, true),
        });
        return;
      case 'Solve':
        if (item.name !== undefined) this.add(scope, item.name, { kind: 'solve', extent: item.span, doc: item.doc });
        return;
      case 'Agents':
        for (const cls of item.classes)
          this.add(scope, cls.name, {
            kind: 'agents',
            extent: cls.span,
            of,
            written: `agents ${this.#line(cls.span)}`,
          });
        return;
      case 'Index':
        this.add(scope, item.name, { kind: 'index', extent: item.span, doc: item.doc, of });
        return;
      case 'Actions': {
        const { space } = item;
        const whose = item.of === undefined ? 'actions' : `actions[${item.of.text}]`;
        if (space.kind === 'ActionEnum')
          for (const member of space.members)
            this.add(
              scope,
              member,
              { kind: 'action', extent: member.span, of, written: `${whose} ${member.text}` },
              'members',
            );
        if (space.kind === 'ActionParts')
          for (const part of space.parts)
            this.make(part.name, { kind: 'field', extent: part.span, doc: part.doc, of: 'Action' });
        return;
      }
      case 'State':
        for (const field of item.fields)
          this.add(scope, field.name, { kind: 'state', extent: field.span, doc: field.doc, of });
        return;
      default:
    }
  }

  #param(param: GameDecl['params'][number], of: string): Decl {
    return this.make(param.name, { kind: 'parameter', extent: param.span, doc: param.doc, of });
  }

  /** The part of a declaration before its body. */
  #head(span: Span, block: boolean): string {
    const text = this.#sheet.slice(span).replace(/^\s*\/\/\/.*$/gm, '');
    const cut = block ? text.search(/\{|=\s*mlp|\)\s*=|\n\s*\n/) : -1;
    const head = (cut < 0 ? text : text.slice(0, text[cut] === ')' ? cut + 1 : cut)).replace(/\/\/.*$/gm, '');
    const line = head.replace(/\s+/g, ' ').trim();
    return line.length <= 300 ? line : `${line.slice(0, 297)}...`;
  }
}

/** The game that a reference is made of: of `repeated(G, rounds: 3)` that is G. */
export function innermost(ref: GameRef): string {
  let at = ref;
  while (at.base !== undefined) at = at.base;
  return at.path.at(-1)?.text ?? '';
}
