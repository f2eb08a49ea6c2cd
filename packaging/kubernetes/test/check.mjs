// What .ci/kubernetes has rendered, against the API's types and against what the exporter needs of a pod.
//   check.mjs TREE   in a folder with helm-NAME.yaml, kustomize-NAME.yaml, node_modules, flags (one a line), and this file
import { deepStrictEqual } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yaml from 'js-yaml';

const folder = process.cwd();
const top = process.argv[2];

// By apiVersion and kind: the module with its types. Of KMM's Module no registry in reach has any.
const MODELS = {
  'v1/Namespace': 'kubernetes-models/v1',
  'v1/ServiceAccount': 'kubernetes-models/v1',
  'v1/ConfigMap': 'kubernetes-models/v1',
  'apps/v1/DaemonSet': 'kubernetes-models/apps/v1',
  'networking.k8s.io/v1/NetworkPolicy': 'kubernetes-models/networking.k8s.io/v1',
  'monitoring.coreos.com/v1/PodMonitor': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  'monitoring.coreos.com/v1/PrometheusRule': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
};
const WITHOUT_TYPES = ['kmm.sigs.x-k8s.io/v1beta1/Module'];

let passed = 0;
let failed = 0;
function check(what, test) {
  try {
    test();
    passed++;
    console.log(`ok   kubernetes: ${what}`);
  } catch (problem) {
    failed++;
    console.log(`FAIL kubernetes: ${what}\n     ${String(problem.message ?? problem).replaceAll('\n', '\n     ')}`);
  }
}
const equal = (got, wanted, what) => {
  if (JSON.stringify(got) !== JSON.stringify(wanted))
    throw new Error(`${what}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`);
};

/** Values and enumerations, by the validators that were made of the API's schema. They let unknown fields pass. */
async function invalid(object) {
  const key = `${object.apiVersion}/${object.kind}`;
  if (WITHOUT_TYPES.includes(key)) return [];
  if (!MODELS[key]) return [`no type is known for ${key}`];
  const model = (await import(MODELS[key]))[object.kind];
  try {
    new model(object).validate();
    return [];
  } catch (problem) {
    return [problem.message];
  }
}

/** Unknown fields and other types, by the compiler, which refuses them in a literal. By the names of the renderings. */
function mistyped(byName) {
  const files = Object.entries(byName).map(([name, objects]) => {
    const typed = objects.filter((o) => MODELS[`${o.apiVersion}/${o.kind}`]);
    const lines = typed.map(
      (o, i) =>
        `import type { I${o.kind} as T${i} } from '${MODELS[`${o.apiVersion}/${o.kind}`]}';\n` +
        `export const o${i}: T${i} = ${JSON.stringify(o, null, 1)};`,
    );
    writeFileSync(join(folder, `${name}.ts`), lines.join('\n'));
    return `${name}.ts`;
  });
  const said = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--moduleResolution',
      'nodenext', ...files],
    { cwd: folder, encoding: 'utf8' },
  );
  const lines = (said.stdout + (said.error ?? '')).split('\n').filter(Boolean);
  const found = Object.fromEntries(files.map((file) => [file.slice(0, -3), lines.filter((line) => line.startsWith(`${file}(`))]));
  // What is of no file, such as a compiler that does not start, is of each.
  if (said.status !== 0 && Object.values(found).every((problems) => problems.length === 0))
    for (const problems of Object.values(found)) problems.push(`tsc: ${lines.join(' ')}`);
  return found;
}

const rendered = Object.fromEntries(
  readdirSync(folder)
    .filter((f) => /^(helm|kustomize)-.*\.yaml$/.test(f))
    .map((f) => [f.slice(0, -5), yaml.loadAll(readFileSync(join(folder, f), 'utf8')).filter(Boolean)]),
);
const one = (name, kind) => {
  const found = rendered[name].filter((o) => o.kind === kind);
  if (found.length !== 1) throw new Error(`${name} has ${found.length} of ${kind}`);
  return found[0];
};
const podOf = (name) => one(name, 'DaemonSet').spec.template;

// A checker that lets everything pass would be green, too.
const wrong = structuredClone(one('kustomize-base', 'DaemonSet'));
wrong.spec.template.spec.hostPid = true;
const odd = structuredClone(one('kustomize-base', 'DaemonSet'));
odd.spec.updateStrategy.type = 'Rolling';
const oddFound = await invalid(odd);
const mistakes = mistyped({ ...rendered, wrong: [wrong] });
check('a field that the API does not know is found', () => equal(mistakes.wrong.some((line) => /hostPid/.test(line)), true, 'found'));
check('a value that the API does not take is found', () => equal(oddFound.length, 1, 'problems'));

for (const [name, objects] of Object.entries(rendered)) {
  const problems = (await Promise.all(objects.map(invalid))).flat();
  check(`${name}: the API's schema, ${objects.length} objects`, () => {
    problems.push(...mistakes[name]);
    equal(problems, [], 'problems');
  });
}

