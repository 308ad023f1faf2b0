/** What a person means by the name of a tool, or why it means nothing. */
import { locateTool as locate, type CompiledPolicy, type LocatedTool } from '@remit/policy';
import { wrongUse } from '../exit-code.ts';

/** @throws CommandFault `unknown_tool`, `ambiguous_tool`. */
export function locateTool(policy: CompiledPolicy, name: string): LocatedTool {
  const located = locate(policy, name);
  if (located.found) {
    const { server, tool, digest } = located;
    return { server, tool, ...(digest === undefined ? {} : { digest }) };
  }
  if (located.candidates.length > 0) {
    const names = located.candidates.join(', ');
    throw wrongUse('ambiguous_tool', `Several servers have a tool \`${name}\`.`, `Name one of ${names}.`);
  }
  throw wrongUse(
    'unknown_tool',
    `tools.lock holds no tool \`${name}\`.`,
    'See the tools with `remit tools list`, or take new ones in with `remit tools pull`.',
  );
}
