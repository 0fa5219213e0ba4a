// Answers requests by IAM's evaluation logic. In: documents, roles and requests as JSON; out: one answer for each request.
const { createValidatedPolicy, validateIdentityPolicy, validateResourcePolicy } = require("@cloud-copilot/iam-policy");
const { runSimulation } = require("@cloud-copilot/iam-simulate");

async function main() {
  const { account, documents, roles, requests } = JSON.parse(require("fs").readFileSync(0, "utf8"));
  // Each document is checked once, not once a request.
  const identity = {};
  const resource = {};
  for (const [key, document] of Object.entries(documents.identity)) identity[key] = createValidatedPolicy(document, validateIdentityPolicy);
  for (const [key, document] of Object.entries(documents.resource)) resource[key] = createValidatedPolicy(document, validateResourcePolicy);
  const answers = [];
  for (const request of requests) {
    const role = roles[request.role];
    const simulation = {
      request: {
        principal: role.arn,
        action: request.action,
        resource: { resource: request.resource, accountId: account },
        contextVariables: request.context,
      },
      identityPolicies: role.policies.map((key) => ({ name: key, policy: identity[key] })),
      permissionBoundaryPolicies: role.boundary ? [{ name: role.boundary, policy: identity[role.boundary] }] : undefined,
      resourcePolicy: request.policy ? resource[request.policy] : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    };
    const answer = await runSimulation(simulation, {});
    if (answer.resultType === "error") answers.push({ result: "Error", by: [JSON.stringify(answer.errors)] });
    else {
      const one = answer.result ?? answer.results[0];
      answers.push({ result: answer.overallResult, by: one?.analysis?.blockedBy ?? [] });
    }
  }
  process.stdout.write(JSON.stringify(answers));
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
