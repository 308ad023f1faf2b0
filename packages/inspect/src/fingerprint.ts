import { hash } from 'node:crypto';
import { Fault, type ToolDefinition } from '@remit/contracts';
import canonicalize from 'canonicalize';

/**
 * The digest of a tool's definition, unknown keys included: `sha256:` + hex over its RFC 8785 form.
 * Two definitions that differ in anything but key order and number spelling differ in it.
 *
 * @throws Fault `definition_unusable` where RFC 8785 (section 3.2.2.2) has no form: lone surrogates.
 */
export function fingerprint(definition: ToolDefinition): string {
  try {
    return `sha256:${hash('sha256', canonicalize(definition) ?? '', 'hex')}`;
  } catch (cause) {
    throw new Fault('definition_unusable', `the definition of \`${definition.name}\` has no canonical form`, {
      remedy: 'have the server send well-formed Unicode',
      cause,
    });
  }
}
