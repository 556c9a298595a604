/**
 * Text that comes from a game (names, labels, doc comments) on its way into emitted code. Nothing a game says can become
 * code: names turn into fresh identifiers, text into closed string literals and closed comments.
 */
import { again, twin } from '../game/naming.ts';

/** Words that cannot be variable names in strict TypeScript, or that would change what emitted code means. */
const reservedWords: ReadonlySet<string> = new Set(
  `abstract any arguments as assert asserts async await bigint boolean break case catch class const constructor continue
  debugger declare default delete do else enum eval export extends false finally for from function get global globalThis
  if implements import in infer instanceof interface intrinsic is keyof let module namespace never new null number object
  of out override package private protected prototype public readonly require return satisfies set static string super
  switch symbol this throw true try type typeof undefined unique unknown using var void while with yield
  Array ArrayBuffer Atomics BigInt Boolean DataView Date Error Float32Array Float64Array Function Infinity Int16Array
  Int32Array Int8Array Intl JSON Map Math NaN Number Object Promise Proxy RangeError Reflect RegExp Set SharedArrayBuffer
  String Symbol TypeError Uint8Array WeakMap WeakRef console document exports fetch process window
  __proto__ __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__ hasOwnProperty isPrototypeOf
  propertyIsEnumerable toLocaleString toString valueOf`.split(/\s+/),
);

/** `e2`, `e14`: the start of game e's row in arrays with that many numbers per game; `drawWeights1`: tables of chances. */
const systematicName = /^(e|drawWeights)\d*$/;

/** A legal, harmless identifier that resembles `name`; not yet unique. */
export function identifier(name: string): string {
  let id = name.replace(/[^A-Za-z0-9_]/g, '_');
  if (id === '' || /^\d/.test(id)) id = `_${id}`;
  return reservedWords.has(id) || systematicName.test(id) ? `${id}_` : id;
}

/** Names in use, block by block; a name is never declared twice in nested blocks, so nothing is ever shadowed. */
export class Names {
  private readonly scopes: Set<string>[];

  constructor(taken: Iterable<string> = []) {
    this.scopes = [new Set(taken)];
  }

  /** The names of a function inside this one. */
  inner(): Names {
    const names = new Names();
    names.scopes.unshift(...this.scopes);
    return names;
  }

  has(name: string): boolean {
    return this.scopes.some(scope => scope.has(name));
  }

  open(): void {
    this.scopes.push(new Set());
  }

  close(): void {
    this.scopes.pop();
  }

  /** Declares an unused identifier like `name` in the innermost block: `p`, else `p2`, `p3`, ..., none of which looks like another. */
  declare(name: string): string {
    const base = identifier(name);
    let id = base;
    for (let k = 2; this.has(id) || (id !== base && this.has(twin(id) ?? id)); k++) id = again(base, k);
    (this.scopes.at(-1) as Set<string>).add(id);
    return id;
  }
}

/** A string literal on one line that no text can leave, also when it is pasted into a template or a page. */
export function stringLiteral(text: string): string {
  let body = '';
  for (const unit of text.split('')) {
    const code = unit.charCodeAt(0);
    if (unit === "'" || unit === '\\') body += `\\${unit}`;
    else if (unit === '\n') body += '\\n';
    else if (unit === '\t') body += '\\t';
    else if (unit === '`' || unit === '$' || unit === '<') body += `\\x${code.toString(16)}`;
    else if (code < 0x20 || code === 0x7f) body += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code === 0x2028 || code === 0x2029 || (code >= 0xd800 && code <= 0xdfff))
      body += `\\u${code.toString(16).padStart(4, '0')}`;
    else body += unit;
  }
  // `*/` is kept apart so that the literal survives being commented out.
  return `'${body.replaceAll('*/', '*\\/')}'`;
}

/** A property name in an object literal; `__proto__` written plainly would set the prototype. */
export function propertyKey(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) && !reservedWords.has(name) ? name : stringLiteral(name);
}

/** Text that can stand inside a block or line comment on one line. */
export function commentText(text: string): string {
  return (
    [...text]
      .map(character => (isControl(character) ? ' ' : character))
      .join('')
      .replaceAll('*/', '* /')
      .replaceAll('/*', '/ *')
      // A page that holds the code would end its script here.
      .replaceAll('</', '< /')
      .replaceAll('`', "'")
      .replaceAll('${', '$ {')
      // Compilers and engines act on these inside comments.
      .replace(/@(?=ts-|jsx|preserve|license)/g, '(at)')
      .replace(/source(Mapping)?URL/gi, 'source$1 URL')
      .trimEnd()
  );
}

/** A `/** ... *\/` comment, one array element per line. */
export function docComment(lines: readonly string[]): readonly string[] {
  const clean = lines.flatMap(line => line.split(/\r\n|[\n\r\u2028\u2029\u0085]/)).map(commentText);
  if (clean.length === 1) return [`/** ${clean[0]} */`];
  return ['/**', ...clean.map(line => (line === '' ? ' *' : ` * ${line}`)), ' */'];
}

/** `// text` on one line. */
export function lineComment(text: string): string {
  return `// ${commentText(text)}`;
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0);
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    code === 0x2028 ||
    code === 0x2029 ||
    (code >= 0xd800 && code <= 0xdfff && character.length === 1)
  );
}
