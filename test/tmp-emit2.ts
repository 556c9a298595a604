import { readFileSync } from 'node:fs';
import { compile } from '../compiler/index.ts';
import { emitGame } from '../compiler/emit/game.ts';
const host: any = { read: (p: string) => ({ text: readFileSync(p, 'utf8') }), resolve: (f: string, g: string) => ({ path: f.replace(/[^/]*$/, '') + g.replace('./', '') }), library: (g: string, n: string) => 'stdlib/games/' + n + '.marl', libraryNames: () => [] };
const p = compile(host, process.argv[2]!);
const m = p.instantiate(process.argv[3]!, new Map());
console.log(m.model ? emitGame(m.model, { types: false, module: 'function' }) : m.diagnostics);