const flags = new Set(readFileSync(join(folder, 'flags'), 'utf8').split('\n').filter(Boolean));
for (const name of Object.keys(rendered).filter((n) => rendered[n].some((o) => o.kind === 'DaemonSet'))) {
  check(`${name}: has what the exporter needs`, () => {
    const { spec } = podOf(name);
    const [container] = spec.containers;
    equal(spec.containers.length, 1, 'containers');
    equal([spec.hostPID, spec.hostNetwork ?? false, spec.automountServiceAccountToken], [true, false, false], 'hostPID, hostNetwork, token');
    equal(container.securityContext.readOnlyRootFilesystem, true, 'readOnlyRootFilesystem');
    equal(container.env.find((e) => e.name === 'NODE_NAME').valueFrom.fieldRef.fieldPath, 'spec.nodeName', 'NODE_NAME');
    const unknown = container.args.map((a) => a.split('=')[0]).filter((f) => !flags.has(f));
    equal(unknown, [], 'flags that the exporter does not know');
    const volumes = Object.fromEntries(spec.volumes.map((v) => [v.name, v]));
    const mounts = Object.fromEntries(container.volumeMounts.map((m) => [m.mountPath, m]));
    equal(container.volumeMounts.map((m) => m.name).sort(), Object.keys(volumes).sort(), 'mounts and volumes');
    for (const path of ['/host/proc', '/host/sys'])
      equal([mounts[path].readOnly, volumes[mounts[path].name].hostPath.path], [true, path.slice(5)], path);
    equal(Boolean(volumes[mounts['/var/lib/load-monitor'].name].hostPath), true, 'the archive outlives the pod');
    deepStrictEqual(
      Object.fromEntries(
        Object.entries(one(name, 'DaemonSet').spec.selector.matchLabels).map(([k]) => [k, podOf(name).metadata.labels[k]]),
      ),
      one(name, 'DaemonSet').spec.selector.matchLabels,
      'selector',
    );
    const policies = rendered[name].filter((o) => o.kind === 'NetworkPolicy');
    for (const policy of policies) equal([policy.spec.policyTypes, policy.spec.egress], [['Ingress', 'Egress'], []], 'egress');
  });
}

const rights = (name) => {
  const { privileged, allowPrivilegeEscalation, capabilities } = podOf(name).spec.containers[0].securityContext;
  return [privileged ?? false, allowPrivilegeEscalation ?? true, capabilities?.drop ?? [], capabilities?.add ?? []];
};
check('each source has its rights and no others', () => {
  equal(rights('helm-defaults'), [false, false, ['ALL'], ['SYS_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH']], 'procfs');
  equal(rights('helm-bpf'), [false, false, ['ALL'], ['BPF', 'PERFMON', 'SYSLOG']], 'bpf');
  equal(rights('helm-module-plugin'), [false, false, ['ALL'], []], 'module by a device plugin');
  equal(rights('helm-module'), [true, true, [], []], 'module');
});
check('before Kubernetes 1.30 AppArmor is told by an annotation', () => {
  const key = 'container.apparmor.security.beta.kubernetes.io/exporter';
  equal(podOf('helm-1.29').metadata.annotations[key], 'unconfined', key);
  equal(podOf('helm-1.29').spec.containers[0].securityContext.appArmorProfile, undefined, 'the field');
  equal(podOf('helm-defaults').spec.containers[0].securityContext.appArmorProfile, { type: 'Unconfined' }, 'the field');
});

/** Without what the two name differently: labels of Helm's, the hash of the configuration. */
function plain(name) {
  const spec = structuredClone(podOf(name).spec);
  const config = spec.volumes.find((v) => v.name === 'config');
  config.configMap.name = config.configMap.name.replace(/-[a-z0-9]{10}$/, '');
  spec.volumes.sort((a, b) => (a.name < b.name ? -1 : 1));
  spec.containers[0].args.sort();
  spec.containers[0].volumeMounts.sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1));
  return spec;
}
for (const [chart, manifests] of [['helm-defaults', 'base'], ['helm-source-bpf', 'bpf'], ['helm-source-module', 'module']])
  check(`chart and manifests are the same pod: ${manifests}`, () => deepStrictEqual(plain(`kustomize-${manifests}`), plain(chart)));

check('the rules are those of alerts/', () => {
  const rules = yaml.load(readFileSync(join(top, 'alerts/load-monitor.rules.yml'), 'utf8'));
  deepStrictEqual(one('helm-bpf', 'PrometheusRule').spec, rules);
  deepStrictEqual(one('kustomize-monitored', 'PrometheusRule').spec, rules);
});
check('the module is built by the file beside it', () => {
  const name = one('kustomize-kmm', 'Module').spec.moduleLoader.container.kernelMappings[0].build.dockerfileConfigMap.name;
  const map = one('kustomize-kmm', 'ConfigMap');
  equal(map.metadata.name, name, 'name');
  equal(map.data.dockerfile.includes('depmod -b /opt'), true, 'depmod');
});

console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
