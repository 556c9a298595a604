/** The game of an emitted program, as a module beside it: readers of a learner want to see the learner. */
import { ts } from 'ts-morph';
import { randomNames } from './gameRandom.ts';
import { specifierOf } from './programBlocks.ts';
import { usedNames } from './programClean.ts';
import { plainly } from './programPlain.ts';
import { type Files, formatted, type Origin, oneLine } from './programText.ts';
import { withoutUnusedParameters } from './programTidy.ts';
import { traced } from './programTrace.ts';

/** The game as a module of its own, which exports `spec` and `create`. */
export function gameModule(game: string, gameText: string, { program }: Files, origin: Origin | undefined): string {
  const file = ts.createSourceFile('game.ts', gameText, ts.ScriptTarget.ES2023, true);
  const kept: string[] = [];
  for (const statement of file.statements) {
    if (ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression)) continue;
    // Imported.
    if (ts.isFunctionDeclaration(statement) && randomNames.includes(statement.name?.text ?? '')) continue;
    if (ts.isInterfaceDeclaration(statement) || ts.isReturnStatement(statement)) continue;
    const text = statement.getFullText();
    const own = statement.getStart() - statement.getFullStart();
    kept.push(isShared(statement) ? `${text.slice(0, own)}export ${text.slice(own)}` : text);
  }
  const plain = plainly(withoutUnusedParameters(indexed(kept.join('').trim())));
  const from = origin?.game;
  const text = from === undefined ? plain : traced(plain, from);
  const used = usedNames(text);
  const imported = (names: readonly string[]): string => names.filter(name => used.has(name)).join(', ');
  const random = imported([...randomNames].sort());
  const about = [
    `The game ${game}, many at once in rows of arrays, as ${program} trains on it.`,
    ...(from === undefined ? [] : [`Lines are those of ${from.file}, where the game begins in line ${from.line}.`]),
  ];
  return formatted(
    [
      ['/**', ...about.map(line => ` * ${oneLine(line).replaceAll('*/', '* /')}`), ' */'].join('\n'),
      [
        `import type { ${imported(['GameBuffers', 'GameSpec', 'VectorGame'])} } from '${specifierOf('runtime/games/vector.ts')}';`,
        ...(random === '' ? [] : [`import { ${random} } from '${specifierOf('runtime/rng/game.ts')}';`]),
      ].join('\n'),
      text,
    ].join('\n\n'),
  );
}

function isShared(statement: ts.Statement): boolean {
  if (ts.isFunctionDeclaration(statement)) return statement.name?.text === 'create';
  return (
    ts.isVariableStatement(statement) &&
    statement.declarationList.declarations.some(({ name }) => name.getText() === 'spec')
  );
}

/** Elements that are read get the `!` that strict types ask for: every index of the game's text is in range. */
function indexed(text: string): string {
  const file = ts.createSourceFile('game.ts', text, ts.ScriptTarget.ES2023, true);
  const places: number[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isElementAccessExpression(node)) {
      const { parent } = node;
      const written =
        ts.isBinaryExpression(parent) &&
        parent.left === node &&
        parent.operatorToken.kind === ts.SyntaxKind.EqualsToken;
      if (!written && !ts.isNonNullExpression(parent)) places.push(node.end);
    }
    node.forEachChild(visit);
  };
  visit(file);
  let out = text;
  for (const place of places.sort((a, b) => b - a)) out = `${out.slice(0, place)}!${out.slice(place)}`;
  return out;
}
