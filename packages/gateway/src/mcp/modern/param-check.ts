import { isJsonObject } from '@remit/contracts';
import { header, type McpHttpRequest } from '../http-request.ts';
import type { AgentRequest } from '../request.ts';
import type { Services } from '../services.ts';
import { findTool } from '../tools.ts';
import { decodeHeader } from './header-value.ts';
import { mismatch } from './envelope.ts';
import { mirroredValue, paramHeaders, saysTheSame } from './param-headers.ts';

/**
 * Holds the `Mcp-Param-…` headers of a tool call against its arguments.
 * @throws RpcFault -32020 where they differ, -32602 for an unknown tool.
 */
export function assertParamHeaders(
  services: Services,
  http: McpHttpRequest,
  request: Pick<AgentRequest, 'params' | 'caller'>,
): void {
  const args = request.params['arguments'];
  for (const { header: name, path } of paramHeaders(findTool(services, request).definition)) {
    const inBody = args !== undefined && isJsonObject(args) ? mirroredValue(args, path) : undefined;
    const value = header(http.request, name);
    if (value === undefined) {
      if (inBody !== undefined) throw mismatch(`The header ${name} is missing.`);
      continue;
    }
    const inHeader = decodeHeader(value);
    if (inHeader === undefined) throw mismatch(`The header ${name} is not encoded as it should be.`);
    if (inBody === undefined || !saysTheSame(inHeader, inBody)) {
      throw mismatch(`The header ${name} does not say what the body says.`);
    }
  }
}
