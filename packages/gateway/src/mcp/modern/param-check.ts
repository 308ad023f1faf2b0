import { isJsonObject } from '@remit/contracts';
import { header, type McpHttpRequest } from '../http-request.ts';
import type { AgentRequest } from '../request.ts';
import type { Services } from '../services.ts';
import { lookUp, mayCall } from '../tools.ts';
import { decodeHeader } from './header-value.ts';
import { mismatch } from './envelope.ts';
import type { MirroredParameter } from '../../upstream/era/request-headers.ts';
import { mirroredValue, paramHeaders, saysTheSame } from './param-headers.ts';

/**
 * Holds the `Mcp-Param-…` headers of a tool call against its arguments. Which headers there have to be says
 * what tools there are, so nothing is said of a tool that the agent may not use: its call is refused later.
 * @throws RpcFault -32020 where they differ.
 */
export function assertParamHeaders(
  services: Services,
  http: McpHttpRequest,
  request: Pick<AgentRequest, 'params' | 'caller'>,
): void {
  const args = request.params['arguments'];
  for (const { header: name, path } of headersOf(services, request)) {
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

function headersOf(
  services: Services,
  request: Pick<AgentRequest, 'params' | 'caller'>,
): readonly MirroredParameter[] {
  const tool = lookUp(services, request);
  const headers = tool?.served ? paramHeaders(tool.definition) : [];
  return tool && headers.length > 0 && mayCall(services, request, tool) ? headers : [];
}
