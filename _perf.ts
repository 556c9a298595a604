import { readFileSync, readdirSync } from 'node:fs';
const c0=performance.now(), cpu0=process.cpuUsage();
const { parse } = await import('/work/main/grammar/index.ts');
const {MarlParser}=await import('/work/main/grammar/parser.ts');
const c1=performance.now();
parse('let x = 1');
const c2=performance.now(); const cpu=process.cpuUsage(cpu0);
console.log('import', (c1-c0).toFixed(0), 'first parse incl. construction', (c2-c1).toFixed(0), 'cpu ms', (cpu.user+cpu.system)/1000);
{const t=performance.now(); new MarlParser(); console.log('another parser', (performance.now()-t).toFixed(1));}
const time=(name:string,text:string)=>{const t=performance.now(); const u=process.cpuUsage(); const r=parse(text); const v=process.cpuUsage(u); console.log(name.padEnd(34), (performance.now()-t).toFixed(0)+'ms', 'cpu', ((v.user+v.system)/1000).toFixed(0), 'errors', r.errors.length, r.errors.slice(0,2).map((e:any)=>e.code+'@'+e.span.start+' '+e.message.slice(0,90)).join(' | '));};
let lib=''; for (const f of readdirSync('/work/main/stdlib/games')) lib+=readFileSync('/work/main/stdlib/games/'+f,'utf8');
let big=''; while (big.split('\n').length<5000) big+=lib;
time('5000 lines (cold)', big); time('5000 lines (warm)', big);
time('5000 lines, one error in middle', big.slice(0,big.length>>1)+' @ = '+big.slice(big.length>>1));
time('5000 lines, many errors', big.replaceAll(': int',' int'));
time('195 if', 'let x = '+'if a then b else '.repeat(195)+'1');

time('900 plus', 'let x = '+'1 + '.repeat(900)+'1');
time('2MB one name', 'let '+'x'.repeat(2e6)+' = 1');
time('2MB of a a a', 'a '.repeat(1e6));
time('2MB let garbage', 'let x = f('+'a '.repeat(1e6)+')');

time('2MB string', 'let x = "'+'a'.repeat(2e6)+'"');
time('2MB open string', 'let x = "'+'a'.repeat(2e6));
time('2MB @', '@'.repeat(2e6));
time('2MB NUL', '\0'.repeat(2e6));
time('2MB @ spaced', '@ '.repeat(1e6));
time('2MB spaces', ' '.repeat(2e6));
time('2MB }', '}'.repeat(2e6));
time('2MB {} ', '{}'.repeat(1e6));
time('2MB (] ', '(]'.repeat(1e5));
time('2MB lets', 'let x = 1 '.repeat(2e5));
time('2MB bad lets', 'let x 1 '.repeat(2e4));
time('2MB bad lets lines', 'let x 1\n'.repeat(2e4));
time('1 game 20k bad states', 'game G {\nstate {\n'+'  let 1\n'.repeat(2e4)+'}\n}');
time('quotes', '"'.repeat(1e5)); time('slashes*', '/*'.repeat(1e6)); time('hash', '#\n'.repeat(1e5)); time('umlauts', 'ä '.repeat(1e5)); time('triple', '"""\n'.repeat(1e5)+'"""');
time('.5', '.5 '.repeat(1e5)); time('3x','3x '.repeat(1e5)); time('sample', 'sample ('.repeat(190)); time('sample a', 'sample a '.repeat(3e4));
