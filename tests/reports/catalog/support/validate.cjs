// Entities as JSON on standard input; on standard output, for each of them, what Backstage says against it, or null.
const model = require('@backstage/catalog-model');

const KINDS = {
  API: model.apiEntityV1alpha1Validator,
  Component: model.componentEntityV1alpha1Validator,
  Group: model.groupEntityV1alpha1Validator,
  Resource: model.resourceEntityV1alpha1Validator,
  System: model.systemEntityV1alpha1Validator,
  User: model.userEntityV1alpha1Validator,
};
const policy = model.EntityPolicies.allOf([
  new model.SchemaValidEntityPolicy(),
  new model.DefaultNamespaceEntityPolicy(),
  new model.NoForeignRootFieldsEntityPolicy(),
  new model.FieldFormatEntityPolicy(),
]);

async function verdict(entity) {
  try {
    const enforced = await policy.enforce(entity);
    const known = await KINDS[entity.kind].check(enforced);
    return known ? null : `${entity.kind} is not known`;
  } catch (error) {
    return error.message;
  }
}

let text = '';
process.stdin.on('data', part => { text += part; });
process.stdin.on('end', async () => {
  process.stdout.write(JSON.stringify(await Promise.all(JSON.parse(text).map(verdict))));
});
