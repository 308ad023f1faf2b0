/** The requests that the Authorization API 1.0 gives as examples, each with the endpoint that it is for. */
import type { JsonObject } from '@remit/contracts';

const alice = { type: 'user', id: 'alice@example.com' };
const account = { type: 'account', id: '123' };
const canRead = { name: 'can_read' };
const document = (id: string) => ({ resource: { type: 'document', id } });
const afternoon = { time: '2024-05-31T15:22-07:00' };

export const examples: [section: string, endpoint: string, request: JsonObject][] = [
  [
    'Access Evaluation API',
    'evaluation',
    {
      subject: alice,
      resource: account,
      action: { name: 'can_read', properties: { method: 'GET' } },
      context: { time: '1985-10-26T01:22-07:00' },
    },
  ],
  [
    'HTTPS JSON Binding',
    'evaluation',
    {
      subject: alice,
      resource: { type: 'todo', id: '1' },
      action: canRead,
      context: { time: '1985-10-26T01:22-07:00' },
    },
  ],
  [
    'Access Evaluations API, without defaults',
    'evaluations',
    {
      evaluations: ['boxcarring.md', 'subject-search.md', 'resource-search.md'].map((id) => ({
        subject: alice,
        action: canRead,
        ...document(id),
        context: afternoon,
      })),
    },
  ],
  [
    'Default values, subject and context',
    'evaluations',
    {
      subject: alice,
      context: afternoon,
      evaluations: ['boxcarring.md', 'subject-search.md', 'resource-search.md'].map((id) => ({
        action: canRead,
        ...document(id),
      })),
    },
  ],
  [
    'Default values, one of them overridden',
    'evaluations',
    {
      subject: alice,
      context: afternoon,
      action: canRead,
      evaluations: [
        document('boxcarring.md'),
        document('subject-search.md'),
        { action: { name: 'can_edit' }, ...document('resource-search.md') },
      ],
    },
  ],
  [
    'Evaluations options',
    'evaluations',
    {
      evaluations: [{ resource: { type: 'doc', id: '1' }, subject: { type: 'doc', id: '2' } }],
      options: { evaluations_semantic: 'execute_all', another_option: 'value' },
    },
  ],
  [
    'Subject Search API',
    'search/subject',
    {
      subject: { type: 'user' },
      action: canRead,
      resource: account,
      context: { time: '2024-10-26T01:22-07:00' },
    },
  ],
  [
    'Resource Search API',
    'search/resource',
    { subject: alice, action: canRead, resource: { type: 'account' } },
  ],
  [
    'Pagination',
    'search/resource',
    { subject: alice, action: canRead, resource: { type: 'account' }, page: { limit: 2 } },
  ],
  [
    'Action Search API',
    'search/action',
    { subject: alice, resource: account, context: { time: '2024-10-26T01:22-07:00' } },
  ],
];
