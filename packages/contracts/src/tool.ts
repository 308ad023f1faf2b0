import { z } from 'zod';

/** A tool as its server lists it (MCP `Tool`); unknown keys are kept, they are part of its digest. */
export const toolDefinitionSchema = z.looseObject({
  name: z.string().min(1).max(256),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: z.record(z.string(), z.json()),
  outputSchema: z.record(z.string(), z.json()).optional(),
  annotations: z
    .looseObject({
      title: z.string().optional(),
      readOnlyHint: z.boolean().optional(),
      destructiveHint: z.boolean().optional(),
      idempotentHint: z.boolean().optional(),
      openWorldHint: z.boolean().optional(),
    })
    .optional(),
});
export type ToolDefinition = z.infer<typeof toolDefinitionSchema>;

/**
 * `tools.lock`: the definitions that the policy was checked against. Servers and tools are sorted by
 * name, so that the file's bytes depend on nothing but its content. `digest` is
 * `sha256:` + hex of the RFC 8785 form of the definition.
 */
export const toolsLockSchema = z.object({
  version: z.literal(1),
  servers: z.record(
    z.string(),
    z.object({ tools: z.array(z.object({ digest: z.string(), definition: toolDefinitionSchema })) }),
  ),
});
export type ToolsLock = z.infer<typeof toolsLockSchema>;
