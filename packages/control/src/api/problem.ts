import { z } from 'zod';

/**
 * RFC 9457 "Problem Details for HTTP APIs", media type `application/problem+json`. `code` is stable,
 * `type` is it as a URI, `errors` names each part of the request that is at fault.
 */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  remedy: z.string().optional(),
  errors: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

export const problemMedia = 'application/problem+json';
