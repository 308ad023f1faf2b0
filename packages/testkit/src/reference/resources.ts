/** What can be read from the reference server. */
import type { ReadResourceResult, Resource, ResourceTemplate } from '@modelcontextprotocol/sdk/types.js';
import { tinyPng } from './media.ts';
import { changeable } from './state.ts';
import type { ReferenceState } from './state.ts';

const watchedUri = 'test://watched-resource';

const fixed: readonly Resource[] = [
  { uri: 'test://static-text', name: 'static-text', title: 'Static text', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', title: 'Static image', mimeType: 'image/png' },
  { uri: watchedUri, name: 'watched-resource', title: 'Changes on demand', mimeType: 'text/plain' },
];

const changing: Resource = { uri: changeable.resources, name: 'changeable', mimeType: 'text/plain' };

export const resourceTemplates: readonly ResourceTemplate[] = [
  { uriTemplate: 'test://template/{id}/data', name: 'template', mimeType: 'application/json' },
];

export function listResources(state: ReferenceState): Resource[] {
  return state.lists('resources') ? [...fixed, changing] : [...fixed];
}

function textContents(uri: string, value: string, mimeType = 'text/plain'): ReadResourceResult {
  return { contents: [{ uri, mimeType, text: value }] };
}

function readTemplated(uri: string): ReadResourceResult | undefined {
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) return undefined;
  const data = { id, templateTest: true, data: `Data for ID: ${id}` };
  return textContents(uri, JSON.stringify(data), 'application/json');
}

/** Undefined where there is no such resource; each era has its own error for that. */
export function readResource(uri: string, state: ReferenceState): ReadResourceResult | undefined {
  switch (uri) {
    case 'test://static-text':
      return textContents(uri, 'This is the content of the static text resource.');
    case 'test://static-binary':
      return { contents: [{ uri, mimeType: 'image/png', blob: tinyPng }] };
    case watchedUri:
      return textContents(uri, `Watched resource, version ${String(state.resource_version)}`);
    case changeable.resources:
      return textContents(uri, 'A resource that is listed or not.');
    default:
      return readTemplated(uri);
  }
}
