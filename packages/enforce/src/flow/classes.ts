/** Classes of data in what an agent is about to see, by the names of fields, also in JSON inside of text. */
import { foldFieldName, joinLabels, type JsonValue, type Labels } from '@remit/contracts';
import { classOfField, type CompiledPolicy } from '@remit/policy';
import { contentOf, leavesOf } from './content.ts';

/** `labels`, raised by the classes that were found and by how sensitive they are. */
export function withClasses(labels: Labels, answer: JsonValue, policy: CompiledPolicy): Labels {
  const seen = new Set<string>();
  let raised = labels;
  for (const { path } of leavesOf(contentOf(answer))) {
    for (const name of path) {
      if (seen.has(name)) continue;
      seen.add(name);
      const found = classOfField(policy, foldFieldName(name));
      if (found === undefined) continue;
      const { trust } = labels;
      const sensitivity = found.sensitivity ?? labels.sensitivity;
      raised = joinLabels(raised, { trust, sensitivity, classes: [found.name] });
    }
  }
  return raised;
}
