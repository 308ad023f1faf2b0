/** The OpenAPI 3.1 document, generated from the route table and its schemas. */
import type { JsonObject, JsonValue } from '@remit/contracts';
import { z } from 'zod';
import { problemMedia, problemSchema } from '../api/problem.ts';
import type { RouteDefinition } from '../api/route.ts';
import { routes } from '../api/routes.ts';

export function openApiDocument(): JsonObject {
  const components: JsonObject = {};
  const schema = (of: z.ZodType, io: 'input' | 'output', name: string) =>
    jsonSchema(of, io, name, components);
  const problem = { $ref: '#/components/schemas/Problem' };
  components['Problem'] = schema(problemSchema, 'output', 'Problem');
  const paths: Record<string, JsonObject> = {};
  for (const [id, route] of Object.entries(routes) as [string, RouteDefinition][]) {
    const path = route.path.replace('{*}', '{path}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(id, route, schema, problem) };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Remit', version: '1', description: "The people's side of Remit." },
    security: [{ token: [] }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: "The operator's token or a person's token." },
      },
    },
  };
}

type ToSchema = (of: z.ZodType, io: 'input' | 'output', name: string) => JsonObject;

function operationOf(id: string, route: RouteDefinition, schema: ToSchema, problem: JsonObject): JsonObject {
  const parameters = [
    ...parametersOf('path', route.parameters, schema, id),
    ...parametersOf('query', route.query, schema, id),
    ...(route.method === 'GET' ? [] : [idempotencyParameter]),
  ];
  const body = route.body && {
    requestBody: { content: { 'application/json': { schema: schema(route.body, 'input', `${id}Request`) } } },
  };
  return {
    operationId: id,
    summary: route.summary,
    tags: [route.tag],
    'x-remit-permission': route.permission,
    ...(route.permission === 'open' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...body,
    responses: {
      [String(route.status)]: { description: 'Done.', ...contentOf(id, route, schema) },
      default: { description: 'A problem (RFC 9457).', content: { [problemMedia]: { schema: problem } } },
    },
  };
}

const idempotencyParameter: JsonObject = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same request sent again with the same key is not carried out twice.',
  schema: { type: 'string', maxLength: 255 },
};

function contentOf(id: string, route: RouteDefinition, schema: ToSchema): JsonObject {
  if (route.response) {
    return { content: { 'application/json': { schema: schema(route.response, 'output', `${id}Response`) } } };
  }
  return route.media === undefined ? {} : { content: { [route.media]: {} } };
}

function parametersOf(
  place: 'path' | 'query',
  object: z.ZodObject | undefined,
  schema: ToSchema,
  id: string,
): JsonObject[] {
  return Object.entries(object?.shape ?? {}).map(([name, type]) => ({
    name: name === '*' ? 'path' : name,
    in: place,
    required: place === 'path',
    schema: schema(type as z.ZodType, 'input', `${id}${name}`),
  }));
}

/** Definitions that a schema shares within itself become components: `#/$defs/` means nothing in here. */
function jsonSchema(of: z.ZodType, io: 'input' | 'output', name: string, components: JsonObject): JsonObject {
  const { $defs, ...schema } = plain(z.toJSONSchema(of, { io, target: 'draft-2020-12' }));
  for (const [key, definition] of Object.entries(($defs ?? {}) as JsonObject)) {
    components[componentName(name, key)] = pointAtComponents(definition, name);
  }
  delete schema['$schema'];
  return pointAtComponents(schema, name) as JsonObject;
}

function componentName(name: string, key: string): string {
  return `${name}_${key.replace(/^_+/, '')}`;
}

function pointAtComponents(value: JsonValue, name: string): JsonValue {
  if (Array.isArray(value)) return value.map((item) => pointAtComponents(item, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string'
        ? `#/components/schemas/${componentName(name, item.replace('#/$defs/', ''))}`
        : pointAtComponents(item, name),
    ]),
  );
}

/** Zod's answer also carries functions for other uses; only its JSON is wanted. */
function plain(schema: object): JsonObject {
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}
