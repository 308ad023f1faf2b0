/** Tools that answer at once: every kind of content, errors, structured output, schemas. */
import { text } from './call.ts';
import { changeable } from './state.ts';
import { stringArgument } from '../string-argument.ts';
import { noArguments, requiring } from './tool.ts';
import type { ReferenceTool } from './tool.ts';
import { tinyPng, tinyWav } from './media.ts';

const simple: ReferenceTool = {
  definition: {
    name: 'test_simple_text',
    description: 'Answers with one text.',
    inputSchema: noArguments,
    annotations: { readOnlyHint: true },
  },
  run: () => text('This is a simple text response for testing.'),
};

const image: ReferenceTool = {
  definition: { name: 'test_image_content', description: 'Answers with an image.', inputSchema: noArguments },
  run: () => ({ content: [{ type: 'image', data: tinyPng, mimeType: 'image/png' }] }),
};

const audio: ReferenceTool = {
  definition: { name: 'test_audio_content', description: 'Answers with a sound.', inputSchema: noArguments },
  run: () => ({ content: [{ type: 'audio', data: tinyWav, mimeType: 'audio/wav' }] }),
};

const embedded: ReferenceTool = {
  definition: {
    name: 'test_embedded_resource',
    description: 'Answers with an embedded resource.',
    inputSchema: noArguments,
  },
  run: () => ({
    content: [
      {
        type: 'resource',
        resource: { uri: 'test://embedded-resource', mimeType: 'text/plain', text: 'Embedded text.' },
      },
    ],
  }),
};

const mixed: ReferenceTool = {
  definition: {
    name: 'test_multiple_content_types',
    description: 'Answers with text, an image and a resource.',
    inputSchema: noArguments,
  },
  run: () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      { type: 'image', data: tinyPng, mimeType: 'image/png' },
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  }),
};

const failing: ReferenceTool = {
  definition: { name: 'test_error_handling', description: 'Always fails.', inputSchema: noArguments },
  run: () => {
    throw new Error('This tool intentionally returns an error for testing');
  },
};

const echo: ReferenceTool = {
  definition: {
    name: 'test_echo',
    description: 'Answers with the arguments that it got, as JSON text.',
    inputSchema: { type: 'object', additionalProperties: true },
    annotations: { readOnlyHint: true },
  },
  run: (args) => text(JSON.stringify(args)),
};

const structured: ReferenceTool = {
  definition: {
    name: 'test_structured_output',
    description: 'Answers with structured content that its output schema describes.',
    inputSchema: requiring({ city: { type: 'string' } }),
    outputSchema: {
      type: 'object',
      properties: { city: { type: 'string' }, temperature_celsius: { type: 'number' } },
      required: ['city', 'temperature_celsius'],
      additionalProperties: false,
    },
  },
  run: (args) => {
    const weather = { city: stringArgument(args, 'city'), temperature_celsius: 21.5 };
    return { content: [{ type: 'text', text: JSON.stringify(weather) }], structuredContent: weather };
  },
};

/** Its schema requires the field that policies deny, so that redaction must also rewrite the schema. */
const customer: ReferenceTool = {
  definition: {
    name: 'test_customer_record',
    description: 'Answers with a made-up customer record.',
    inputSchema: requiring({ customer_id: { type: 'string' } }),
    outputSchema: {
      type: 'object',
      properties: {
        customer_id: { type: 'string' },
        name: { type: 'string' },
        ssn: { type: 'string' },
        cards: {
          type: 'array',
          items: {
            type: 'object',
            properties: { credit_card: { type: 'string' }, label: { type: 'string' } },
            required: ['credit_card', 'label'],
          },
        },
      },
      required: ['customer_id', 'name', 'ssn', 'cards'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true },
  },
  run: (args) => {
    const record = {
      customer_id: stringArgument(args, 'customer_id'),
      name: 'Test Customer',
      ssn: '078-05-1120',
      cards: [{ credit_card: '4111 1111 1111 1111', label: 'primary' }],
    };
    return { content: [{ type: 'text', text: JSON.stringify(record) }], structuredContent: record };
  },
};

/** JSON Schema 2020-12 keywords that must survive listing (SEP-1613, SEP-2106). */
const schema2020: ReferenceTool = {
  definition: {
    name: 'json_schema_2020_12_tool',
    description: 'Its input schema uses the vocabulary of JSON Schema 2020-12.',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'addressDef',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: {
        name: { type: 'string' },
        address: { $ref: '#/$defs/address' },
        contactMethod: { type: 'string', enum: ['phone', 'email'] },
        phone: { type: 'string' },
        email: { type: 'string' },
      },
      allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
      if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
      then: { required: ['phone'] },
      else: { required: ['email'] },
      additionalProperties: false,
    },
  },
  run: (args) => text(`called with ${JSON.stringify(args)}`),
};

/** `x-mcp-header` (MCP 2026-07-28, server/tools "Custom headers"): `region` travels as `Mcp-Param-Region`. */
const mirrored: ReferenceTool = {
  definition: {
    name: 'test_x_mcp_header',
    description: 'Answers with the region that its mirrored argument names.',
    inputSchema: {
      type: 'object',
      properties: {
        region: { type: 'string', description: 'Travels as a header too.', 'x-mcp-header': 'Region' },
        level: { type: 'integer' },
      },
    },
  },
  run: (args) => text(`region=${typeof args['region'] === 'string' ? args['region'] : 'none'}`),
};

const changing: ReferenceTool = {
  definition: {
    name: changeable.tools,
    description: 'Listed or not, as test_trigger_tool_change last decided.',
    inputSchema: noArguments,
  },
  run: () => text('still here'),
};

export const contentTools: readonly ReferenceTool[] = [
  simple,
  image,
  audio,
  embedded,
  mixed,
  failing,
  echo,
  structured,
  customer,
  schema2020,
  mirrored,
  changing,
];
