// A plugin of TypeDoc: a field of a zod schema is described once, by `.meta({ description })`, which docs/openapi.json shows too.
// A comment on the field, where there is one, wins.
import { Comment, Converter, ReflectionKind } from "typedoc";
import ts from "typescript";

/** @param {import("typedoc").Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const reflection of context.project.getReflectionsByKind(ReflectionKind.Property)) {
      if (reflection.hasComment()) continue;
      const declarations = context.getSymbolFromReflection(reflection)?.declarations ?? [];
      const text = declarations.map(descriptionOf).find((found) => found !== undefined);
      const parts = text !== undefined ? [{ kind: "text", text }] : propOf(reflection);
      // The keys of `Record<Position, ...>` stand nowhere: they are literals of a type that is described itself.
      const isKey = declarations.every(
        (at) => !ts.isPropertyAssignment(at) && !ts.isPropertySignature(at) && !ts.isPropertyDeclaration(at),
      );
      if (parts) reflection.comment = new Comment(parts);
      else if (isKey) reflection.comment = new Comment([{ kind: "text", text: `For \`${reflection.name}\`.` }]);
    }
  });
}

/**
 * The description of the outermost `.meta({ description })` in `field: <schema>`.
 * @param {ts.Declaration} declaration
 */
function descriptionOf(declaration) {
  if (!ts.isPropertyAssignment(declaration)) return undefined;
  for (let at = declaration.initializer; ts.isCallExpression(at); at = at.expression.expression) {
    if (!ts.isPropertyAccessExpression(at.expression)) return undefined;
    const [options] = at.arguments;
    if (at.expression.name.text !== "meta" || options === undefined || !ts.isObjectLiteralExpression(options)) continue;
    const property = options.properties.find((one) => one.name?.getText() === "description");
    return property && ts.isPropertyAssignment(property) ? textOf(property.initializer) : undefined;
  }
  return undefined;
}

/**
 * What `@prop` of the type says of it: the alternatives of a union share their fields.
 * @param {import("typedoc").Reflection} reflection
 */
function propOf(reflection) {
  for (let at = reflection.parent; at; at = at.parent) {
    const tag = at.comment?.blockTags.find(({ tag: kind, name }) => kind === "@prop" && name === reflection.name);
    if (tag) return tag.content;
  }
  return undefined;
}

/** @param {ts.Expression} expression */
function textOf(expression) {
  return ts.isStringLiteralLike(expression) ? expression.text : expression.getText().replace(/^`|`$/g, "");
}
