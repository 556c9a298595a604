/** Methods of the objects that describe a learner to shared code (`{ readsState: true, build(g) { ... } }`) as functions of their own. */
import { ts } from 'ts-morph';
import { usedNames } from './programClean.ts';
import type { Entity, Module, Sources } from './programSources.ts';
import { commentOf, methodsOf, namesIn } from './programSyntax.ts';

/** Behind the names of functions that were methods, among the declarations of their file. */
export const liftedMark = '$';

/**
 * A top-level function from a method of an object: of the object that a function of constants returns (`const { n } = settings; return {
 * build(g) { ... } }`), or that is written at its place. The constants before it come along.
 */
export function lifted(
  method: ts.FunctionLikeDeclaration,
  module: Module,
  sources: Sources,
  constants: ReadonlySet<string>,
): Entity | undefined {
  const owner = ts.findAncestor(method.parent, ts.isFunctionDeclaration);
  if (owner?.name === undefined || owner.body === undefined || owner.parent !== module.file) return undefined;
  const prefix: ts.Statement[] = [];
  for (const statement of owner.body.statements) {
    if (statement.pos <= method.pos && method.end <= statement.end) break;
    if (!ts.isVariableStatement(statement)) return undefined;
    prefix.push(statement);
  }
  if (method.body === undefined) return undefined;
  // What it reads besides must be there at the top level too: parts of the settings are.
  const parts = owner.parameters.filter(
    ({ name, type }) => !ts.isIdentifier(name) && /Settings>?$/.test(type?.getText() ?? ''),
  );
  const read = usedNames(`${prefix.map(s => s.getText()).join('\n')}\n(${method.body.getText()})`);
  const own = owner.parameters.filter(p => !parts.includes(p)).flatMap(({ name }) => namesIn(name));
  if (own.some(name => !constants.has(name) && read.has(name))) return undefined;
  const opened = parts.map(({ name }) => `const ${name.getText()} = settings;\n`).join('');
  const member =
    method.parent !== undefined && ts.isPropertyAssignment(method.parent) ? method.parent.name : method.name;
  const sole = prefix.length + 1 === owner.body.statements.length && methodsOf(owner) === 1;
  const name = sole && member?.getText() === 'build' ? owner.name.text : (member?.getText() ?? 'step');
  const source = module.file.text;
  const types = typesOf(method, owner, module, sources);
  const parameters = method.parameters
    .map((p, k) => (p.type === undefined && types[k] !== undefined ? `${p.getText()}: ${types[k]}` : p.getText()))
    .join(', ');
  const body = ts.isBlock(method.body)
    ? source.slice(method.body.getStart() + 1, method.body.end - 1)
    : `\nreturn ${method.body.getText()};\n`;
  const returned = method.type?.getText() ?? types[method.parameters.length];
  const type = returned === undefined ? '' : `: ${returned}`;
  const place = ts.isPropertyAssignment(method.parent) ? method.parent : method;
  const comment = commentOf(place) || (name === owner.name.text ? commentOf(owner) : '');
  const text = `${comment}function ${name}${liftedMark}(${parameters})${type} {\n${opened}${prefix.map(s => s.getFullText()).join('')}${body}}`;
  return sources.add({ path: module.path, name }, name + liftedMark, text);
}

/** Types of a method's parameters, from the interface that its object is made for. */
function typesOf(
  method: ts.FunctionLikeDeclaration,
  owner: ts.FunctionDeclaration,
  module: Module,
  sources: Sources,
): readonly string[] {
  const object = ts.findAncestor(method, ts.isObjectLiteralExpression);
  const member = (ts.isPropertyAssignment(method.parent) ? method.parent.name : method.name)?.getText();
  if (object === undefined || member === undefined) return [];
  let type: ts.TypeNode | undefined = ts.isReturnStatement(object.parent) ? owner.type : undefined;
  let home = module;
  if (ts.isCallExpression(object.parent) && ts.isIdentifier(object.parent.expression)) {
    const callee = sources.resolve(module, object.parent.expression.text);
    const target = callee === undefined ? undefined : sources.declaration(callee);
    if (callee === undefined || target === undefined || !ts.isFunctionDeclaration(target)) return [];
    home = sources.module(callee.path);
    type = target.parameters[object.parent.arguments.indexOf(object)]?.type;
  }
  const entity = type === undefined ? undefined : sources.resolve(home, type.getText());
  const made = entity === undefined ? undefined : sources.declaration(entity);
  if (entity === undefined || made === undefined || !ts.isInterfaceDeclaration(made)) return [];
  const signature = made.members.find(m => m.name?.getText() === member);
  const parameters = signature !== undefined && ts.isPropertySignature(signature) ? signature.type : signature;
  if (parameters === undefined || !(ts.isMethodSignature(parameters) || ts.isFunctionTypeNode(parameters))) return [];
  const from = sources.module(entity.path);
  const wanted = method.parameters.map((_, k) => parameters.parameters[k]?.type);
  return [...wanted, parameters.type].map(of => {
    const text = of?.getText() ?? 'unknown';
    for (const name of usedNames(`type T = ${text};`).keys()) {
      const meant = sources.resolve(from, name);
      if (meant !== undefined && sources.resolve(module, name) === undefined)
        (module.imported as Map<string, Entity>).set(name, meant);
    }
    return text;
  });
}
