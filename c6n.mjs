const __defProp = Object.defineProperty;
const __export = (target, all) => {
  for (var name2 in all)
    __defProp(target, name2, { get: all[name2], enumerable: true });
};

// ../h.ts
import { readFileSync as readFileSync4 } from "node:fs";
import { createHash } from "node:crypto";

// src/scenarios/read.ts
import { LineCounter as LineCounter2, parseDocument as parseDocument2 } from "yaml";
import { z as z5 } from "zod";

// src/scenarios/closest.ts
function closest(word, known) {
  const wanted = word.toLowerCase();
  const limit = wanted.length < 3 ? 0 : Math.min(4, Math.ceil(wanted.length / 3));
  let best;
  let fewest = limit + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= fewest) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < fewest) [best, fewest] = [candidate, edits];
  }
  return best;
}
function didYouMean(word, known) {
  const best = closest(word, known);
  return best === void 0 ? void 0 : `did you mean "${best}"?`;
}
function distance(a, b) {
  if (a.length > 64 || b.length > 64) return a === b ? 0 : 64;
  let before2 = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) edits = Math.min(edits, before2[j - 2] + 1);
      row.push(edits);
    }
    before2 = last;
    last = row;
  }
  return last[b.length];
}

// src/scenarios/environment.ts
const none = { inRun: "none" };
const yes = { inRun: "yes" };
const later = { inRun: "later" };
const ENVIRONMENT = {
  WARM_ENI_TARGET: { type: "int", code: 1, chart: "1", floor: 0, relevance: "A", ...yes, effect: "Whole ENIs of addresses kept warm. Ignored when WARM_IP_TARGET or MINIMUM_IP_TARGET is set, and with prefix delegation." },
  WARM_IP_TARGET: { type: "int", code: 0, chart: null, floor: 0, relevance: "A", ...yes, effect: "Addresses kept available, cooling ones included." },
  MINIMUM_IP_TARGET: { type: "int", code: 0, chart: null, floor: 0, relevance: "A", ...yes, effect: "Addresses held at least. Without WARM_IP_TARGET it is also a ceiling." },
  WARM_PREFIX_TARGET: { type: "int", code: 0, chart: "1", floor: 0, relevance: "A", ...yes, effect: "Free prefixes kept, with prefix delegation. Guards ENIs against deletion even when WARM_IP_TARGET rules." },
  MAX_ENI: { type: "int", code: -1, chart: null, floor: 1, relevance: "A", ...yes, effect: "Caps the ENIs of a node; below 1 it is ignored." },
  ENABLE_PREFIX_DELEGATION: { type: "bool", code: false, chart: "false", relevance: "A", ...yes, effect: "Slots hold /28 prefixes instead of single addresses. Falls back silently on types that are neither nitro nor bare metal." },
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: { type: "bool", code: false, chart: "false", relevance: "A E", ...yes, effect: "Custom networking: pods get addresses from the subnet of an ENIConfig, none from the primary ENI." },
  ENI_CONFIG_LABEL_DEF: { type: "string", code: "k8s.amazonaws.com/eniConfig", chart: null, relevance: "A", ...yes, effect: "Node label that names the ENIConfig." },
  ENI_CONFIG_ANNOTATION_DEF: { type: "string", code: "k8s.amazonaws.com/eniConfig", chart: null, relevance: "A", ...yes, effect: "Node annotation that names the ENIConfig; read before the label." },
  ENABLE_SUBNET_DISCOVERY: { type: "bool", code: true, chart: "true", relevance: "A", ...yes, effect: "New ENIs go to the tagged subnet of the zone with most free addresses." },
  CLUSTER_NAME: { type: "string", code: "", chart: null, relevance: "A", ...yes, effect: "ENI tag, cluster tags of subnets, filter of the leaked-ENI sweep." },
  IP_COOLDOWN_PERIOD: { type: "int", code: 30, chart: null, unit: "s", relevance: "A", ...yes, effect: "How long a released address stays out." },
  ENABLE_POD_ENI: { type: "bool", code: false, chart: "false", relevance: "A E", ...later, effect: "Security groups for pods: a slot is kept for the trunk, and reconcile runs each turn until it is there." },
  POD_SECURITY_GROUP_ENFORCING_MODE: { type: "string", code: "strict", chart: null, among: ["strict", "standard"], relevance: "E", ...none, effect: "Host rules for branch ENI pods." },
  ENABLE_MULTI_NIC: { type: "bool", code: false, chart: "false", relevance: "A", ...yes, effect: "Every network card has a pool of its own; cards above 0 keep one warm address." },
  MANAGE_UNTAGGED_ENI: { type: "bool", code: true, chart: null, relevance: "A", ...later, effect: "Whether attached ENIs without the instance tag are managed." },
  AWS_MANAGE_ENIS_NON_SCHEDULABLE: { type: "bool", code: false, chart: null, relevance: "A", ...yes, effect: "Whether a cordoned node still grows and frees ENIs." },
  DISABLE_NETWORK_RESOURCE_PROVISIONING: { type: "bool", code: false, chart: "false", relevance: "A", ...yes, effect: "No growth, release, tags or ENI deletion; reconcile only." },
  ENABLE_IMDS_ONLY_MODE: { type: "bool", code: false, chart: "false", relevance: "A", ...yes, effect: "As DISABLE_NETWORK_RESOURCE_PROVISIONING, and ENIs are described from instance metadata alone." },
  DISABLE_LEAKED_ENI_CLEANUP: { type: "bool", code: false, chart: null, relevance: "A", ...yes, effect: "No hourly sweep of leaked ENIs." },
  ENABLE_IPv4: { type: "bool", code: false, chart: "true", relevance: "S", ...yes, effect: "Must be true for an IPv4 cluster, although the docs call it the default." },
  ENABLE_IPv6: { type: "bool", code: false, chart: "false", relevance: "A", ...yes, effect: "One /80 a node and no pool. Needs prefix delegation, excludes custom networking." },
  AWS_VPC_K8S_CNI_BACKING_STORE: { type: "string", code: "/var/run/aws-node/ipam.json", chart: null, relevance: "S", ...none, effect: "Checkpoint file." },
  MY_NODE_NAME: { type: "string", code: "", chart: null, relevance: "S", ...none, effect: "Node look-up; the downward API sets it." },
  MY_POD_NAME: { type: "string", code: "", chart: null, relevance: "S", ...none, effect: "Events; the downward API sets it." },
  ANNOTATE_POD_IP: { type: "bool", code: false, chart: null, relevance: "S", ...later, effect: "ADD also patches the pod; start-up waits for the API server." },
  NETWORK_POLICY_ENFORCING_MODE: { type: "string", code: "", chart: "standard", relevance: "S", ...none, effect: "ADD fails without the policy agent; a text other than none, strict or standard stops the agent." },
  ADDITIONAL_ENI_TAGS: { type: "string", code: "", chart: "{}", relevance: "-", ...none, effect: "Tags (JSON) of new ENIs." },
  AWS_VPC_K8S_CNI_EXTERNALSNAT: { type: "bool", code: false, chart: "false", relevance: "E", ...none, effect: "Pods leave with their own address; something outside translates." },
  AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: { type: "string", code: "", chart: null, relevance: "E", ...none, effect: "IPv4 CIDRs, comma-separated, that are not translated." },
  AWS_EXTERNAL_SERVICE_CIDRS: { type: "string", code: "", chart: null, relevance: "E", ...none, effect: "IPv4 CIDRs, comma-separated, that are reached by the primary ENI." },
  AWS_VPC_K8S_CNI_RANDOMIZESNAT: { type: "string", code: "prng", chart: "prng", among: ["prng", "hashrandom", "none"], relevance: "E", ...none, effect: "Choice of source ports." },
  AWS_VPC_CNI_NODE_PORT_SUPPORT: { type: "bool", code: true, chart: "true", relevance: "E", ...none, effect: "Connection marks for node ports." },
  AWS_VPC_K8S_CNI_CONNMARK: { type: "int", code: 128, chart: null, relevance: "E", ...none, effect: "The mark bit." },
  ENABLE_V6_EGRESS: { type: "bool", code: false, chart: null, relevance: "E", ...none, effect: "Egress plugin for IPv6 in IPv4 clusters." },
  ENABLE_V4_EGRESS: { type: "bool", code: true, chart: null, relevance: "E", ...none, effect: "Egress plugin for IPv4 in IPv6 clusters." },
  AWS_VPC_ENI_MTU: { type: "int", code: 9001, chart: "9001", relevance: "-", ...none, effect: "MTU of ENIs." },
  POD_MTU: { type: "int", code: 9001, chart: null, relevance: "-", ...none, effect: "MTU of pods; without it the ENI MTU." },
  AWS_VPC_K8S_CNI_VETHPREFIX: { type: "string", code: "eni", chart: "eni", relevance: "E", ...none, effect: "Prefix of host interface names." },
  HTTP_TIMEOUT: { type: "int", code: 10, chart: null, unit: "s", floor: 10, relevance: "-", ...none, effect: "Timeout of EC2 and metadata calls." },
  AWS_EC2_ENDPOINT: { type: "string", code: "", chart: null, relevance: "-", ...none, effect: "Reaches the metadata configuration only; EC2 calls do not use it." },
  CLUSTER_ENDPOINT: { type: "string", code: "", chart: null, relevance: "S", ...none, effect: "API server address." },
  VPC_CNI_VERSION: { type: "string", code: "", chart: "v1.23.1", relevance: "-", ...none, effect: "User agent text." },
  AWS_VPC_K8S_CNI_LOG_FILE: { type: "string", code: "/host/var/log/aws-routed-eni/ipamd.log", chart: "/host/var/log/aws-routed-eni/ipamd.log", relevance: "-", ...none, effect: "Log file." },
  AWS_VPC_K8S_CNI_LOGLEVEL: { type: "string", code: "Debug", chart: "DEBUG", relevance: "-", ...none, effect: "Log level." },
  DISABLE_METRICS: { type: "bool", code: false, chart: "false", relevance: "-", ...none, effect: "No metrics endpoint." },
  DISABLE_INTROSPECTION: { type: "bool", code: false, chart: "false", relevance: "-", ...none, effect: "No introspection endpoint." },
  INTROSPECTION_BIND_ADDRESS: { type: "string", code: "127.0.0.1:61679", chart: null, relevance: "-", ...none, effect: "Introspection endpoint." },
  HOST_CNI_BIN_PATH: { type: "string", code: "/host/opt/cni/bin", chart: null, relevance: "-", ...none, effect: "Wrapper only: where plugins are copied to." },
  HOST_CNI_CONFDIR_PATH: { type: "string", code: "/host/etc/cni/net.d", chart: null, relevance: "-", ...none, effect: "Wrapper only: where the CNI configuration is written." },
  AWS_VPC_K8S_PLUGIN_LOG_FILE: { type: "string", code: "/var/log/aws-routed-eni/plugin.log", chart: "/var/log/aws-routed-eni/plugin.log", relevance: "-", ...none, effect: "Wrapper only: plugin log file; the wrapper refuses stdout." },
  AWS_VPC_K8S_PLUGIN_LOG_LEVEL: { type: "string", code: "DEBUG", chart: "DEBUG", relevance: "-", ...none, effect: "Wrapper only: plugin log level." },
  AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE: { type: "string", code: "", chart: null, relevance: "-", ...none, effect: "Wrapper only: log file." },
  AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE: { type: "string", code: "", chart: null, relevance: "-", ...none, effect: "Wrapper only: log file." },
  ENABLE_BANDWIDTH_PLUGIN: { type: "bool", code: false, chart: null, relevance: "-", ...none, effect: "Wrapper only: adds the bandwidth plugin." },
  DISABLE_POD_V6: { type: "bool", code: false, chart: null, relevance: "-", ...none, effect: "Wrapper only: no IPv6 in pods." },
  DISABLE_TCP_EARLY_DEMUX: { type: "bool", code: false, chart: "false", relevance: "-", ...none, effect: "Init container only (init.env in the chart)." },
  AWS_MAX_ATTEMPTS: { type: "int", code: 3, chart: null, floor: 1, relevance: "A", ...yes, effect: "Attempts of the AWS SDK per EC2 call." },
  AWS_RETRY_MODE: { type: "string", code: "standard", chart: null, among: ["standard", "adaptive"], relevance: "A", ...none, effect: "Retry mode of the AWS SDK; standard is what is modelled." },
  AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER: { type: "bool", code: true, chart: null, relevance: "-", ...none, effect: "Deprecated, no effect." },
  ENABLE_NFTABLES: { type: "bool", code: false, chart: null, relevance: "-", ...none, effect: "Deprecated, no effect." }
};
const ENV_NAMES = Object.keys(ENVIRONMENT);
const isEnvName = (name2) => Object.hasOwn(ENVIRONMENT, name2);
function defaultTexts(defaults2) {
  if (defaults2 === "code") return {};
  return Object.fromEntries(ENV_NAMES.flatMap((name2) => ENVIRONMENT[name2].chart === null ? [] : [[name2, ENVIRONMENT[name2].chart]]));
}
const GO_TRUE = /* @__PURE__ */ new Set(["1", "t", "T", "TRUE", "true", "True"]);
const GO_FALSE = /* @__PURE__ */ new Set(["0", "f", "F", "FALSE", "false", "False"]);
function atoi(text) {
  return /^[+-]?[0-9]+$/.test(text) && Math.abs(Number(text)) < 2 ** 63 ? Number(text) || 0 : null;
}
function parseVariable(name2, text) {
  const row = ENVIRONMENT[name2];
  if (text === void 0 || text === "") return { value: row.code, understood: true };
  const bad = { value: row.code, understood: false };
  if (row.type === "bool") return GO_TRUE.has(text) ? { value: true, understood: true } : GO_FALSE.has(text) ? { value: false, understood: true } : bad;
  if (row.type === "string") return row.among && !row.among.includes(text) ? bad : { value: text, understood: true };
  const number = atoi(text);
  return number === null || row.floor !== void 0 && number < row.floor ? bad : { value: number, understood: true };
}
function parseEnvironment(texts2) {
  return Object.fromEntries(ENV_NAMES.map((name2) => [name2, parseVariable(name2, texts2[name2]).value]));
}
function wrapperRefusals(texts2) {
  const refusals = [];
  const refuse2 = (name2, reason) => refusals.push({ name: name2, reason });
  const on = (name2) => parseVariable(name2, texts2[name2]).value === true;
  const text = (name2) => texts2[name2] ?? "";
  if (text("AWS_VPC_K8S_PLUGIN_LOG_FILE") === "stdout") refuse2("AWS_VPC_K8S_PLUGIN_LOG_FILE", "the plugin cannot log to stdout");
  const veth = text("AWS_VPC_K8S_CNI_VETHPREFIX");
  if (veth.length > 4 || ["eth", "lo", "vlan"].includes(veth)) refuse2("AWS_VPC_K8S_CNI_VETHPREFIX", "at most 4 characters, and not eth, lo or vlan");
  const mode = text("POD_SECURITY_GROUP_ENFORCING_MODE");
  if (on("ENABLE_POD_ENI") && mode !== "" && mode !== "strict" && mode !== "standard") refuse2("POD_SECURITY_GROUP_ENFORCING_MODE", "strict or standard");
  const cooldown = text("IP_COOLDOWN_PERIOD");
  if (cooldown !== "" && !((atoi(cooldown) ?? -1) >= 0)) refuse2("IP_COOLDOWN_PERIOD", "a whole number of seconds, not negative");
  const low = on("ENABLE_IPv6") ? 1280 : 576;
  for (const name2 of ["AWS_VPC_ENI_MTU", "POD_MTU"]) {
    const mtu = atoi(text(name2));
    if (text(name2) !== "" && !(mtu !== null && mtu >= low && mtu <= 9001)) refuse2(name2, `a whole number from ${low} to 9001`);
  }
  const targets = ["WARM_IP_TARGET", "WARM_PREFIX_TARGET", "MINIMUM_IP_TARGET"];
  if (on("ENABLE_PREFIX_DELEGATION") && targets.every((name2) => (texts2[name2] ?? "0") <= "0"))
    refuse2("ENABLE_PREFIX_DELEGATION", "one of WARM_PREFIX_TARGET, WARM_IP_TARGET and MINIMUM_IP_TARGET must be positive");
  return refusals;
}

// src/scenarios/problems.ts
import { isMap, isNode, isPair, isScalar, isSeq } from "yaml";
function formatProblem({ file: file3, line, column, path, found, expected, suggestion, severity }) {
  const place = path === "" ? "" : `${path}: `;
  const where = file3.startsWith("--set ") ? file3 : `${file3}:${line}:${column}`;
  return `${where}: ${severity}: ${place}${found === "" ? "" : `found ${found}, `}expected ${expected}${suggestion === "" ? "" : `; ${suggestion}`}`;
}
const ScenarioError = class extends Error {
  name = "ScenarioError";
  /** Errors and warnings, in the order of the file. */
  problems;
  constructor(problems) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
};
const formatPath = (path) => path.reduce((text, part2) => {
  if (typeof part2 === "number") return `${text}[${part2}]`;
  return /^[A-Za-z_][\w-]*$/.test(part2) ? `${text}${text === "" ? "" : "."}${part2}` : `${text}[${JSON.stringify(part2)}]`;
}, "");
const SHOWN_MAX = 80;
function show(value) {
  if (value === void 0) return "nothing";
  let text;
  if (typeof value === "string") text = JSON.stringify(value.slice(0, SHOWN_MAX * 2));
  else if (Array.isArray(value)) text = `a list of ${value.length}`;
  else if (typeof value === "object" && value !== null) text = `a map of ${Object.keys(value).slice(0, 4).join(", ") || "nothing"}`;
  else text = String(value);
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX - 3)}...` : text;
}
function locate(source, path, key) {
  const whole = key === void 0 ? path : [...path, key];
  const isWithin = (inner, outer) => outer.length <= inner.length && outer.every((part2, i) => String(part2) === String(inner[i]));
  const set = source.overrides.find(({ path: over2 }) => isWithin(whole, over2));
  if (set) return { file: `--set ${set.text}`, line: 1, column: 1 };
  let node = source.document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const part2 of path) {
    const pair = isMap(node) ? node.items.find((item) => keyOf(item.key) === String(part2)) : void 0;
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(part2)] : void 0;
    if (next === void 0 || next === null) {
      if (pair) offset = offsetOf(pair.key) ?? offset;
      break;
    }
    node = isPair(next) ? next.value : next;
    offset = offsetOf(node) ?? offset;
  }
  if (key !== void 0 && isMap(node)) {
    const ownOffset = offsetOf(node.items.find((item) => keyOf(item.key) === key)?.key);
    const maker = ownOffset === void 0 ? source.overrides.find(({ path: over2 }) => isWithin(over2, whole)) : void 0;
    if (maker) return { file: `--set ${maker.text}`, line: 1, column: 1 };
    offset = ownOffset ?? offset;
  }
  const { line, col } = source.lines.linePos(offset);
  return { file: source.file, line: Math.max(1, line), column: Math.max(1, col) };
}
const keyOf = (key) => isScalar(key) ? String(key.value) : String(key);
const offsetOf = (node) => isNode(node) ? node.range?.[0] : void 0;
const at = (value, path) => path.reduce((inner, part2) => typeof inner === "object" && inner !== null ? inner[part2] : void 0, value);
const TYPES = { string: "a text", number: "a number", int: "a whole number", boolean: "true or false", array: "a list", object: "a map", record: "a map", null: "null" };
function tell(issues, input, prefix, keysAt2) {
  const unknown = new Set(issues.filter((issue) => issue.code === "unrecognized_keys").map((issue) => issue.path.join(".")));
  return issues.flatMap((issue) => {
    if (issue.code === "custom" && unknown.has(issue.path.join("."))) return [];
    const inner = issue.path;
    const path = [...prefix, ...inner];
    const value = at(input, inner);
    const base = { path, found: show(value), suggestion: "" };
    switch (issue.code) {
      case "unrecognized_keys":
        return issue.keys.map((key) => {
          const known = keysAt2(path);
          return { path, key, found: `the unknown key "${key}"`, expected: known.length > 0 ? `one of ${known.join(", ")}` : "no such key", suggestion: didYouMean(key, known) ?? "" };
        });
      case "invalid_union": {
        if (issue.discriminator !== void 0) {
          const owner = path.at(-1) === issue.discriminator ? path.slice(0, -1) : path;
          const kind = at(input, [...inner.slice(0, owner.length - prefix.length), issue.discriminator]);
          const known = keysAt2([...owner, issue.discriminator]);
          const expected = `${issue.discriminator}: ${known.join(", ")}`;
          if (kind === void 0) return [{ path: owner, found: `no ${issue.discriminator}`, expected, suggestion: "" }];
          return [{ path: [...owner, issue.discriminator], found: show(kind), expected, suggestion: typeof kind === "string" ? didYouMean(kind, known) ?? "" : "" }];
        }
        const meant = issue.errors.find((errors) => !errors.some(isOfOtherType));
        if (meant) return tell(meant, value, path, keysAt2);
        return [{ ...base, expected: issue.message.replace(/^expected /, ""), suggestion: suggestAmong(value, issue) }];
      }
      case "invalid_value":
        return [{ ...base, expected: issue.values.length === 1 ? show(issue.values[0]) : `one of ${issue.values.map(String).join(", ")}`, suggestion: typeof value === "string" ? didYouMean(value, issue.values.map(String)) ?? "" : "" }];
      case "invalid_type":
        return [{ ...base, expected: TYPES[issue.expected] ?? issue.expected, suggestion: "" }];
      case "too_small":
        return [{ ...base, expected: bound(issue.origin, issue.inclusive ? "at least" : "more than", issue.minimum) }];
      case "too_big":
        return [{ ...base, expected: bound(issue.origin, issue.inclusive ? "at most" : "less than", issue.maximum) }];
      case "custom":
        return [{ ...base, expected: String(issue.params?.expected ?? issue.message), suggestion: String(issue.params?.suggestion ?? "") }];
      default:
        return [{ ...base, expected: issue.message }];
    }
  });
}
const isOfOtherType = (issue) => issue.path.length === 0 && (issue.code === "invalid_type" || issue.code === "invalid_value" || issue.code === "invalid_union" && issue.errors.every((errors) => errors.some(isOfOtherType)));
function suggestAmong(value, issue) {
  if (typeof value !== "string") return "";
  const words = issue.errors.flat().flatMap((inner) => inner.code === "invalid_value" ? inner.values.map(String) : []);
  return didYouMean(value, words) ?? "";
}
function bound(origin, word, limit) {
  if (origin === "array") return `a list of ${word} ${limit}`;
  if (origin === "string") return `a text of ${word} ${limit} characters`;
  return `${word} ${limit}`;
}

// src/scenarios/agent.ts
const CHANGES = [
  [1, 22, "subnet exclusion and cluster tags of subnets (1.22.1)"],
  [1, 20, "ENABLE_MULTI_NIC (1.20), trunk slot only on compatible types (1.20.4)"],
  [1, 19, "start without API server (1.19.4), ENABLE_IMDS_ONLY_MODE (1.19.6)"],
  [1, 16, "growth stops at max pods (1.16.3)"],
  [1, 13, "DISABLE_LEAKED_ENI_CLEANUP (1.13)"],
  [1, 12, "AWS_MANAGE_ENIS_NON_SCHEDULABLE (1.12.6)"]
];
function layer(base, written, path, report) {
  const texts2 = { ...base };
  for (const [name2, value] of Object.entries(written)) {
    if (!isEnvName(name2)) {
      const meant = closest(name2, ENV_NAMES);
      report(path, { key: name2, found: `the unknown variable ${name2}`, expected: "a variable that aws-node reads (docs/environment.md)", suggestion: meant === void 0 ? void 0 : `did you mean "${meant}"?` });
      continue;
    }
    if (value === null) {
      delete texts2[name2];
      continue;
    }
    const text = String(value);
    texts2[name2] = text;
    const { value: instead, understood } = parseVariable(name2, text);
    const row = ENVIRONMENT[name2];
    if (!understood) report([...path, name2], { found: show(value), expected: `${kindOf(name2)}; ipamd takes ${JSON.stringify(instead)} instead`, severity: "warning" });
    else if (row.type === "int" && text !== String(instead)) report([...path, name2], { found: show(value), expected: `a plain number; it is read as ${String(instead)}`, severity: "warning" });
  }
  return texts2;
}
function kindOf(name2) {
  const row = ENVIRONMENT[name2];
  if (row.type === "bool") return "true or false";
  if (row.type === "int") return "floor" in row ? `a whole number of at least ${row.floor}` : "a whole number";
  return "among" in row ? row.among.join(" or ") : "a text";
}
function checkStart(texts2, path, report) {
  for (const { name: name2, reason } of wrapperRefusals(texts2)) report([...path, name2], { found: `${name2}=${texts2[name2] ?? ""}, with which aws-node does not start`, expected: reason });
  const env = parseEnvironment(texts2);
  const mode = texts2.NETWORK_POLICY_ENFORCING_MODE ?? "";
  if (!["", "none", "strict", "standard"].includes(mode)) report([...path, "NETWORK_POLICY_ENFORCING_MODE"], { found: show(mode), expected: "none, strict or standard: ipamd ends on anything else" });
  if (env.ENABLE_IPv4 === env.ENABLE_IPv6) {
    const found = env.ENABLE_IPv4 ? "both ENABLE_IPv4 and ENABLE_IPv6" : "neither ENABLE_IPv4 nor ENABLE_IPv6";
    report([...path, "ENABLE_IPv4"], { found: `${found}, with which ipamd does not start`, expected: "exactly one of them to be true", suggestion: env.ENABLE_IPv4 ? void 0 : "the code default of ENABLE_IPv4 is false: set it to true" });
  }
  if (env.ENABLE_IPv6 && !env.ENABLE_PREFIX_DELEGATION) report([...path, "ENABLE_PREFIX_DELEGATION"], { found: "ENABLE_IPv6 without prefix delegation, with which ipamd does not start", expected: "ENABLE_PREFIX_DELEGATION=true" });
  if (env.ENABLE_IPv6 && env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG) report([...path, "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"], { found: "custom networking with ENABLE_IPv6, with which ipamd does not start", expected: "one of them" });
  for (const name2 of ENV_NAMES)
    if (ENVIRONMENT[name2].inRun === "later" && env[name2] !== ENVIRONMENT[name2].code) report([...path, name2], { found: `${name2}=${String(env[name2])}, which runs do not show yet`, expected: `${String(ENVIRONMENT[name2].code)}, as which it is run`, severity: "warning" });
  if (env.MINIMUM_IP_TARGET > 0 && env.WARM_IP_TARGET === 0) report([...path, "MINIMUM_IP_TARGET"], { found: "MINIMUM_IP_TARGET without WARM_IP_TARGET", expected: `WARM_IP_TARGET too: alone it is also a ceiling, and pods beyond ${env.MINIMUM_IP_TARGET} addresses wait for ever`, severity: "warning" });
}
function resolveCni(input, files, report) {
  const path = ["cni", "env"];
  const texts2 = layer(files.texts(defaultTexts(input.defaults)), input.env, path, report);
  checkStart(texts2, path, report);
  const written = input.version ?? files.version ?? "1.23.1";
  const version = written.replace(/^v/, "");
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(version) ?? [];
  if (major === void 0) report(["cni", "version"], { found: show(written), expected: "a version such as 1.23.1" });
  else if (Number(major) !== 1 || Number(minor) !== 23) {
    const older = CHANGES.filter(([a, b]) => a * 1e3 + b >= Number(major) * 1e3 + Number(minor)).map(([, , change]) => change);
    const known = older.length > 0 ? `; since then: ${older.join("; ")}` : "";
    report(["cni", "version"], { found: version, expected: `1.23.x, which is what is simulated${known}`, severity: "warning" });
  }
  return { cni: { version, env: parseEnvironment(texts2), order: input.order, turnWorkMs: input.turnWork, branchEniCooldownMs: files.branchEniCooldownMs }, texts: texts2 };
}
function resolveOverrides(base, written, path, report) {
  const overrides = Object.keys(written).filter(isEnvName).sort();
  const texts2 = layer(base, written, path, report);
  if (overrides.length > 0) {
    checkStart(texts2, path, report);
    report(path, { found: `${overrides.join(", ")} for one node group`, expected: "one environment for all nodes, as a DaemonSet has: this is a what-if", severity: "warning" });
  }
  return { env: parseEnvironment(texts2), overrides };
}

// src/scenarios/manifests.ts
import { LineCounter, parseAllDocuments } from "yaml";

// src/scenarios/yaml.ts
const ALIASES_MAX = 100;
function bounded(make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
function toValue(document) {
  try {
    return { value: document.toJS({ maxAliasCount: ALIASES_MAX }) };
  } catch (error) {
    const isMerge = error instanceof Error && error.message.startsWith("Merge sources");
    if (error instanceof ReferenceError || error instanceof RangeError || error instanceof TypeError || isMerge) return { failure: error.message.split("\n")[0] };
    throw error;
  }
}

// src/scenarios/manifests.ts
const CHARACTERS_MAX = 4e6;
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
function openFile(load, file3) {
  const bytes = loaded(load, file3);
  if (typeof bytes === "string") return `a file that can be read: ${bytes}`;
  const text = new TextDecoder().decode(bytes);
  if (text.length > CHARACTERS_MAX) return `a file of at most ${CHARACTERS_MAX} characters`;
  const lines = new LineCounter();
  const documents = bounded(() => parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, logLevel: "silent" }));
  if (!documents) return "a file that is not nested without end";
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const source = { file: file3, document, lines, overrides: [] };
    const [error] = document.errors;
    return error ? { source, failure: error.message.split("\n")[0] } : { source, ...toValue(document) };
  });
}
const reportIn = (source, problems) => (path, { key, found, expected, suggestion = "", severity = "error" }) => {
  problems.push({ ...locate(source, path, key), path: formatPath(key === void 0 ? path : [...path, key]), found, expected, suggestion, severity });
};
function objectsOf(value) {
  const isList = isObject(value) && typeof value.kind === "string" && value.kind.endsWith("List") && Array.isArray(value.items);
  return isList ? value.items.map((item, i) => ({ value: item, path: ["items", i] })) : [{ value, path: [] }];
}
function loaded(load, file3) {
  try {
    return load(file3);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.split("\n")[0];
  }
}

// src/scenarios/chart.ts
const COOLDOWN_SECONDS = 60;
const COOLDOWN_SECONDS_MIN = 30;
const NO_FILES = { texts: (defaults2) => defaults2, eniConfigs: [], branchEniCooldownMs: COOLDOWN_SECONDS * 1e3 };
const CHART_KEYS = [
  "affinity",
  "branchENICooldown",
  "cniConfig",
  "cri",
  "enableNetworkPolicy",
  "enableWindowsIpam",
  "enableWindowsPrefixDelegation",
  "eniConfig",
  "env",
  "extraEnv",
  "extraVolumeMounts",
  "extraVolumes",
  "fullnameOverride",
  "global",
  "image",
  "imagePullSecrets",
  "init",
  "livenessProbe",
  "livenessProbeTimeoutSeconds",
  "minimumWindowsIPTarget",
  "nameOverride",
  "nodeAgent",
  "nodeSelector",
  "originalMatchLabels",
  "podAnnotations",
  "podLabels",
  "podSecurityContext",
  "priorityClassName",
  "readinessProbe",
  "readinessProbeTimeoutSeconds",
  "resources",
  "securityContext",
  "serviceAccount",
  "tolerations",
  "updateStrategy",
  "warmWindowsIPTarget",
  "warmWindowsPrefixTarget"
];
const WINDOWS_KEYS = ["enableWindowsIpam", "enableWindowsPrefixDelegation"];
const PASSED_OVER = /^(?:VPC_ID|AWS_(?:DEFAULT_)?REGION|AWS_ROLE_ARN|AWS_WEB_IDENTITY_TOKEN_FILE|AWS_STS_REGIONAL_ENDPOINTS|AWS_CONTAINER_\w+|AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN)$/;
function readAgentFiles(cni2, load, report, problems) {
  const gathered = { layers: [], eniConfigs: [], cooldownSeconds: COOLDOWN_SECONDS };
  if (cni2?.manifest !== void 0) readDaemonSet(cni2.manifest, load, gathered, report, problems);
  cni2?.helmValues.forEach((file3, i) => readValues(file3, cni2.helmValues.length === 1 ? ["cni", "helmValues"] : ["cni", "helmValues", i], load, gathered, report, problems));
  const { layers, version, eniConfigs, cooldownSeconds } = gathered;
  return { texts: (defaults2) => layers.reduce((texts2, change) => change(texts2), defaults2), version, eniConfigs, branchEniCooldownMs: Math.max(COOLDOWN_SECONDS_MIN, cooldownSeconds) * 1e3 };
}
const asWarnings = (report) => (path, remark) => report(path, { ...remark, severity: "warning" });
function variable(name2, value, path, report) {
  if (PASSED_OVER.test(name2)) return (base) => base;
  if (value !== null && typeof value === "object") {
    report(path, { found: show(value), expected: `a text for ${name2}; it is left as it was`, severity: "warning" });
    return (base) => base;
  }
  return (base) => layer(base, { [name2]: value }, path, asWarnings(report));
}
function mapLayers(map, path, report) {
  if (map === void 0 || map === null) return [];
  if (isObject(map)) return Object.entries(map).map(([name2, value]) => variable(name2, value, path, report));
  report(path, { found: show(map), expected: "a map of variables" });
  return [];
}
function listLayers(list, path, report) {
  if (list === void 0 || list === null) return [];
  if (!Array.isArray(list)) {
    report(path, { found: show(list), expected: "a list of variables, each with name and value" });
    return [];
  }
  return list.flatMap((item, i) => {
    const at2 = [...path, i];
    if (!isObject(item) || typeof item.name !== "string") {
      report(at2, { found: show(item), expected: "a variable with name and value" });
      return [];
    }
    const isDownward = isObject(item.valueFrom) && "fieldRef" in item.valueFrom;
    if (item.valueFrom === void 0) return [variable(item.name, item.value ?? "", at2, report)];
    if (!isDownward) report(at2, { found: `${item.name} from elsewhere`, expected: "a value; it is left out", severity: "warning" });
    return [];
  });
}
function readValues(file3, place, load, gathered, report, problems) {
  const documents = openFile(load, file3);
  if (typeof documents === "string") {
    report(place, { found: JSON.stringify(file3), expected: documents });
    return;
  }
  for (const document of documents) {
    const inFile = reportIn(document.source, problems);
    if ("failure" in document) inFile([], { found: document.failure, expected: "YAML or JSON" });
    else if (isObject(document.value)) takeValues(document.value, place, gathered, inFile);
    else if (document.value !== null && document.value !== void 0) inFile([], { found: show(document.value), expected: "values of the aws-vpc-cni chart" });
  }
}
function takeValues(whole, place, gathered, report) {
  const prefix = isObject(whole["aws-vpc-cni"]) ? ["aws-vpc-cni"] : [];
  const values = isObject(whole["aws-vpc-cni"]) ? whole["aws-vpc-cni"] : whole;
  const part2 = (key) => isObject(values[key]) ? values[key] : {};
  for (const key of Object.keys(values)) {
    if (!CHART_KEYS.includes(key)) report(prefix, { key, found: `the unknown key "${key}"`, expected: "a key of the aws-vpc-cni chart; Helm passes it over", suggestion: didYouMean(key, CHART_KEYS), severity: "warning" });
  }
  for (const key of WINDOWS_KEYS) {
    if (isTrue(values[key])) report([...prefix, key], { found: `${key}: ${String(values[key])}`, expected: "Linux nodes: runs have no Windows nodes yet", severity: "warning" });
  }
  gathered.layers.push(
    ...mapLayers(part2("init").env, [...prefix, "init", "env"], report),
    ...mapLayers(values.env, [...prefix, "env"], report),
    ...listLayers(values.extraEnv, [...prefix, "extraEnv"], report)
  );
  if (isFalse(part2("nodeAgent").enabled)) gathered.layers.push((base) => layer(base, { NETWORK_POLICY_ENFORCING_MODE: null }, [...prefix, "nodeAgent"], report));
  const { tag } = part2("image");
  if (typeof tag === "string") gathered.version = versionOf(tag);
  takeCooldown(values.branchENICooldown, [...prefix, "branchENICooldown"], gathered, report);
  takeEniConfigs(part2("eniConfig"), [...prefix, "eniConfig"], place, gathered, report);
}
const isTrue = (value) => value === true || value === "true";
const isFalse = (value) => value === false || value === "false";
const versionOf = (tag) => /^v?(\d+\.\d+\.\d+)/.exec(tag)?.[1];
function takeCooldown(value, path, gathered, report) {
  if (value === void 0 || value === null) return;
  const seconds = /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN;
  if (Number.isNaN(seconds)) report(path, { found: show(value), expected: `a whole number of seconds; the resource controller takes ${COOLDOWN_SECONDS}`, severity: "warning" });
  else if (seconds < COOLDOWN_SECONDS_MIN) report(path, { found: show(value), expected: `at least ${COOLDOWN_SECONDS_MIN}, which the resource controller takes instead`, severity: "warning" });
  gathered.cooldownSeconds = Number.isNaN(seconds) ? COOLDOWN_SECONDS : seconds;
}
function takeEniConfigs({ create, subnets }, path, place, gathered, report) {
  if (!isTrue(create)) return;
  if (!isObject(subnets)) {
    report(path, { found: "eniConfig.create without subnets", expected: "subnets by zone, each with id and securityGroups" });
    return;
  }
  for (const [name2, spec] of Object.entries(subnets)) {
    const groups = isObject(spec) ? spec.securityGroups ?? [] : [];
    if (isObject(spec) && typeof spec.id === "string" && Array.isArray(groups)) gathered.eniConfigs.push({ name: name2, subnet: spec.id, securityGroups: groups.map(String), path: [...place] });
    else report([...path, "subnets", name2], { found: show(spec), expected: "id, the id or name of a subnet, and a list of securityGroups" });
  }
}
const DAEMON_SET = "aws-node";
const INIT_CONTAINER = "aws-vpc-cni-init";
function readDaemonSet(file3, load, gathered, report, problems) {
  const place = ["cni", "manifest"];
  const documents = openFile(load, file3);
  if (typeof documents === "string") {
    report(place, { found: JSON.stringify(file3), expected: documents });
    return;
  }
  let isFound = false;
  for (const document of documents) {
    const inFile = reportIn(document.source, problems);
    if ("failure" in document) inFile([], { found: document.failure, expected: "YAML or JSON" });
    else {
      for (const { value, path } of objectsOf(document.value)) {
        if (!isObject(value) || value.kind !== "DaemonSet") continue;
        const containers = containersOf(value, path, "containers");
        const agent = containers.find(({ name: name2 }) => name2 === DAEMON_SET);
        if (!agent) continue;
        isFound = true;
        gathered.layers.push(() => ({}));
        for (const each of [...containersOf(value, path, "initContainers").filter(({ name: name2 }) => name2 === INIT_CONTAINER), agent]) {
          if (each.container.envFrom !== void 0) inFile([...each.path, "envFrom"], { found: "variables from elsewhere", expected: "env alone; they are left out", severity: "warning" });
          gathered.layers.push(...listLayers(each.container.env, [...each.path, "env"], inFile));
        }
        gathered.version = versionOf(String(agent.container.image).split(":").at(-1) ?? "");
      }
    }
  }
  if (!isFound) report(place, { found: JSON.stringify(file3), expected: `a file with a DaemonSet that has a container ${DAEMON_SET}` });
}
function containersOf(daemonSet, path, field) {
  const { spec } = daemonSet;
  const template = isObject(spec) ? spec.template : void 0;
  const pod = isObject(template) ? template.spec : void 0;
  const containers = isObject(pod) ? pod[field] : void 0;
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container, i) => isObject(container) ? [{ name: container.name, container, path: [...path, "spec", "template", "spec", field, i] }] : []);
}

// src/scenarios/keys.ts
import { z as z3 } from "zod";

// src/scenarios/schema.ts
import { z as z2 } from "zod";

// src/scenarios/scalars.ts
import { z } from "zod";

// src/scenarios/cidr.ts
const RESERVED_ADDRESSES = 5;
const dotted = (address2) => [24, 16, 8, 0].map((shift) => address2 >>> shift & 255).join(".");
function parseAddress(text) {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  return parts?.every((part2) => part2 <= 255) ? parts.reduce((sum3, part2) => sum3 * 256 + part2, 0) : null;
}
function block(first, bits) {
  return { text: `${dotted(first)}/${bits}`, first, bits, size: 2 ** (32 - bits) };
}
function parseCidr(text) {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const address2 = match && parseAddress(match[1]);
  const bits = match ? Number(match[2]) : 33;
  if (match === null || address2 === null || bits > 32) return { expected: "an IPv4 block such as 10.0.0.0/16" };
  const first = address2 - address2 % 2 ** (32 - bits);
  return first === address2 ? block(first, bits) : { expected: `a block that starts on its boundary`, suggestion: block(first, bits).text };
}
const isCidr = (parsed) => "first" in parsed;
const contains = (outer, inner) => inner.first >= outer.first && inner.first + inner.size <= outer.first + outer.size;
const overlap = (a, b) => a.first < b.first + b.size && b.first < a.first + a.size;
const range = (text) => {
  const [address2, bits] = text.split("/");
  return block(parseAddress(address2) ?? 0, Number(bits));
};
const TEN = range("10.0.0.0/8");
const TEN_15 = range("10.0.0.0/15");
const TEN_16 = range("10.0.0.0/16");
const B172 = range("172.16.0.0/12");
const B172_31 = range("172.31.0.0/16");
const B192 = range("192.168.0.0/16");
const B198_19 = range("198.19.0.0/16");
const SHARED = range("100.64.0.0/10");
const LINK_LOCAL = range("169.254.0.0/16");
const UNUSABLE = ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"].map(range);
const FAMILIES = [[TEN, "10.0.0.0/8"], [B172, "172.16.0.0/12"], [B192, "192.168.0.0/16"], [B198_19, "198.19.0.0/16"], [SHARED, "100.64.0.0/10"]];
const familyOf = (cidr2) => FAMILIES.find(([whole]) => contains(whole, cidr2))?.[1] ?? "public";
const FORBIDDEN = {
  "10.0.0.0/8": ["172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"],
  "172.16.0.0/12": ["10.0.0.0/8", "192.168.0.0/16", "198.19.0.0/16"],
  "192.168.0.0/16": ["10.0.0.0/8", "172.16.0.0/12", "198.19.0.0/16"],
  "198.19.0.0/16": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
  "100.64.0.0/10": ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"],
  public: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"]
};
const CIDRS_BY_DEFAULT = 5;
const CIDRS_AT_MOST = 50;
function vpcRules(cidrs) {
  const findings = [];
  const first = cidrs.at(0) ?? null;
  cidrs.forEach((cidr2, index) => {
    if (!cidr2) return;
    const add = (severity, expected, suggestion) => findings.push({ index, severity, found: cidr2.text, expected, ...suggestion === void 0 ? {} : { suggestion } });
    if (cidr2.bits < 16 || cidr2.bits > 28) add("error", "a VPC block from /16 (65,536 addresses) to /28 (16)", splitIntoSixteens(cidr2));
    if (overlap(LINK_LOCAL, cidr2)) add("error", "a block outside 169.254.0.0/16, which is link-local");
    if (UNUSABLE.some((whole) => overlap(whole, cidr2))) add("error", "a block of unicast addresses");
    const twin = cidrs.find((other, i) => i < index && other !== null && overlap(other, cidr2));
    if (twin) add("error", `a block that does not overlap ${twin.text}`);
    if (index === CIDRS_AT_MOST) add("error", `at most ${CIDRS_AT_MOST} blocks a VPC`);
    else if (index === CIDRS_BY_DEFAULT) add("warning", `at most ${CIDRS_BY_DEFAULT} blocks a VPC unless the quota was raised (to ${CIDRS_AT_MOST} at most)`);
    if (index === 0 || !first) return;
    const [primary, family] = [familyOf(first), familyOf(cidr2)];
    if (FORBIDDEN[primary].includes(family)) {
      const hint = family === "198.19.0.0/16" ? "a block of 100.64.0.0/10, which every VPC may add" : void 0;
      add("warning", `no block of ${family} beside a primary block of ${primary} (${first.text}); AWS's table of 2023 excludes it`, hint);
    }
    if (primary === "10.0.0.0/8" && contains(TEN_15, first) && overlap(TEN_16, cidr2))
      add("warning", "no block of 10.0.0.0/16 beside a primary block within 10.0.0.0/15");
    if (primary === "172.16.0.0/12" && overlap(B172_31, cidr2)) add("warning", "no block of 172.31.0.0/16 beside a primary block of 172.16.0.0/12");
  });
  return findings;
}
function splitIntoSixteens(cidr2) {
  if (cidr2.bits >= 16) return void 0;
  const count2 = 2 ** (16 - cidr2.bits);
  const some = Array.from({ length: Math.min(3, count2) }, (_, i) => block(cidr2.first + i * 65536, 16).text).join(", ");
  return `up to ${count2} blocks of /16: ${some}${count2 > 3 ? ", ..." : ""}`;
}
const SUBNETS_BY_DEFAULT = 200;
function subnetRules(cidrs, vpc) {
  const findings = [];
  cidrs.forEach((cidr2, index) => {
    if (!cidr2) return;
    const error = (expected) => findings.push({ index, severity: "error", found: cidr2.text, expected });
    if (cidr2.bits < 16 || cidr2.bits > 28) error("a subnet from /16 to /28");
    else if (vpc.length > 0 && !vpc.some((outer) => contains(outer, cidr2))) error(`a block inside one of the VPC's: ${vpc.map((outer) => outer.text).join(", ")}`);
    const twin = cidrs.findIndex((other, i) => i < index && other !== null && overlap(other, cidr2));
    if (twin >= 0) error(`a block that does not overlap ${cidrs[twin]?.text}`);
    if (index === SUBNETS_BY_DEFAULT) findings.push({ index, severity: "warning", found: `${cidrs.length} subnets`, expected: `at most ${SUBNETS_BY_DEFAULT} subnets a VPC unless the quota was raised` });
  });
  return findings;
}

// src/scenarios/scalars.ts
function refuse(context, input, expected, suggestion, path = []) {
  context.addIssue({ code: "custom", input, path, message: `expected ${expected}`, params: { expected, suggestion } });
  return z.NEVER;
}
const UNIT_MS = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const DURATION_MAX = 100 * 366 * 864e5;
const DURATION_FORM = "a duration such as 250ms, 30s, 15m, 4h, 2d or 1h30m";
function parseDuration(text) {
  if (!DURATION.test(text)) return null;
  let sum3 = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) sum3 += Number(number) * UNIT_MS[unit];
  const whole = Math.round(sum3);
  return Math.abs(sum3 - whole) < 1e-6 && whole <= DURATION_MAX ? whole : null;
}
function formatDuration(ms) {
  if (ms > 0 && ms < 1e3) return `${ms}ms`;
  let text = "";
  for (const unit of ["d", "h", "m"]) {
    const whole = Math.floor(ms / UNIT_MS[unit]);
    if (whole > 0) text += `${whole}${unit}`;
    ms -= whole * UNIT_MS[unit];
  }
  return ms > 0 ? `${text}${ms / 1e3}s` : text || "0s";
}
const duration = (low = 0) => z.union([z.string(), z.number()], { error: `expected ${DURATION_FORM}` }).transform((input, context) => {
  if (typeof input === "number") return refuse(context, input, DURATION_FORM, `did you mean "${input}s"?`);
  const ms = parseDuration(input);
  if (ms === null) return refuse(context, input, DURATION_FORM, suggestDuration(input));
  return ms < low ? refuse(context, input, `a duration of at least ${formatDuration(low)}`) : ms;
}).meta({ enisim: "duration" });
const durationOr = (ms, low = 0) => duration(low).default(ms).meta({ written: formatDuration(ms) });
function suggestDuration(text) {
  const words = { sec: "s", secs: "s", second: "s", seconds: "s", min: "m", mins: "m", minute: "m", minutes: "m", hour: "h", hours: "h", hr: "h", hrs: "h", day: "d", days: "d", msec: "ms", millis: "ms", milliseconds: "ms" };
  const tidied = text.trim().toLowerCase().replaceAll(" ", "").replace(/[a-z]+/g, (unit) => words[unit] ?? unit);
  return tidied !== text && parseDuration(tidied) !== null ? `did you mean "${tidied}"?` : void 0;
}
const count = (low = 0, high = 1e9) => z.number().int().min(low).max(high);
const rate = (high = 1e6) => z.number().min(0).max(high);
const share = () => z.union([z.number(), z.string()], { error: "expected a share such as 25% or 0.25" }).transform((input, context) => {
  const value = typeof input === "number" ? input : /^\d+(?:\.\d+)?%$/.test(input) ? Number(input.slice(0, -1)) / 100 : NaN;
  if (value >= 0 && value <= 1) return value;
  return refuse(context, input, "a share from 0 to 1, or from 0% to 100%", typeof input === "number" && input > 1 && input <= 100 ? `did you mean "${input}%"?` : void 0);
});
const MEMORY = { "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
function parseCpu(input) {
  const text = String(input);
  const milli = /^\d+m$/.test(text) ? Number(text.slice(0, -1)) : /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1e3 : NaN;
  return milli <= 1e9 ? Math.ceil(milli - 1e-9) : null;
}
function parseMemory(input) {
  const match = /^(\d+(?:\.\d+)?)(k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(input));
  const mib = match ? Number(match[1]) * MEMORY[match[2] ?? ""] / 2 ** 20 : NaN;
  return mib <= 2 ** 31 ? Math.ceil(mib - 1e-9) : null;
}
const quantity = (form, parse) => z.union([z.string(), z.number()], { error: `expected ${form}` }).transform((input, context) => parse(input) ?? refuse(context, input, form));
const CPU_FORM = "a CPU quantity such as 500m or 2";
const MEMORY_FORM = "a memory quantity such as 256Mi or 4Gi";
const cpu = () => quantity(CPU_FORM, parseCpu);
const memory = () => quantity(MEMORY_FORM, parseMemory);
const gpu = () => z.number().min(0).max(1e3).transform((gpus) => Math.round(gpus * 1e3));
const cidr = () => z.string().transform((input, context) => {
  const parsed = parseCidr(input);
  return isCidr(parsed) ? parsed : refuse(context, input, parsed.expected, parsed.suggestion && `did you mean "${parsed.suggestion}"?`);
});
const address = () => z.string().transform((input, context) => parseAddress(input) ?? refuse(context, input, "an IPv4 address such as 10.0.1.17"));
const NAME = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,126}[A-Za-z0-9])?$/;
const name = () => z.string().transform((input, context) => NAME.test(input) ? input : refuse(context, input, 'a name of letters, digits, "-", "_" and ".", at most 128, not starting or ending with a sign'));
const texts = () => z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String));
const DISTRIBUTIONS = ["fixed", "uniform", "lognormal", "exponential"];
const FORMS = '"2s", { fixed: 2s }, { min: 1s, max: 3s }, { median: 1s, p99: 5s } or { mean: 5m, distribution: exponential }';
const distribution = (low) => z.union([
  duration(),
  z.strictObject({
    distribution: z.enum(DISTRIBUTIONS).optional().describe("Which one; the other keys tell it, except that `mean` alone is exponential."),
    fixed: duration().optional().describe("Always this long."),
    min: duration().optional().describe("Lower end of a uniform one; for the others no draw is shorter."),
    max: duration().optional().describe("Upper end of a uniform one."),
    median: duration(1).optional().describe("Of a lognormal one, with `p99`."),
    p99: duration(1).optional().describe("Of a lognormal one, with `median`."),
    mean: duration(1).optional().describe("Of an exponential one.")
  })
], { error: `expected one of ${FORMS}` }).transform((input, context) => {
  const parts = typeof input === "number" ? { fixed: input } : input;
  const shortest = (given, otherwise) => given ?? otherwise;
  const { fixed, min, max, median, p99, mean, distribution: kind = kindOf2(parts) } = parts;
  const keys = Object.keys(parts).filter((key) => key !== "distribution");
  const takes = kind && KEYS[kind];
  if (!takes || keys.some((key) => !takes.includes(key))) return refuse(context, input, `one of ${FORMS}`);
  const tooShort = (at2) => at2 < low ? refuse(context, input, `no draw below ${formatDuration(low)}`) : void 0;
  if (kind === "fixed" && fixed !== void 0) return tooShort(fixed) ?? { kind, ms: fixed };
  if (kind === "uniform" && min !== void 0 && max !== void 0) {
    if (max < min) return refuse(context, input, "max not below min");
    return tooShort(min) ?? { kind, minMs: min, maxMs: max };
  }
  if (kind === "lognormal" && median !== void 0 && p99 !== void 0) {
    const minMs = shortest(min, Math.max(low, 1));
    if (p99 < median) return refuse(context, input, "p99 not below median");
    if (minMs > median) return refuse(context, input, "min not above median");
    return tooShort(minMs) ?? { kind, medianMs: median, p99Ms: p99, minMs };
  }
  if (kind === "exponential" && mean !== void 0) {
    const minMs = shortest(min, low);
    if (minMs > mean) return refuse(context, input, "min not above mean");
    return tooShort(minMs) ?? { kind, meanMs: mean, minMs };
  }
  return refuse(context, input, `${kind} with ${takes.filter((key) => key !== "min" || kind === "uniform").join(" and ")}`);
});
const KEYS = { fixed: ["fixed"], uniform: ["min", "max"], lognormal: ["median", "p99", "min"], exponential: ["mean", "min"] };
const kindOf2 = (parts) => parts.fixed !== void 0 ? "fixed" : parts.median !== void 0 || parts.p99 !== void 0 ? "lognormal" : parts.mean !== void 0 ? "exponential" : parts.min !== void 0 || parts.max !== void 0 ? "uniform" : void 0;

// src/scenarios/scenario.ts
const FOREVER = Number.MAX_SAFE_INTEGER;
const EC2_ACTIONS = [
  "AssignPrivateIpAddresses",
  "UnassignPrivateIpAddresses",
  "AssignIpv6Addresses",
  "UnassignIpv6Addresses",
  "CreateNetworkInterface",
  "AttachNetworkInterface",
  "DetachNetworkInterface",
  "DeleteNetworkInterface",
  "ModifyNetworkInterfaceAttribute",
  "DescribeNetworkInterfaces",
  "DescribeInstances",
  "DescribeInstanceTypes",
  "DescribeSubnets",
  "CreateTags",
  "CreateNetworkInterfacePermission",
  "AssociateTrunkInterface",
  "DisassociateTrunkInterface",
  "RunInstances",
  "TerminateInstances"
];

// src/scenarios/schema.ts
const start = z2.string().transform((input, context) => {
  const complete = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,3})?(?:[Zz]|[+-]\d\d:\d\d)$/.test(input);
  const ms = complete ? Date.parse(input) : NaN;
  if (!Number.isNaN(ms)) return ms;
  const asUtc = Date.parse(`${input}Z`);
  return refuse(context, input, "a moment as RFC 3339 has it, such as 2026-01-01T00:00:00Z", Number.isNaN(asUtc) ? void 0 : `did you mean "${new Date(asUtc).toISOString()}"?`);
});
const seed = z2.number().int().min(0).max(4294967295);
const held = z2.strictObject({
  name: name().optional().describe("For reports; by default owner and number."),
  owner: z2.string().default("other").describe("Who holds the addresses: load-balancer, endpoint, another cluster."),
  count: count(0, 65536).optional().describe("So many addresses."),
  cidr: cidr().optional().describe("All addresses of this block."),
  addresses: z2.array(address()).optional().describe("These addresses."),
  at: durationOr(0).describe("From when."),
  until: duration().optional().describe("Until when; by default to the end."),
  perHour: z2.number().min(-1e6).max(1e6).default(0).describe("With `count`: so many more each hour, negative for fewer."),
  placement: z2.enum(["random", "lowest"]).default("random").describe("With `count`: which addresses.")
});
const subnet = z2.strictObject({
  name: name().describe("By which the scenario refers to it."),
  id: z2.string().optional().describe("The id that manifests use, such as subnet-0a1b2c3d; by default the name."),
  cidr: cidr().describe("A block from /16 to /28 inside the VPC."),
  zone: z2.string().describe("One of `zones`."),
  role: z2.enum(["node", "pod", "shared"]).default("shared").describe("node: primary ENIs of nodes. pod: secondary ENIs only (custom networking). shared: both."),
  tags: texts().default({}).describe("EC2 tags. kubernetes.io/role/cni and cni.networking.k8s.aws/cluster/NAME steer subnet discovery."),
  reservations: z2.array(z2.strictObject({ cidr: cidr().describe("Inside the subnet."), type: z2.enum(["prefix", "explicit"]).describe("prefix: EC2 takes prefixes from here first. explicit: EC2 never takes from here by itself.") })).default([]).describe("Subnet CIDR reservations."),
  held: z2.array(held).default([]).describe("Addresses that others hold, at the start and over time.")
});
const CRD = "crd.k8s.amazonaws.com/v1alpha1";
const eniConfigSpec = z2.strictObject({
  subnet: z2.string().describe("Name or id of the subnet."),
  securityGroups: z2.array(z2.string()).default([]).describe("Empty: those of the node.")
});
const eniConfigManifest = z2.object({
  apiVersion: z2.literal(CRD).describe("Of the custom resource."),
  kind: z2.literal("ENIConfig").describe("A real manifest."),
  metadata: z2.looseObject({ name: z2.string().describe("Name of the ENIConfig.") }).describe("As Kubernetes has it."),
  spec: z2.looseObject({ subnet: z2.string().describe("Id or name of the subnet."), securityGroups: z2.array(z2.string()).default([]).describe("Empty: those of the node.") }).describe("What it says.")
});
const variable2 = z2.union([z2.string(), z2.number(), z2.boolean(), z2.null()]);
const environment = z2.record(z2.string(), variable2);
const environmentForEditors = z2.strictObject(
  Object.fromEntries(
    ENV_NAMES.map((each) => {
      const row = ENVIRONMENT[each];
      return [each, variable2.optional().describe(`${row.effect} Type ${row.type}${row.unit ? ` (${row.unit})` : ""}, code default ${JSON.stringify(row.code)}, chart ${row.chart === null ? "unset" : JSON.stringify(row.chart)}.`)];
    })
  )
);
const cniParts = {
  version: z2.union([z2.string(), z2.number()]).transform(String).optional().describe("Of amazon-vpc-cni-k8s; by default that of the manifest's or the values' image, or 1.23.1. What is modelled is 1.23.x."),
  defaults: z2.enum(["chart", "code"]).default("chart").describe("Start from what the Helm chart sets, or from an empty environment."),
  order: z2.enum(["go-map", "lowest-first"]).default("go-map").describe("How ipamd walks its maps: as Go does, or lowest slot first, as the golden traces do."),
  turnWork: durationOr(1).describe("Work of one pool-manager turn beside its EC2 calls."),
  manifest: z2.string().min(1).optional().describe("File with the aws-node DaemonSet (kubectl get ds aws-node -n kube-system -o yaml): its environment takes the place of `defaults`."),
  helmValues: z2.union([z2.string().min(1), z2.array(z2.string().min(1))], { error: "expected a file, or a list of files" }).default([]).transform((input) => typeof input === "string" ? [input] : input).describe("Files with values of the aws-vpc-cni chart, or with the EKS add-on's configurationValues, over `defaults` or `manifest`; a later file wins, and `env` wins over all.")
};
const cni = z2.strictObject({ ...cniParts, env: environment.default({}).describe("aws-node's environment variables, by their names; null unsets one that the chart sets. See environment.md.") });
const taint = z2.union([z2.string(), z2.strictObject({ key: z2.string().describe("Key."), value: z2.string().default("").describe("Value."), effect: z2.enum(["NoSchedule", "PreferNoSchedule", "NoExecute"]).describe("Effect.") })], { error: "expected a taint such as dedicated=db:NoSchedule" }).transform((input, context) => {
  if (typeof input !== "string") return input;
  const [, key, value = "", effect] = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(input) ?? [];
  return key === void 0 ? refuse(context, input, "a taint such as dedicated=db:NoSchedule") : { key, value, effect };
});
const MAX_PODS = ["nodeadm", "karpenter", "ami-script", "cni"];
const maxPods = z2.union([
  z2.enum(MAX_PODS),
  count(1, 2147483647),
  z2.strictObject({ nodeadm: z2.string().describe("A maxPodsExpression (CEL) over default_enis, ips_per_eni and max_pods.") }),
  z2.strictObject({ karpenter: z2.strictObject({ reservedEnis: count(0, 100).describe("RESERVED_ENIS.") }).describe("Its formula with reserved ENIs.") })
], { error: "expected nodeadm, karpenter, ami-script, cni, a number, { nodeadm: EXPRESSION } or { karpenter: { reservedEnis: N } }" });
const launch = z2.strictObject({
  state: z2.enum(["settled", "launching"]).optional().describe("settled: exists at the start, with the pool of an idle node. launching: comes up during the run. By default settled, or launching if `at` or `pace` is given."),
  at: durationOr(0).describe("When the first node is asked for."),
  pace: z2.number().positive().max(1e6).optional().describe("Nodes a minute; by default all at once."),
  registered: distribution(1).optional().describe("Instance asked for until kubelet has registered."),
  agentStart: distribution(1).optional().describe("Registered until ipamd begins.")
});
const nodeGroup = z2.strictObject({
  name: name().describe("Nodes are named after it; their random draws depend on it."),
  instanceType: z2.string().optional().describe("EC2 instance type."),
  instanceTypes: z2.array(z2.union([z2.string(), z2.strictObject({ type: z2.string().describe("EC2 instance type."), weight: z2.number().positive().max(1e6).default(1).describe("Share of the nodes, against the others.") })]).transform((input) => typeof input === "string" ? { type: input, weight: 1 } : input)).min(1).optional().describe("Several types, in shares by `weight`."),
  count: count(0, 1e6).optional().describe("Nodes in total, spread evenly over the zones."),
  countPerZone: z2.union([count(0, 1e6), z2.record(z2.string(), count(0, 1e6))], { error: "expected a number, or a number by zone" }).optional().describe("Nodes of each zone, or of each by name."),
  zones: z2.array(z2.string()).min(1).optional().describe("By default every zone that has a subnet for nodes."),
  subnets: z2.array(z2.string()).min(1).optional().describe("Of the primary ENIs; by default those of role node, or else shared, in the zone."),
  maxPods: maxPods.default("nodeadm").describe("Which program decides it, or a number. None but ami-script knows prefix delegation and custom networking."),
  labels: texts().default({}).describe("Node labels. topology.kubernetes.io/zone and node.kubernetes.io/instance-type are there by themselves."),
  annotations: texts().default({}).describe("Node annotations."),
  taints: z2.array(taint).default([]).describe("As key=value:Effect or as Kubernetes writes them."),
  env: environment.default({}).describe("aws-node variables of this group alone: a what-if, since a DaemonSet has one environment."),
  launch: launch.prefault({}).describe("How and when the nodes come up."),
  cordonAt: duration().optional().describe("When the nodes are cordoned."),
  terminateAt: duration().optional().describe("When the nodes are terminated."),
  limits: z2.strictObject({
    enis: count(1, 100).describe("ENIs of the node."),
    ipv4PerEni: count(2, 250).describe("IPv4 addresses of an ENI, its own included."),
    cpu: cpu().optional().describe("Allocatable CPU."),
    memory: memory().optional().describe("Allocatable memory."),
    gpu: gpu().optional().describe("GPUs.")
  }).optional().describe("A made-up shape in place of the limits of the type.")
});
const bucket = z2.union(
  [
    z2.literal("unlimited").transform(() => null),
    z2.strictObject({ burst: z2.number().min(1).max(1e9).describe("Tokens at most."), refill: z2.number().positive().max(1e9).describe("Tokens a second.") }).transform(({ burst, refill }) => ({ burst, refillPerSecond: refill }))
  ],
  { error: 'expected "unlimited" or { burst: 100, refill: 5 }' }
);
const byAction = (value) => z2.strictObject(Object.fromEntries(EC2_ACTIONS.map((action) => [action, value.optional()])));
const byActionOrDefault = (value) => z2.strictObject({ default: value.optional().describe("Of the actions not named here."), ...Object.fromEntries(EC2_ACTIONS.map((action) => [action, value.optional()])) });
const ec2 = z2.strictObject({
  buckets: z2.union([z2.literal("unlimited"), byActionOrDefault(bucket)], { error: 'expected "unlimited" or buckets by action' }).default({}).describe("Token buckets of the account and Region, by action."),
  smallDescribeBucket: bucket.optional().describe("Of Describe calls without filter and paging."),
  describeByIdUsesSmallBucket: z2.boolean().optional().describe("Whether a Describe call that names ids counts as without filter."),
  throttledCostsToken: z2.boolean().optional().describe("Whether a refused call costs a token."),
  quotas: z2.strictObject({ enisPerRegion: count(0, 1e7).optional().describe("ENIs of the account in the Region.") }).prefault({}).describe("Service quotas."),
  latency: byActionOrDefault(distribution(1)).default({}).describe("Time an answer takes, by action."),
  refusalLatency: byActionOrDefault(distribution(1)).default({}).describe("The same for an answer that is an error."),
  imds: z2.strictObject({
    eniAppears: distribution(0).optional().describe("Attached until instance metadata lists the ENI."),
    addressesAppear: distribution(0).optional().describe("Granted until instance metadata lists addresses and prefixes."),
    vanishes: distribution(0).optional().describe("Gone until instance metadata forgets it.")
  }).prefault({}).describe("Lags of instance metadata."),
  background: byAction(rate()).default({}).describe("Calls a second by others in the account, by action."),
  pick: z2.enum(["random", "lowest-free"]).optional().describe("Which free address EC2 takes."),
  createWithoutFreeBlock: z2.enum(["InvalidParameterValue", "InsufficientCidrBlocks", "InsufficientFreeAddressesInSubnet"]).optional().describe("Error code of CreateNetworkInterface without a free /28.")
});
const kubelet = z2.strictObject({
  addDelay: distribution(0).optional().describe("Pod bound until CNI ADD."),
  retryDelay: distribution(1).optional().describe("Failed sandbox until the next ADD."),
  containerStart: distribution(0).optional().describe("Address given until the container runs."),
  terminationGrace: distribution(0).optional().describe("Pod told to stop until CNI DEL; it keeps its address so long.")
});
const scheduler = z2.strictObject({
  delay: distribution(1).optional().describe("Pod created until bound, when it fits at once."),
  scoring: z2.enum(["least-allocated", "most-allocated"]).default("least-allocated").describe("Spread or pack."),
  watchDelay: distribution(1).optional().describe("News of a node or pod until the scheduler acts on it."),
  percentageOfNodesToScore: z2.number().int().min(0).max(100).default(0).describe("0: kube-scheduler's own rule.")
});
const common = {
  name: name().optional().describe("By default the kind and a number."),
  nodeGroups: z2.array(z2.string()).min(1).optional().describe("Only on these; by default on all."),
  tolerations: z2.array(z2.string()).default([]).describe('Keys of tolerated taints; "*" tolerates all.')
};
const requests = z2.strictObject({ cpu: cpu().default(0).meta({ written: 0 }).describe("CPU."), memory: memory().default(0).meta({ written: 0 }).describe("Memory."), gpu: gpu().default(0).meta({ written: 0 }).describe("GPUs.") }).prefault({}).describe("Of each pod.");
const resourceRule = (parse, form) => {
  const amount = z2.union([z2.string(), z2.number()]).transform((input, context) => parse(input) ?? refuse(context, input, form));
  return z2.union([
    z2.string(),
    z2.number(),
    z2.strictObject({
      times: z2.number().min(0).max(1e6).default(1).describe("Factor."),
      plus: amount.default(0).describe("Added after the factor."),
      min: amount.default(0).describe("No less than this."),
      max: amount.optional().describe("No more than this.")
    })
  ], { error: `expected a factor such as x0.5, ${form}, or { times, plus, min, max }` }).transform((input, context) => {
    if (typeof input === "object") return { ...input, max: input.max ?? Number.MAX_SAFE_INTEGER };
    const factor = /^x(\d+(?:\.\d+)?)$/.exec(String(input));
    if (factor) return { times: Number(factor[1]), plus: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
    const fixed = parse(input);
    return fixed === null ? refuse(context, input, `a factor such as x0.5, ${form}, or { times, plus, min, max }`) : { times: 0, plus: fixed, min: 0, max: Number.MAX_SAFE_INTEGER };
  });
};
const parseGpu = (input) => Number(input) >= 0 && Number(input) <= 1e3 ? Math.round(Number(input) * 1e3) : null;
const trace = z2.strictObject({
  kind: z2.literal("trace").describe("A recorded trace of pods."),
  ...common,
  file: z2.string().min(1).describe("CSV, gzip or not; relative to the scenario file."),
  format: z2.enum(["canonical", "openb", "auto"]).default("auto").describe("Columns of the file; auto tells by its header."),
  at: durationOr(0).describe("When the window's start falls in the run."),
  scaleArrivals: z2.number().positive().max(1e3).default(1).describe("Above 1 copies pods, each copy moved a little; below 1 leaves some out."),
  repeat: count(1, 1e3).default(1).describe("Plays the window so many times, one after the other."),
  window: z2.strictObject({ from: durationOr(0).describe("First moment of the trace that counts."), to: duration().optional().describe("First moment that does not.") }).prefault({}).describe("Part of the trace, in its own clock."),
  spread: durationOr(0).describe("Moves each batch (same owner, same time) forward by a random part of this, for traces with coarse time steps."),
  resources: z2.strictObject({
    cpu: resourceRule(parseCpu, "a CPU quantity").optional().describe("CPU requests."),
    memory: resourceRule(parseMemory, "a memory quantity").optional().describe("Memory requests."),
    gpu: resourceRule(parseGpu, "a number of GPUs").optional().describe("GPU requests.")
  }).prefault({}).describe("How requests are mapped: x0.5 multiplies, a quantity replaces."),
  skipNeverScheduled: z2.boolean().default(false).describe("Raw openb only: leaves out pods that never got a node."),
  owners: z2.array(z2.string()).default([]).describe("Only pods of these owners; by default all.")
});
const churn = z2.strictObject({
  kind: z2.literal("churn").describe("Pods that arrive at random and end."),
  ...common,
  placed: z2.enum(["scheduler", "per-node"]).default("scheduler").describe("per-node: each node has its own arrivals, and no scheduler is asked."),
  arrivals: z2.strictObject({
    meanGap: duration(1).optional().describe("Mean time between two arrivals on one node."),
    ratePerMinute: z2.number().positive().max(1e7).optional().describe("Arrivals a minute in the whole workload."),
    batchMean: z2.number().min(1).max(1e5).default(1).describe("Mean pods of an arrival.")
  }).describe("One of `meanGap` and `ratePerMinute`."),
  lifetime: distribution(1).describe("How long a pod lives."),
  lifetimeFrom: z2.enum(["start", "creation"]).default("start").describe("From when it is counted."),
  podsPerNode: count(0, 1e5).default(0).describe("Pods that each node has at the start already."),
  at: durationOr(0).describe("From when."),
  until: duration().optional().describe("Last arrival; by default the end."),
  requests
});
const replicas = z2.strictObject({
  kind: z2.literal("replicas").describe("A fixed number of pods that stay."),
  ...common,
  count: count(0, 1e8).describe("How many."),
  at: durationOr(0).describe("When they are created."),
  until: duration().optional().describe("When they are deleted; by default never."),
  requests
});
const daemonset = z2.strictObject({
  kind: z2.literal("daemonset").describe("One pod on each node."),
  ...common,
  tolerations: z2.array(z2.string()).default(["*"]).describe('Keys of tolerated taints; "*" tolerates all.'),
  hostNetwork: z2.boolean().default(false).describe("On the host network it takes no address."),
  requests
});
const workload = z2.discriminatedUnion("kind", [trace, churn, replicas, daemonset]);
const part = z2.strictObject({
  nodeGroup: z2.string().describe("Which group."),
  share: share().default(1).meta({ written: "100%" }).describe("Of its nodes, first launched first."),
  over: durationOr(0).describe("Spaced evenly over this time.")
});
const rollout = {
  nodeGroups: z2.array(z2.string()).optional().describe("Which groups; by default all."),
  maxUnavailable: share().default(0.1).meta({ written: "10%" }).describe("Nodes whose aws-node restarts at the same time."),
  batch: durationOr(3e4, 1e3).describe("Until the next nodes follow."),
  down: durationOr(5e3, 1).describe("From the old process's end to the new one's nodeInit.")
};
const settingsChange = z2.strictObject({ env: z2.record(z2.string(), z2.union([z2.string(), z2.number(), z2.boolean(), z2.null()])).describe("aws-node's variables; null unsets one."), ...rollout });
const VERBS = ["cordon", "uncordon", "drain", "terminate", "add", "set", "restart", "failZone", "tag", "fault"];
const timedEntry = z2.strictObject({
  time: duration().describe("When."),
  cordon: part.optional().describe("Marks nodes unschedulable."),
  uncordon: part.optional().describe("Undoes a cordon."),
  drain: part.optional().describe("Cordons nodes and evicts their pods, those of DaemonSets excepted."),
  terminate: part.optional().describe("Ends nodes; their ENIs go back."),
  set: settingsChange.optional().describe("Changes settings of aws-node, rolled out node by node."),
  restart: z2.strictObject(rollout).optional().describe("Restarts aws-node, node by node."),
  failZone: z2.string().optional().describe("Loses a zone: its nodes are gone, their ENIs stay."),
  tag: z2.strictObject({ subnet: z2.string().describe("Which subnet."), key: z2.string().default("kubernetes.io/role/cni").describe("Which tag."), value: z2.string().nullable().describe("null takes it away.") }).optional().describe("Changes a tag of a subnet."),
  fault: z2.strictObject({ action: z2.enum(["any", ...EC2_ACTIONS]).default("any").describe("Which EC2 action."), code: z2.string().default("RequestLimitExceeded").describe("The error code of the answer."), for: duration(1).describe("How long."), share: share().default(1).meta({ written: "100%" }).describe("Of the requests.") }).optional().describe("EC2 answers requests with an error."),
  add: z2.strictObject({ nodeGroup: z2.string().describe("Which group."), count: count(1, 1e6).describe("How many."), over: durationOr(0).describe("Spaced evenly over this time.") }).optional().describe("Launches nodes.")
}).transform((input, context) => VERBS.filter((verb) => input[verb]).length === 1 ? input : refuse(context, input, `exactly one of ${VERBS.join(", ")} beside time`));
const TABLE_WORDS = {
  cluster: "Totals over time.",
  nodes: "Some nodes over time.",
  pods: "One row a pod.",
  calls: "One row an EC2 call.",
  subnets: "Subnets over time.",
  decisions: "Each decision of the pool managers."
};
const toggle = (table) => z2.boolean().default(table !== "decisions").describe(TABLE_WORDS[table]);
const toggles = z2.strictObject({ cluster: toggle("cluster"), nodes: toggle("nodes"), pods: toggle("pods"), calls: toggle("calls"), subnets: toggle("subnets"), decisions: toggle("decisions") });
const outputs = z2.strictObject({
  bin: durationOr(6e4, 1e3).describe("Step of the time series."),
  tables: toggles.prefault({}).describe("Which tables are written. All but `decisions` by default."),
  nodes: z2.strictObject({ sample: count(1, 1e6).default(100).describe("Nodes in the nodes table, evenly over all.") }).prefault({}).describe("The nodes table."),
  pods: z2.strictObject({
    maxRows: count(0, 1e9).default(2e6).describe("Rows at most."),
    sample: z2.union([z2.string(), z2.number()], { error: "expected a sample such as 1/10" }).default("1/1").transform((input, context) => {
      const n = Number(/^1\/([1-9]\d{0,8})$/.exec(String(input))?.[1] ?? (input === 1 ? 1 : NaN));
      return Number.isNaN(n) ? refuse(context, input, "a sample such as 1/10", typeof input === "number" && input > 1 ? `did you mean "1/${input}"?` : void 0) : n;
    }).describe("One pod in so many.")
  }).prefault({}).describe("The pods table.")
});
const SECTIONS = {
  apiVersion: z2.literal("enisim/v1").describe("The version of this format."),
  name: z2.string().min(1).max(200).default("scenario").describe("For reports."),
  seed: seed.default(1).describe("uint32. Equal seeds give equal results, byte for byte."),
  start: start.default(Date.UTC(2026, 0, 1)).meta({ written: "2026-01-01T00:00:00Z" }).describe("Moment 0, as RFC 3339."),
  duration: duration(1).describe("How much time is simulated."),
  region: z2.string().min(1).max(64).default("us-east-1").describe("AWS Region."),
  zones: z2.array(z2.string().min(1).max(64)).min(1).max(64).optional().describe("Names or ids of the zones. By default a, b and c of the Region."),
  vpc: z2.strictObject({ cidrs: z2.array(cidr()).min(1).describe("The first is the primary block.") }).describe("The VPC."),
  subnets: z2.array(subnet).min(1).describe("The subnets."),
  eniConfigs: z2.union([z2.record(z2.string(), eniConfigSpec), z2.array(eniConfigManifest)], { error: "expected ENIConfigs by name, or a list of ENIConfig manifests" }).optional().describe("For custom networking: by name with `subnet` and `securityGroups`, or real ENIConfig manifests."),
  manifests: z2.array(z2.string().min(1)).optional().describe("Files with ENIConfig manifests (YAML, several documents a file), relative to the scenario file."),
  cni: cni.prefault({}).describe("The Amazon VPC CNI."),
  nodeGroups: z2.array(nodeGroup).min(1).describe("The nodes."),
  ec2: ec2.prefault({}).describe("The EC2 API. Defaults and their sources: data/ec2-defaults.json."),
  kubelet: kubelet.prefault({}).describe("Kubelet and the containers. Defaults: data/ec2-defaults.json."),
  scheduler: scheduler.prefault({}).describe("The scheduler."),
  workloads: z2.array(workload).default([]).describe("The pods. aws-node and kube-proxy, on the host network, are there by themselves."),
  at: z2.array(timedEntry).default([]).describe("What happens at set times."),
  outputs: outputs.prefault({}).describe("What is written.")
};
const scenarioSchema = z2.strictObject({
  ...SECTIONS,
  cni: z2.strictObject({ ...cniParts, env: environmentForEditors.prefault({}).describe("aws-node's environment variables; null unsets one that the chart sets.") }).prefault({}).describe("The Amazon VPC CNI.")
});

// src/scenarios/keys.ts
var exported;
function jsonSchema() {
  if (!exported) {
    const made = z3.toJSONSchema(scenarioSchema, {
      io: "input",
      target: "draft-2020-12",
      override: ({ jsonSchema: schema }) => {
        if (schema.written !== void 0) {
          schema.default = schema.written;
          delete schema.written;
        }
        if (schema.enisim === "duration") {
          delete schema.enisim;
          delete schema.anyOf;
          schema.type = "string";
          schema.pattern = "^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$";
        }
      }
    });
    exported = { $schema: made.$schema, $id: "urn:enisim:v1:scenario", title: "enisim scenario", ...made };
  }
  return exported;
}
function schemasAt(path, input) {
  let value = input;
  let here = alternatives([jsonSchema()], value);
  for (const part2 of path) {
    value = typeof value === "object" && value !== null ? value[part2] : void 0;
    const inner = here.flatMap((schema) => {
      if (typeof part2 === "number") return schema.items ? [schema.items] : [];
      if (schema.properties && Object.hasOwn(schema.properties, part2)) return [schema.properties[part2]];
      return typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
    });
    here = alternatives(inner, value);
  }
  return here;
}
function alternatives(schemas, value) {
  return schemas.flatMap((schema) => {
    const kinds = schema.oneOf ?? [];
    const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : void 0;
    const named = kinds.filter((each) => each.properties?.kind?.const === kind);
    return [schema, ...alternatives([...schema.anyOf ?? [], ...named.length > 0 ? named : kinds], value)];
  });
}
function keysAt(path, input) {
  const here = schemasAt(path, input);
  const keys = here.flatMap((schema) => Object.keys(schema.properties ?? {}));
  const words = here.flatMap((schema) => [...schema.enum ?? [], ...schema.const === void 0 ? [] : [schema.const]].map(String));
  return [...new Set(keys.length > 0 ? keys : words)];
}

// src/scenarios/overrides.ts
import { isAlias, isMap as isMap2, isScalar as isScalar2, isSeq as isSeq2, parseDocument } from "yaml";
const FORM = 'path=value, such as duration=4h, cni.env.WARM_IP_TARGET=2, nodeGroups.workers.count=100 or subnets[0].tags["kubernetes.io/role/cni"]=1';
function applyOverrides(document, texts2) {
  const overrides = [];
  const problems = [];
  for (const text of texts2) {
    const refuse2 = (found, expected, suggestion = "") => problems.push({ file: `--set ${text}`, line: 1, column: 1, path: "", found, expected, suggestion, severity: "error" });
    const [parts, rest] = splitPath(text);
    if (!parts || rest === void 0) {
      refuse2(show(text), FORM);
      continue;
    }
    const parsed = bounded(() => parseDocument(rest, { logLevel: "error" }));
    const value = parsed && parsed.errors.length === 0 ? toValue(parsed) : { failure: "no YAML" };
    if ("failure" in value) {
      refuse2(show(rest), "a value in YAML");
      continue;
    }
    const path = find(document, parts, refuse2);
    if (!path) continue;
    document.setIn(path, document.createNode(value.value));
    overrides.push({ path, text });
  }
  return { overrides, problems };
}
function splitPath(text) {
  const parts = [];
  const word = /(?:^|\.)([^.[\]="]+)|\[(?:"([^"]*)"|([^\]"]+))\]/y;
  let at2 = 0;
  while (at2 < text.length && text[at2] !== "=") {
    word.lastIndex = at2;
    const match = word.exec(text);
    if (!match) return [null, void 0];
    parts.push(match[1] ?? match[2] ?? match[3]);
    at2 = word.lastIndex;
  }
  return parts.length > 0 && text[at2] === "=" ? [parts, text.slice(at2 + 1)] : [null, void 0];
}
function find(document, parts, refuse2) {
  const path = [];
  let node = document.contents;
  for (const [i, part2] of parts.entries()) {
    if (isAlias(node)) {
      refuse2(`an alias at ${parts.slice(0, i).join(".")}`, "a value that is written out: an alias stands for another place too");
      return null;
    }
    if (isSeq2(node)) {
      const items = node.items;
      const names = items.map((item) => isMap2(item) ? String(item.get("name") ?? item.get("kind") ?? "") : "");
      const named = names.indexOf(part2);
      const index = named >= 0 ? named : /^\d{1,9}$/.test(part2) ? Number(part2) : -1;
      if (index < 0 || index >= items.length) {
        refuse2(JSON.stringify(part2), `an index below ${items.length}, or one of the names ${names.filter(Boolean).join(", ")}`, didYouMean(part2, names.filter(Boolean)));
        return null;
      }
      path.push(index);
      node = items[index];
    } else if (isMap2(node)) {
      const key = node.items.map((pair) => pair.key).find((each) => isScalar2(each) && String(each.value) === part2);
      path.push(isScalar2(key) && typeof key.value === "number" ? key.value : part2);
      const value = node.get(path[path.length - 1], true);
      if (isScalar2(value) && value.value === null && i < parts.length - 1) document.deleteIn(path);
      node = isScalar2(value) && value.value === null ? void 0 : value;
    } else if (node === void 0 || node === null) {
      path.push(part2);
    } else {
      refuse2(`a plain value at ${parts.slice(0, i).join(".")}`, "a map or list to set something in");
      return null;
    }
  }
  return path;
}

// src/scenarios/defaults.ts
import { readFileSync as readFileSync2 } from "node:fs";
import { z as z4 } from "zod";

// src/core/assert.ts
const Bug = class extends Error {
  name = "Bug";
};
function assert(holds, what) {
  if (!holds) throw new Bug(what);
}

// src/scenarios/limits.ts
import { existsSync, readFileSync } from "node:fs";
function dataFile(name2) {
  const near = new URL(`../data/${name2}`, import.meta.url);
  return existsSync(near) ? near : new URL(`../../data/${name2}`, import.meta.url);
}
var types;
function instanceTypes() {
  if (!types) {
    const file3 = JSON.parse(readFileSync(dataFile("instance-limits.json"), "utf8"));
    types = new Map(Object.entries(file3.types));
  }
  return types;
}
const findLimits = (instanceType) => instanceTypes().get(instanceType);
function suggestType(instanceType) {
  const [family, size] = instanceType.toLowerCase().split(".");
  const names = [...instanceTypes().keys()];
  return closest(instanceType, names.filter((name2) => name2.startsWith(`${family}.`))) ?? closest(instanceType, names.filter((name2) => name2.endsWith(`.${size}`))) ?? closest(instanceType, names);
}

// src/scenarios/defaults.ts
const evidence = { source: z4.string(), grade: z4.enum(["A", "B", "C", "D"]), note: z4.string().optional() };
const bucket2 = z4.strictObject({ burst: z4.number(), refill: z4.number(), ...evidence }).transform(({ burst, refill }) => ({ burst, refillPerSecond: refill }));
const valued = (value) => z4.strictObject({ value, ...evidence }).transform((row) => row.value);
const actions = z4.enum(EC2_ACTIONS);
const delay = (low) => valued(distribution(low));
const file = z4.looseObject({
  date: z4.string(),
  buckets: z4.record(actions, bucket2),
  smallDescribeBucket: bucket2,
  describeByIdUsesSmallBucket: valued(z4.boolean()),
  throttledCostsToken: valued(z4.boolean()),
  enisPerRegion: valued(z4.number()),
  pick: valued(z4.enum(["random", "lowest-free"])),
  createWithoutFreeBlock: valued(z4.enum(["InvalidParameterValue", "InsufficientCidrBlocks", "InsufficientFreeAddressesInSubnet"])),
  latency: z4.record(actions, delay(1)),
  refusalLatency: delay(1),
  imds: z4.strictObject({ eniAppears: delay(0), addressesAppear: delay(0), vanishes: delay(0) }),
  launch: z4.strictObject({ registered: delay(1), agentStart: delay(1) }),
  kubelet: z4.strictObject({ addDelay: delay(0), retryDelay: delay(1), containerStart: delay(0), terminationGrace: delay(0) }),
  scheduler: z4.strictObject({ delay: delay(1), watchDelay: delay(1) })
});
var defaults;
function ec2Defaults() {
  if (!defaults) {
    const parsed = file.safeParse(JSON.parse(readFileSync2(dataFile("ec2-defaults.json"), "utf8")));
    assert(parsed.success, `data/ec2-defaults.json: ${parsed.error?.message}`);
    defaults = parsed.data;
  }
  return defaults;
}

// src/scenarios/cloud.ts
function perAction(given, otherwise) {
  const value = (action) => given[action] !== void 0 ? given[action] : given.default !== void 0 ? given.default : otherwise(action);
  return Object.fromEntries(EC2_ACTIONS.map((action) => [action, value(action)]));
}
function resolveEc2(input) {
  const ours = ec2Defaults();
  const unlimited = input.buckets === "unlimited";
  const buckets = input.buckets === "unlimited" ? { default: null } : input.buckets;
  return {
    buckets: perAction(buckets, (action) => ours.buckets[action]),
    smallDescribeBucket: input.smallDescribeBucket !== void 0 ? input.smallDescribeBucket : unlimited ? null : ours.smallDescribeBucket,
    describeByIdUsesSmallBucket: input.describeByIdUsesSmallBucket ?? ours.describeByIdUsesSmallBucket,
    throttledCostsToken: input.throttledCostsToken ?? ours.throttledCostsToken,
    quotas: { enisPerRegion: input.quotas.enisPerRegion ?? ours.enisPerRegion },
    latency: perAction(input.latency, (action) => ours.latency[action]),
    refusalLatency: perAction(input.refusalLatency, () => ours.refusalLatency),
    imds: {
      eniAppears: input.imds.eniAppears ?? ours.imds.eniAppears,
      addressesAppear: input.imds.addressesAppear ?? ours.imds.addressesAppear,
      vanishes: input.imds.vanishes ?? ours.imds.vanishes
    },
    backgroundPerSecond: perAction(input.background, () => 0),
    pick: input.pick ?? ours.pick,
    createWithoutFreeBlock: input.createWithoutFreeBlock ?? ours.createWithoutFreeBlock
  };
}
function resolveKubelet(input) {
  const ours = ec2Defaults().kubelet;
  return {
    addDelay: input.addDelay ?? ours.addDelay,
    retryDelay: input.retryDelay ?? ours.retryDelay,
    containerStart: input.containerStart ?? ours.containerStart,
    terminationGrace: input.terminationGrace ?? ours.terminationGrace
  };
}
function resolveScheduler(input) {
  const ours = ec2Defaults().scheduler;
  return { delay: input.delay ?? ours.delay, scoring: input.scoring, watchDelay: input.watchDelay ?? ours.watchDelay, percentageOfNodesToScore: input.percentageOfNodesToScore };
}

// src/scenarios/network.ts
const byName = (a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
function indexOf(name2, known, all, what, path, report) {
  const index = known.findIndex((item) => item.name === name2 || item.id === name2);
  if (index < 0 && !all.includes(name2)) {
    const names = known.map((item) => item.name);
    report(path, { found: JSON.stringify(name2), expected: names.length > 0 ? `the name of a ${what}: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", ..." : ""}` : `the name of a ${what}`, suggestion: didYouMean(name2, names) });
  }
  return index;
}
function reportTwins(names, what, report) {
  const seen = /* @__PURE__ */ new Set();
  for (const { name: name2, path } of names) {
    if (seen.has(name2)) report(path, { found: `a second ${what} "${name2}"`, expected: "names that differ" });
    seen.add(name2);
  }
}
function checkVpc(cidrs, report) {
  for (const { index, ...finding } of vpcRules(cidrs)) report(["vpc", "cidrs", index], finding);
}
function resolveSubnets(input, zones, vpc, durationMs, report) {
  const cidrs = [];
  for (const { item, index } of input.read) cidrs[index] = item.cidr;
  for (const { index, ...finding } of subnetRules(Array.from(cidrs, (cidr2) => cidr2 ?? null), vpc)) report(["subnets", index, "cidr"], finding);
  reportTwins(input.read.map(({ item, index }) => ({ name: item.name, path: ["subnets", index, "name"] })), "subnet", report);
  const subnets = input.read.map(({ item, index }) => {
    const path = ["subnets", index];
    const zone = zones ? indexOf(item.zone, zones, [], "zone", [...path, "zone"], report) : -1;
    item.reservations.forEach((reservation, r) => {
      const at2 = [...path, "reservations", r, "cidr"];
      if (!contains(item.cidr, reservation.cidr)) report(at2, { found: reservation.cidr.text, expected: `a block inside ${item.cidr.text}` });
      if (reservation.type === "prefix" && reservation.cidr.bits > 28) report(at2, { found: reservation.cidr.text, expected: "at least a /28: a prefix needs as much" });
      const twin = item.reservations.findIndex((other, o) => o < r && overlap(other.cidr, reservation.cidr));
      if (twin >= 0) report(at2, { found: reservation.cidr.text, expected: `a block that does not overlap ${item.reservations[twin].cidr.text}` });
    });
    return {
      name: item.name,
      id: item.id ?? item.name,
      cidr: item.cidr,
      zone,
      role: item.role,
      tags: item.tags,
      reservations: item.reservations,
      held: resolveHeld(item, path, durationMs, report)
    };
  });
  return subnets.sort(byName);
}
function resolveHeld(subnet2, path, durationMs, report) {
  const usable = subnet2.cidr.size - RESERVED_ADDRESSES;
  const claimed = /* @__PURE__ */ new Set();
  let counted = 0;
  const held2 = subnet2.held.map((entry, h) => {
    const at2 = [...path, "held", h];
    const given = ["count", "cidr", "addresses"].filter((key) => entry[key] !== void 0);
    if (given.length !== 1) report(at2, { found: given.length === 0 ? "none of them" : given.join(" and "), expected: "one of count, cidr and addresses" });
    if (entry.perHour !== 0 && entry.count === void 0) report([...at2, "perHour"], { found: "perHour without count", expected: "count beside perHour" });
    const untilMs = entry.until ?? FOREVER;
    if (untilMs <= entry.at) report([...at2, "until"], { found: "an end that is not after `at`", expected: "until after at" });
    if (entry.at >= durationMs) report([...at2, "at"], { found: "a moment after the end of the run", expected: "at before `duration`", severity: "warning" });
    let what = { kind: "count", count: entry.count ?? 0, placement: entry.placement };
    if (entry.cidr && !contains(subnet2.cidr, entry.cidr)) report([...at2, "cidr"], { found: entry.cidr.text, expected: `a block inside ${subnet2.cidr.text}` });
    else if (entry.cidr) what = { kind: "addresses", addresses: addressesOf(entry.cidr, subnet2.cidr) };
    if (entry.addresses) what = { kind: "addresses", addresses: entry.addresses };
    if (what.kind === "addresses" && entry.addresses) {
      what.addresses.forEach((address2, a) => {
        const offset = address2 - subnet2.cidr.first;
        if (offset < 4 || offset >= subnet2.cidr.size - 1) report([...at2, "addresses", a], { found: "an address that nobody can hold", expected: `an address of ${subnet2.cidr.text} that AWS does not reserve` });
      });
    }
    if (what.kind === "addresses") {
      if (entry.at === 0 && what.addresses.some((address2) => claimed.has(address2))) report(at2, { found: "an address that another entry holds", expected: "addresses that differ" });
      if (entry.at === 0) for (const address2 of what.addresses) claimed.add(address2);
    } else if (entry.at === 0) counted += what.count;
    return { name: entry.name ?? `${entry.owner}-${h}`, owner: entry.owner, what, atMs: entry.at, untilMs, perHour: entry.perHour };
  });
  if (claimed.size + counted > Math.max(0, usable)) report([...path, "held"], { found: `${claimed.size + counted} addresses held at the start`, expected: `at most ${Math.max(0, usable)}: what ${subnet2.cidr.text} has` });
  return held2;
}
function addressesOf(cidr2, subnet2) {
  const [from, end4] = [Math.max(cidr2.first, subnet2.first + 4), Math.min(cidr2.first + cidr2.size, subnet2.first + subnet2.size - 1)];
  return Array.from({ length: Math.max(0, end4 - from) }, (_, i) => from + i);
}
const GROUPS_MAX = 16;
const GROUPS_BY_DEFAULT = 5;
function resolveEniConfigs(input, subnets, subnetNames, report) {
  reportTwins(input, "ENIConfig", report);
  const configs = input.map(({ name: name2, subnet: subnet2, securityGroups, path }) => {
    const groups = securityGroups.length;
    if (groups > GROUPS_BY_DEFAULT) report(path, { found: `${groups} security groups`, expected: `at most ${GROUPS_BY_DEFAULT} an ENI unless the quota was raised (to ${GROUPS_MAX} at most)`, severity: groups > GROUPS_MAX ? "error" : "warning" });
    return { name: name2, subnet: indexOf(subnet2, subnets, subnetNames, "subnet", path, report), securityGroups };
  });
  return configs.sort(byName);
}

// src/scenarios/cel.ts
const CelError = class extends Error {
  name = "CelError";
};
const INT = { low: -(2n ** 63n), high: 2n ** 63n - 1n };
const UINT = { low: 0n, high: 2n ** 64n - 1n };
const DEPTH_MAX = 200;
const int = (value) => within({ type: "int", value });
const bool = (value) => ({ type: "bool", value });
function fail(reason) {
  throw new CelError(reason);
}
function within(v) {
  const range2 = v.type === "int" ? INT : UINT;
  return v.value >= range2.low && v.value <= range2.high ? v : fail(`${v.type} overflow`);
}
function evaluateCel(expression, variables) {
  return new Parser(tokens(expression), variables).whole().value();
}
function toInt(v) {
  switch (v.type) {
    case "int":
      return v.value;
    case "uint":
      return v.value <= INT.high ? v.value : fail("int overflow");
    case "double":
      return Number.isFinite(v.value) && Math.abs(v.value) < 2 ** 63 ? BigInt(Math.trunc(v.value)) : fail("double does not fit an int");
    case "string": {
      if (!/^[+-]?[0-9]+$/.test(v.value)) fail("text is not a whole number");
      const whole = int(BigInt(v.value.replace(/^\+/, "")));
      return whole.type === "int" ? whole.value : fail("unreachable");
    }
    default:
      return fail(`no conversion from ${v.type} to int`);
  }
}
const WORD = new RegExp(
  [
    String.raw`(?<space>[ \t\r\n\f]+|\/\/[^\n]*)`,
    String.raw`(?<double>[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)`,
    String.raw`(?<uint>(?:0x[0-9a-fA-F]+|[0-9]+)[uU])`,
    String.raw`(?<int>0x[0-9a-fA-F]+|[0-9]+)`,
    String.raw`(?<string>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')`,
    String.raw`(?<name>[_a-zA-Z][_a-zA-Z0-9]*)`,
    String.raw`(?<sign>\|\||&&|[<>=!]=|[-+*/%<>!?:,.()[\]{}])`
  ].join("|"),
  "y"
);
function tokens(text) {
  const list = [];
  WORD.lastIndex = 0;
  while (WORD.lastIndex < text.length) {
    const at2 = WORD.lastIndex;
    const groups = WORD.exec(text)?.groups;
    if (!groups) fail(`unexpected "${text[at2]}"`);
    const [kind, word] = Object.entries(groups).find(([, found]) => found !== void 0) ?? fail("empty word");
    if (kind !== "space") list.push({ kind, text: word });
  }
  list.push({ kind: "end", text: "the end" });
  return list;
}
const ESCAPE = { n: "\n", t: "	", r: "\r", "\\": "\\", "'": "'", '"': '"', "`": "`", "?": "?", a: "\x07", b: "\b", f: "\f", v: "\v" };
const unquote = (text) => text.slice(1, -1).replace(/\\(.)/gs, (_, c) => ESCAPE[c] ?? fail(`escape \\${c} is not supported`));
const RANK = { "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, in: 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5 };
const Parser = class {
  at = 0;
  depth = 0;
  list;
  variables;
  constructor(list, variables) {
    this.list = list;
    this.variables = variables;
  }
  whole() {
    const expression = this.conditional();
    return this.list[this.at].kind === "end" ? expression : fail(`unexpected "${this.list[this.at].text}"`);
  }
  next = () => this.list[this.at++];
  take = (text) => {
    const { kind, text: found } = this.list[this.at];
    const same = found === text && (kind === "sign" || kind === "name");
    if (same) this.at++;
    return same;
  };
  expect(text) {
    if (!this.take(text)) fail(`"${text}" expected, found "${this.list[this.at].text}"`);
  }
  conditional() {
    if (++this.depth > DEPTH_MAX) fail("nested too deeply");
    const condition = this.binary(1);
    let result = condition;
    if (this.take("?")) {
      const yes2 = this.binary(1);
      this.expect(":");
      const no = this.conditional();
      if (condition.type !== "bool") fail("the condition is not a bool");
      if (yes2.type !== no.type) fail(`both sides of ?: must have one type, not ${yes2.type} and ${no.type}`);
      result = { type: yes2.type, value: () => (condition.value().value === true ? yes2 : no).value() };
    }
    this.depth--;
    return result;
  }
  binary(lowest) {
    let left = this.unary();
    for (; ; ) {
      const { kind, text } = this.list[this.at];
      const rank = kind === "sign" || kind === "name" && text === "in" ? RANK[text] : void 0;
      if (rank === void 0 || rank < lowest) return left;
      this.at++;
      left = operation(text, left, this.binary(rank + 1));
    }
  }
  unary() {
    const signs = [];
    while (["-", "!"].includes(this.list[this.at].text) && this.list[this.at].kind === "sign") signs.push(this.next().text);
    if (new Set(signs).size > 1) fail("- and ! cannot follow each other");
    if (signs.length === 0) return this.member();
    if (signs[0] === "-" && this.list[this.at].kind === "int") {
      const literal = BigInt(this.next().text);
      const negative = int(-literal);
      return signs.length % 2 === 1 ? { type: "int", value: () => negative } : { type: "int", value: () => int(literal) };
    }
    const operand = this.member();
    if (signs[0] === "!") {
      if (operand.type !== "bool") fail(`! of ${operand.type}`);
      return signs.length % 2 === 0 ? operand : { type: "bool", value: () => bool(operand.value().value !== true) };
    }
    if (operand.type !== "int" && operand.type !== "double") fail(`- of ${operand.type}`);
    return signs.length % 2 === 0 ? operand : { type: operand.type, value: () => negate(operand.value()) };
  }
  member() {
    let of = this.primary();
    for (; ; ) {
      if (this.take("[")) {
        const index = this.conditional();
        this.expect("]");
        of = element(of, index);
      } else if (this.list[this.at].kind === "sign" && this.list[this.at].text === ".") {
        this.at++;
        const method = this.next();
        if (method.kind !== "name") fail('a name expected after "."');
        this.expect("(");
        of = call(method.text, [of, ...this.items(")")]);
      } else return of;
    }
  }
  items(end4) {
    const items = [];
    while (!this.take(end4)) {
      if (items.length > 0) this.expect(",");
      if (items.length > 0 && end4 === "]" && this.take(end4)) break;
      items.push(this.conditional());
    }
    return items;
  }
  primary() {
    const { kind, text } = this.next();
    if (kind === "int") return constant(int(BigInt(text)));
    if (kind === "uint") return constant(within({ type: "uint", value: BigInt(text.slice(0, -1)) }));
    if (kind === "double") return constant({ type: "double", value: Number(text) });
    if (kind === "string") return constant({ type: "string", value: unquote(text) });
    if (kind === "sign" && text === "(") {
      const inner = this.conditional();
      this.expect(")");
      return inner;
    }
    if (kind === "sign" && text === "[") {
      const items = this.items("]");
      const kinds = new Set(items.map((item) => item.type));
      const type = `list(${kinds.size === 1 ? items[0].type : "dyn"})`;
      return { type, value: () => ({ type: "list", value: items.map((item) => item.value()) }) };
    }
    if (kind !== "name") fail(`unexpected "${text}"`);
    if (text === "true" || text === "false") return constant(bool(text === "true"));
    if (text === "null") return constant({ type: "null", value: null });
    if (this.take("(")) return call(text, this.items(")"));
    if (!Object.hasOwn(this.variables, text)) fail(`undeclared reference to "${text}"`);
    return constant(int(BigInt(this.variables[text])));
  }
};
const constant = (v) => ({ type: v.type, value: () => v });
function negate(v) {
  return v.type === "int" ? int(-v.value) : v.type === "double" ? { type: "double", value: -v.value } : fail(`- of ${v.type}`);
}
const NUMERIC = ["int", "uint", "double"];
function operation(sign, a, b) {
  const overload = (holds) => holds || fail(`no overload of ${sign} for ${a.type} and ${b.type}`);
  if (sign === "||" || sign === "&&") {
    overload(a.type === "bool" && b.type === "bool");
    return { type: "bool", value: () => logical(sign === "||", a, b) };
  }
  if (sign === "in") {
    overload(b.type === `list(${a.type})` || b.type === "list(dyn)" || a.type === "dyn");
    return { type: "bool", value: () => bool(listOf(b.value()).some((item) => equal(item, a.value()))) };
  }
  if (sign === "==" || sign === "!=") {
    overload(a.type === b.type || a.type === "dyn" || b.type === "dyn" || a.type === "null" || b.type === "null");
    return { type: "bool", value: () => bool(equal(a.value(), b.value()) === (sign === "==")) };
  }
  if ("<=>=".includes(sign)) {
    const ordered = (t) => NUMERIC.includes(t) || t === "dyn";
    overload(a.type === b.type && (a.type === "string" || a.type === "bool") || ordered(a.type) && ordered(b.type));
    return { type: "bool", value: () => bool(compare(sign, a.value(), b.value())) };
  }
  if (a.type === "dyn" || b.type === "dyn") {
    const type = a.type === "dyn" ? b.type : a.type;
    return { type, value: () => arithmetic(sign, a.value(), b.value()) };
  }
  overload(a.type === b.type && (NUMERIC.includes(a.type) || sign === "+" && (a.type === "string" || a.type.startsWith("list"))));
  overload(!(sign === "%" && a.type === "double"));
  return { type: a.type, value: () => arithmetic(sign, a.value(), b.value()) };
}
function logical(decides, a, b) {
  const sides = [a, b].map((side) => {
    try {
      return side.value().value === true;
    } catch (error2) {
      return error2 instanceof CelError ? error2 : fail(String(error2));
    }
  });
  if (sides.includes(decides)) return bool(decides);
  const error = sides.find((side) => side instanceof CelError);
  if (error) throw error;
  return bool(!decides);
}
const listOf = (v) => v.type === "list" ? v.value : fail(`${v.type} is not a list`);
const isNumber = (v) => v.type === "int" || v.type === "uint" || v.type === "double";
function equal(a, b) {
  if (isNumber(a) && isNumber(b)) return a.value == b.value;
  if (a.type === "list" && b.type === "list") return a.value.length === b.value.length && a.value.every((item, i) => equal(item, b.value[i]));
  return a.type === b.type && a.value === b.value;
}
function compare(sign, a, b) {
  if (!(isNumber(a) && isNumber(b)) && a.type !== b.type) fail(`no overload of ${sign} for ${a.type} and ${b.type}`);
  const [x2, y] = [a.value, b.value];
  return sign === "<" ? x2 < y : sign === "<=" ? x2 <= y : sign === ">" ? x2 > y : x2 >= y;
}
function arithmetic(sign, a, b) {
  if (a.type === "string" && b.type === "string") return { type: "string", value: a.value + b.value };
  if (a.type === "list" && b.type === "list") return { type: "list", value: [...a.value, ...b.value] };
  if (a.type === "double" && b.type === "double")
    return { type: "double", value: sign === "+" ? a.value + b.value : sign === "-" ? a.value - b.value : sign === "*" ? a.value * b.value : a.value / b.value };
  if (!(a.type === "int" && b.type === "int" || a.type === "uint" && b.type === "uint")) fail(`no overload of ${sign} for ${a.type} and ${b.type}`);
  const [x2, y] = [a.value, b.value];
  if ((sign === "/" || sign === "%") && y === 0n) fail("division by zero");
  return within({ type: a.type, value: sign === "+" ? x2 + y : sign === "-" ? x2 - y : sign === "*" ? x2 * y : sign === "/" ? x2 / y : x2 % y });
}
function element(of, index) {
  if (!of.type.startsWith("list") || !NUMERIC.includes(index.type)) fail(`no overload of [] for ${of.type} and ${index.type}`);
  return {
    type: of.type.slice(5, -1),
    value: () => listOf(of.value())[Number(index.value().value)] ?? fail("index out of bounds")
  };
}
function call(name2, given) {
  const [of] = given;
  const one = given.length === 1 ? of.type : fail(`no overload of ${name2}() for ${given.length} arguments`);
  if (name2 === "size" && (one === "string" || one.startsWith("list"))) {
    return { type: "int", value: () => {
      const v = of.value();
      return int(BigInt(v.type === "string" ? [...v.value].length : listOf(v).length));
    } };
  }
  if (name2 === "int" && [...NUMERIC, "string", "dyn"].includes(one)) return { type: "int", value: () => int(toInt(of.value())) };
  if (name2 === "uint" && [...NUMERIC, "string"].includes(one)) return { type: "uint", value: () => within({ type: "uint", value: toInt(of.value()) }) };
  if (name2 === "double" && [...NUMERIC, "string"].includes(one)) {
    return { type: "double", value: () => {
      const v = Number(of.value().value);
      return Number.isNaN(v) ? fail("text is not a number") : { type: "double", value: v };
    } };
  }
  if (name2 === "bool" && (one === "bool" || one === "string")) {
    return {
      type: "bool",
      value: () => {
        const text = String(of.value().value);
        return ["1", "t", "T", "TRUE", "true", "True"].includes(text) ? bool(true) : ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? bool(false) : fail("text is not a bool");
      }
    };
  }
  if (name2 === "string" && [...NUMERIC, "string", "bool"].includes(one)) return { type: "string", value: () => ({ type: "string", value: String(of.value().value) }) };
  if (name2 === "dyn") return { type: "dyn", value: of.value };
  return fail(`no overload of ${name2}() for ${one}`);
}

// src/scenarios/maxPods.ts
const PREFIX = 16;
const KUBELET_DEFAULT = 110;
const INT32_MAX = 2 ** 31 - 1;
const maxPodsOfCni = ({ enis, ipv4PerEni }) => enis * (ipv4PerEni - 1) + 2;
const UNKNOWN_TO_NODEADM = /^(?:[cm](?:7g|8g)-flex\..*|m7g-flex\..*|c7i\.32xlarge|f1\..*|i3\.metal|p3\.(?:2|8|16)xlarge)$/;
function maxPodsOfNodeadm(instanceType, expression = "") {
  const limits = findLimits(instanceType);
  if (!limits || UNKNOWN_TO_NODEADM.test(instanceType)) return KUBELET_DEFAULT;
  return maxPodsByExpression(limits, expression);
}
function maxPodsByExpression(shape, expression) {
  const standard = maxPodsOfCni(shape);
  if (expression === "") return standard;
  try {
    const asked = toInt(evaluateCel(expression, { default_enis: shape.enis, ips_per_eni: shape.ipv4PerEni, max_pods: standard }));
    return asked > 0n && asked <= INT32_MAX ? Number(asked) : standard;
  } catch (error) {
    if (error instanceof CelError) return standard;
    throw error;
  }
}
function maxPodsOfKarpenter({ enis, ipv4PerEni }, reservedEnis = 0) {
  const usable = Math.max(0, enis - reservedEnis);
  return usable === 0 ? 0 : usable * (ipv4PerEni - 1) + 2;
}
function maxPodsOfScript(limits, options) {
  const [major, minor] = options.cniVersion.split(".").map((part2) => /^[0-9]+$/.test(part2) ? Number(part2) : NaN);
  if (Number.isNaN(major) || !(major > 1) && major === 1 && (minor === void 0 || Number.isNaN(minor))) return null;
  if (options.cniVersion.split(".").length < 2) return null;
  const supportsPrefixes2 = major > 1 || major === 1 && minor > 8;
  const capped = options.cniMaxEni === null ? limits.enis : Math.min(options.cniMaxEni, limits.enis);
  const enis = capped - (options.customNetworking ? 1 : 0);
  const prefixes = limits.hypervisor === "nitro" && options.prefixDelegation && supportsPrefixes2;
  const allowed = enis * (limits.ipv4PerEni - 1) * (prefixes ? PREFIX : 1) + 2;
  if (options.showMaxAllowed) return allowed;
  return Math.min(allowed, (limits.vcpus ?? 0) > 30 ? 250 : 110);
}
const kubeReservedMemoryMib = (maxPods2) => 11 * maxPods2 + 255;
function kubeReservedCpuMilli(cpuMilli) {
  const bands = [[1e3, 600], [2e3, 100], [4e3, 50], [Infinity, 25]];
  let from = 0;
  let sum3 = 0;
  for (const [upTo, share2] of bands) {
    if (cpuMilli > from) sum3 += (Math.min(cpuMilli, upTo) - from) * share2;
    from = upTo;
  }
  return Math.floor(sum3 / 1e4);
}
const EVICTION_MIB = 100;
const ARM_RESERVED_MIB = 64;
function allocatable(vcpus, memoryMib, arch, maxPods2, overhead = 0.075) {
  const cpuMilli = vcpus * 1e3;
  const seen = memoryMib - (arch === "arm64" ? ARM_RESERVED_MIB : 0);
  const visible = seen - Math.ceil(seen * overhead);
  return {
    cpuMilli: Math.max(0, cpuMilli - kubeReservedCpuMilli(cpuMilli)),
    memoryMib: Math.max(0, visible - kubeReservedMemoryMib(maxPods2) - EVICTION_MIB)
  };
}

// src/scenarios/nodes.ts
function layOut(group, count2) {
  const layout = { shape: new Uint16Array(count2), zoneShare: new Uint16Array(count2), subnet: new Uint16Array(count2) };
  const left = group.zones.map((zone) => zone.count);
  const placed = group.zones.map(() => 0);
  const credit = group.zones.map(() => group.shapes.map(() => 0));
  const total = group.shapes.reduce((sum3, shape) => sum3 + shape.weight, 0);
  const planned2 = left.reduce((sum3, n) => sum3 + n, 0);
  let turn2 = -1;
  for (let i = 0; i < count2; i++) {
    turn2 = (turn2 + 1) % group.zones.length;
    if (i < planned2) while (left[turn2] <= 0) turn2 = (turn2 + 1) % group.zones.length;
    const zone = group.zones[turn2];
    layout.zoneShare[i] = turn2;
    layout.subnet[i] = zone.subnets[placed[turn2] % zone.subnets.length];
    layout.shape[i] = nextShape(credit[turn2], group.shapes, total);
    left[turn2]--;
    placed[turn2]++;
  }
  return layout;
}
function nextShape(credit, shapes, total) {
  let best = 0;
  shapes.forEach((shape, i) => {
    credit[i] += shape.weight;
    if (credit[i] > credit[best]) best = i;
  });
  credit[best] -= total;
  return best;
}

// src/scenarios/nodeGroups.ts
function resolveNodeGroups(input, around, report) {
  reportTwins(input.read.map(({ item, index }) => ({ name: item.name, path: ["nodeGroups", index, "name"] })), "node group", report);
  const groups = input.read.map(({ item, index }) => resolveGroup(item, ["nodeGroups", index], around, report));
  checkPrimaryAddresses(groups, around.subnets, report);
  return groups.sort(byName);
}
function resolveGroup(input, path, around, report) {
  const { env, overrides } = resolveOverrides(around.texts, input.env, [...path, "env"], report);
  const shapes = resolveShapes(input, path, env, around.cniVersion, report);
  const zones = resolveZones(input, path, around, report);
  if (env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG) for (const zone of zones) zone.eniConfig = resolveEniConfig(input, path, zone, shapes, env, around, report);
  return {
    name: input.name,
    shapes,
    zones,
    count: zones.reduce((sum3, zone) => sum3 + zone.count, 0),
    labels: input.labels,
    annotations: input.annotations,
    taints: input.taints,
    env,
    overrides,
    launch: resolveLaunch(input.launch, path, report),
    cordonAtMs: input.cordonAt ?? FOREVER,
    terminateAtMs: input.terminateAt ?? FOREVER
  };
}
function resolveLaunch(input, path, report) {
  const defaults2 = ec2Defaults().launch;
  const state = input.state ?? (input.at > 0 || input.pace !== void 0 ? "launching" : "settled");
  if (state === "settled" && input.at > 0) report([...path, "launch", "at"], { found: "a launch time of nodes that exist from the start", expected: "state: launching beside at" });
  if (state === "settled" && input.pace !== void 0) report([...path, "launch", "pace"], { found: "a launch pace of nodes that exist from the start", expected: "state: launching beside pace" });
  return { state, atMs: input.at, pacePerMinute: input.pace ?? FOREVER, registered: input.registered ?? defaults2.registered, agentStart: input.agentStart ?? defaults2.agentStart };
}
function resolveShapes(input, path, env, cniVersion, report) {
  const given = [input.instanceType, input.instanceTypes].filter((value) => value !== void 0);
  if (given.length === 2) report([...path, "instanceTypes"], { found: "both instanceType and instanceTypes", expected: "one of them" });
  const complete = input.limits?.cpu !== void 0 && input.limits.memory !== void 0;
  if (given.length === 0 && !complete) report(path, { found: "no instanceType", expected: "instanceType, or instanceTypes, or limits with enis, ipv4PerEni, cpu and memory" });
  const types2 = input.instanceTypes ?? [{ type: input.instanceType ?? "made-up", weight: 1 }];
  return types2.flatMap(({ type, weight }, t) => {
    const at2 = input.instanceTypes ? [...path, "instanceTypes", t] : input.instanceType === void 0 ? path : [...path, "instanceType"];
    const limits = findLimits(type);
    if (!limits && !complete) {
      const meant = given.length === 0 ? void 0 : suggestType(type);
      if (given.length > 0) report(at2, { found: JSON.stringify(type), expected: "a known instance type", suggestion: meant === void 0 ? void 0 : `did you mean "${meant}"?` });
      return [];
    }
    const shape = shapeOf(type, weight, limits, input, at2, path, env, cniVersion, report);
    return shape ? [shape] : [];
  });
}
function shapeOf(type, weight, limits, input, at2, path, env, cniVersion, report) {
  const made = input.limits;
  const enis = made?.enis ?? limits?.enis ?? 0;
  const ipv4PerEni = made?.ipv4PerEni ?? limits?.ipv4PerEni ?? 0;
  const hypervisor = limits ? limits.hypervisor ?? "unknown" : "nitro";
  const bareMetal = limits?.bareMetal ?? false;
  const vcpus = made?.cpu === void 0 ? limits?.vcpus ?? null : Math.ceil(made.cpu / 1e3);
  const partly = { enis, ipv4PerEni, hypervisor: limits?.hypervisor ?? (limits ? null : "nitro"), vcpus };
  const maxPods2 = resolveMaxPods(type, partly, made !== void 0, input.maxPods, env, cniVersion, path, report);
  if (maxPods2 === null) return null;
  const fromType = limits?.vcpus && limits.memoryMiB ? allocatable(limits.vcpus, limits.memoryMiB, limits.arch, maxPods2.count) : null;
  if (!fromType && (made?.cpu === void 0 || made.memory === void 0)) {
    report(at2, { found: `${type}, whose CPU and memory are not published`, expected: "limits with cpu and memory beside this type" });
    return null;
  }
  const shape = {
    instanceType: type,
    weight,
    enis,
    ipv4PerEni,
    networkCards: made || !limits ? [enis] : limits.networkCards.map((card) => card.maxEnis),
    hypervisor,
    bareMetal,
    trunkCompatible: limits?.trunking.ipamd ?? true,
    branchEnis: limits?.trunking.resourceController ? limits.branchInterfaces ?? 0 : 0,
    maxPods: maxPods2.count,
    maxPodsSource: maxPods2.source,
    cpuMilli: made?.cpu ?? fromType?.cpuMilli ?? 0,
    memoryMib: made?.memory ?? fromType?.memoryMib ?? 0,
    gpuMilli: made?.gpu ?? (limits?.gpuCount ?? 0) * 1e3
  };
  checkDensity(shape, vcpus, env, input.maxPods, path, report);
  if (env.ENABLE_PREFIX_DELEGATION && !supportsPrefixes(shape)) report(at2, { found: `${type} with prefix delegation`, expected: "a nitro or bare-metal type; ipamd falls back to secondary IPs without a word", severity: "warning" });
  if (env.ENABLE_POD_ENI && limits && !limits.knownToResourceController) report(at2, { found: `${type} with ENABLE_POD_ENI`, expected: "a type that the resource controller knows; it refuses nodes of others", severity: "warning" });
  return shape;
}
const supportsPrefixes = ({ hypervisor, bareMetal }) => hypervisor === "nitro" || bareMetal;
function resolveMaxPods(type, limits, madeUp, asked, env, cniVersion, path, report) {
  if (typeof asked === "number") return { count: asked, source: "given" };
  if (asked === "cni") return { count: maxPodsOfCni(limits), source: "cni" };
  if (asked === "nodeadm" || typeof asked === "object" && "nodeadm" in asked) {
    const expression = typeof asked === "object" ? asked.nodeadm : "";
    return { count: madeUp ? maxPodsByExpression(limits, expression) : maxPodsOfNodeadm(type, expression), source: "nodeadm" };
  }
  if (asked === "karpenter" || typeof asked === "object") {
    const count3 = maxPodsOfKarpenter(limits, typeof asked === "object" ? asked.karpenter.reservedEnis : 0);
    if (count3 > 0) return { count: count3, source: "karpenter" };
    report([...path, "maxPods"], { found: `every ENI of ${type} reserved`, expected: "an ENI left for pods" });
    return null;
  }
  const cniMaxEni = env.MAX_ENI >= 1 ? env.MAX_ENI : null;
  const count2 = maxPodsOfScript(limits, { prefixDelegation: env.ENABLE_PREFIX_DELEGATION, customNetworking: env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG, cniVersion, cniMaxEni, showMaxAllowed: false });
  if (count2 !== null && count2 > 0) return { count: count2, source: "ami-script" };
  report([...path, "maxPods"], { found: `no answer of the AMI script for ${type} and CNI ${cniVersion}`, expected: "another source, or a number" });
  return null;
}
const HOST_NETWORK_PODS = 2;
function density(shape, env) {
  const enis = env.MAX_ENI >= 1 ? Math.min(env.MAX_ENI, shape.enis) : shape.enis;
  const usable = enis - (env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG ? 1 : 0) - (env.ENABLE_POD_ENI && shape.trunkCompatible ? 1 : 0);
  const perSlot = env.ENABLE_PREFIX_DELEGATION && supportsPrefixes(shape) ? 16 : 1;
  return Math.max(0, usable) * (shape.ipv4PerEni - 1) * perSlot + HOST_NETWORK_PODS;
}
function checkDensity(shape, vcpus, env, asked, path, report) {
  if (env.ENABLE_IPv6) return;
  const at2 = [...path, "maxPods"];
  const most = density(shape, env);
  const told = typeof asked === "number" ? "" : ` (${shape.maxPodsSource})`;
  if (shape.maxPods > most)
    report(at2, { found: `${shape.maxPods} pods${told} on ${shape.instanceType}, which has addresses for ${most - HOST_NETWORK_PODS}`, expected: `at most ${most}: pods beyond it wait for an address`, severity: "warning" });
  const advised = Math.min(most, (vcpus ?? 0) > 30 ? 250 : 110);
  if (env.ENABLE_PREFIX_DELEGATION && supportsPrefixes(shape) && shape.maxPods <= maxPodsOfCni(shape) && shape.maxPods < advised)
    report(at2, { found: `${shape.maxPods} pods${told} on ${shape.instanceType}, as for secondary IPs`, expected: `${advised}, or prefix delegation's density does not show`, suggestion: `maxPods: ${advised}`, severity: "warning" });
}
function resolveZones(input, path, around, report) {
  const { zones, subnets } = around;
  const named = input.subnets?.map((name2, s2) => indexOf(name2, subnets, around.subnetNames, "subnet", [...path, "subnets", s2], report)).filter((index) => index >= 0);
  named?.forEach((index, s2) => {
    if (subnets[index].role === "pod") report([...path, "subnets", s2], { found: `${subnets[index].name}, whose role is pod`, expected: "a subnet of role node or shared" });
  });
  const inZone = (zone) => {
    if (named) return named.filter((index) => subnets[index].zone === zone);
    const here = subnets.flatMap((subnet2, index) => subnet2.zone === zone ? [index] : []);
    const nodes = here.filter((index) => subnets[index].role === "node");
    return nodes.length > 0 ? nodes : here.filter((index) => subnets[index].role === "shared");
  };
  const perZone = input.countPerZone;
  const wanted = input.zones ? input.zones.map((name2, z6) => indexOf(name2, zones, [], "zone", [...path, "zones", z6], report)).filter((zone) => zone >= 0) : typeof perZone === "object" ? Object.keys(perZone).map((name2) => indexOf(name2, zones, [], "zone", [...path, "countPerZone", name2], report)).filter((zone) => zone >= 0) : zones.map((_, zone) => zone).filter((zone) => inZone(zone).length > 0);
  const chosen = [...new Set(wanted)].sort((a, b) => a - b);
  if (input.count === void 0 === (perZone === void 0)) report(path, { found: perZone === void 0 ? "no count" : "both count and countPerZone", expected: "one of count and countPerZone" });
  if (chosen.length === 0 && around.subnetNames.length === subnets.length && subnets.every((subnet2) => subnet2.zone >= 0)) report(path, { found: "no zone for its nodes", expected: "a zone with a subnet of role node or shared" });
  if (typeof perZone === "object") {
    for (const name2 of Object.keys(perZone)) if (input.zones && !input.zones.includes(name2)) report([...path, "countPerZone", name2], { found: `a count for ${name2}, which is not among the group's zones`, expected: input.zones.join(", "), suggestion: didYouMean(name2, input.zones) });
  }
  return chosen.map((zone, z6) => {
    const share2 = { zone, count: 0, subnets: inZone(zone), eniConfig: -1 };
    if (perZone !== void 0) share2.count = typeof perZone === "number" ? perZone : perZone[zones[zone].name] ?? 0;
    else share2.count = Math.floor((input.count ?? 0) / chosen.length) + (z6 < (input.count ?? 0) % chosen.length ? 1 : 0);
    if (share2.subnets.length === 0 && around.subnetNames.length === subnets.length) report(path, { found: `no subnet for nodes in ${zones[zone].name}`, expected: "a subnet of role node or shared there" });
    return share2;
  });
}
function checkPrimaryAddresses(groups, subnets, report) {
  const nodes = subnets.map(() => 0);
  for (const group of groups) {
    if (group.launch.state !== "settled" || group.zones.length === 0 || group.shapes.length === 0 || group.zones.some((zone) => zone.subnets.length === 0)) continue;
    for (const subnet2 of layOut(group, group.count).subnet) nodes[subnet2]++;
  }
  subnets.forEach((subnet2, s2) => {
    const held2 = subnet2.held.filter((entry) => entry.atMs === 0).reduce((sum3, { what }) => sum3 + (what.kind === "count" ? what.count : what.addresses.length), 0);
    const room = subnet2.cidr.size - RESERVED_ADDRESSES - held2;
    if (nodes[s2] > room) report(["nodeGroups"], { found: `${nodes[s2]} nodes at the start in subnet ${subnet2.name}`, expected: `at most ${Math.max(0, room)}: ${subnet2.cidr.text} has no more addresses` });
  });
}
const ROLE_TAG = "kubernetes.io/role/cni";
const OVERRIDING_LABEL = "vpc.amazonaws.com/externalEniConfig";
function resolveEniConfig(input, path, share2, shapes, env, around, report) {
  const zone = around.zones[share2.zone].name;
  const labels = { "topology.kubernetes.io/zone": zone, "failure-domain.beta.kubernetes.io/zone": zone, ...input.labels };
  if (shapes.length === 1) labels["node.kubernetes.io/instance-type"] ??= shapes[0].instanceType;
  const [annotation, label] = [env.ENI_CONFIG_ANNOTATION_DEF, env.ENI_CONFIG_LABEL_DEF];
  const name2 = labels[OVERRIDING_LABEL] ?? input.annotations[annotation] ?? labels[label] ?? "default";
  const index = around.eniConfigs.findIndex((config) => config.name === name2);
  if (index < 0) {
    if (!around.eniConfigNames.includes(name2)) {
      const names = around.eniConfigs.map((config) => config.name);
      report(path, {
        found: `no ENIConfig "${name2}", which its nodes in ${zone} ask for`,
        expected: names.length > 0 ? `one of ${names.join(", ")}: by annotation ${annotation} or label ${label}` : "an ENIConfig of that name in eniConfigs",
        suggestion: names.includes(zone) && label !== "topology.kubernetes.io/zone" ? "set cni.env.ENI_CONFIG_LABEL_DEF to topology.kubernetes.io/zone" : didYouMean(name2, names)
      });
    }
    return -1;
  }
  const subnet2 = around.subnets[around.eniConfigs[index].subnet];
  if (subnet2 && subnet2.zone >= 0 && subnet2.zone !== share2.zone)
    report(path, { found: `ENIConfig "${name2}" with subnet ${subnet2.name} of ${around.zones[subnet2.zone].name} for nodes in ${zone}`, expected: "a subnet of the node's own zone: EC2 attaches no other" });
  if (subnet2 && env.ENABLE_SUBNET_DISCOVERY && subnet2.tags[ROLE_TAG] === "0")
    report(path, { found: `ENIConfig "${name2}" with subnet ${subnet2.name}, tagged ${ROLE_TAG}=0`, expected: "another subnet or no tag: with subnet discovery on its ENIs count as excluded and give no addresses", severity: "warning" });
  return index;
}

// src/engine/ipamd/calls.ts
const CALL = {
  none: 0,
  allocEni: 1,
  waitForEni: 2,
  allocIps: 3,
  deallocIps: 4,
  deallocPrefixes: 5,
  freeEni: 6,
  tagEni: 7,
  getAttachedEnis: 8,
  describeAllEnis: 9,
  getIpv4s: 10,
  getPrefixes: 11,
  isSubnetExcluded: 12,
  setupEniNetwork: 13,
  sleep: 14,
  refreshSecurityGroups: 15,
  getIpv6Prefixes: 16,
  allocIpv6Prefix: 17
};
const ERRORS = [
  "ok",
  "InsufficientFreeAddressesInSubnet",
  "InsufficientCidrBlocks",
  "PrivateIpAddressLimitExceeded",
  "AttachmentLimitExceeded",
  "InvalidSubnetID.NotFound",
  "InvalidNetworkInterfaceID.NotFound",
  "InvalidParameterValue",
  "RequestLimitExceeded",
  "NoValidSubnets",
  "InternalError",
  "UnauthorizedOperation",
  "waitForENIAndIPsAttached",
  "ENI attachment ID not found",
  "unable to detach ENI",
  "ErrNoENIConfig",
  "ENI is not found",
  "OperationNotPermitted",
  "NetworkInterfaceLimitExceeded",
  "InvalidNetworkInterface.InUse",
  "Other",
  "Unavailable"
];
const OK = 0;
const errorCode = (name2) => ERRORS.indexOf(name2);
const E_FREE_ADDRESSES = errorCode("InsufficientFreeAddressesInSubnet");
const E_CIDR_BLOCKS = errorCode("InsufficientCidrBlocks");
const E_IP_LIMIT = errorCode("PrivateIpAddressLimitExceeded");
const E_ATTACHMENT_LIMIT = errorCode("AttachmentLimitExceeded");
const E_SUBNET_NOT_FOUND = errorCode("InvalidSubnetID.NotFound");
const E_ENI_NOT_FOUND = errorCode("InvalidNetworkInterfaceID.NotFound");
const E_PARAMETER = errorCode("InvalidParameterValue");
const E_THROTTLED = errorCode("RequestLimitExceeded");
const E_NO_SUBNET = errorCode("NoValidSubnets");
const E_NO_ENI_CONFIG = errorCode("ErrNoENIConfig");
const isInsufficient = (code) => code === E_FREE_ADDRESSES || code === E_CIDR_BLOCKS;

// src/scenarios/workloads.ts
const SYSTEM = [["aws-node", 50], ["kube-proxy", 100]].map(([name2, cpuMilli]) => ({ kind: "daemonset", name: name2, placement: { nodeGroups: [], tolerations: ["*"] }, hostNetwork: true, requests: { cpuMilli, memoryMib: 0, gpuMilli: 0 } }));
const SAME = { times: 1, plus: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
function resolveWorkloads(input, groups, groupNames, report) {
  const numbers = {};
  const named = input.read.map(({ item, index }) => {
    numbers[item.kind] = (numbers[item.kind] ?? 0) + 1;
    return { item, index, name: item.name ?? `${item.kind}-${numbers[item.kind]}` };
  });
  reportTwins(named.map(({ name: name2, index }) => ({ name: name2, path: ["workloads", index, "name"] })), "workload", report);
  const own = named.map(({ item, index, name: name2 }) => resolveWorkload(item, name2, ["workloads", index], groups, groupNames, report));
  return [...own, ...SYSTEM.filter(({ name: name2 }) => !named.some((other) => other.name === name2))].sort(byName);
}
function resolveWorkload(input, name2, path, groups, groupNames, report) {
  const indices = (input.nodeGroups ?? []).map((group, g) => indexOf(group, groups, groupNames, "node group", [...path, "nodeGroups", g], report));
  const placement = { nodeGroups: [...new Set(indices)].filter((index) => index >= 0).sort((a, b) => a - b), tolerations: input.tolerations };
  const untilMs = "until" in input && input.until !== void 0 ? input.until : FOREVER;
  if ("at" in input && untilMs <= input.at) report([...path, "until"], { found: "an end that is not after `at`", expected: "until after at" });
  switch (input.kind) {
    case "trace": {
      const to = input.window.to ?? FOREVER;
      if (to <= input.window.from) report([...path, "window"], { found: "a window without length", expected: "to after from" });
      const { cpu: cpu3 = SAME, memory: memory3 = SAME, gpu: gpu2 = SAME } = input.resources;
      for (const [resource, rule] of Object.entries({ cpu: cpu3, memory: memory3, gpu: gpu2 })) if (rule.min > rule.max) report([...path, "resources", resource], { found: "min above max", expected: "min not above max" });
      return {
        kind: "trace",
        name: name2,
        placement,
        file: input.file,
        format: input.format,
        atMs: input.at,
        scaleArrivals: input.scaleArrivals,
        repeat: input.repeat,
        windowFromMs: input.window.from,
        windowToMs: to,
        spreadMs: input.spread,
        resources: { cpu: cpu3, memory: memory3, gpu: gpu2 },
        skipNeverScheduled: input.skipNeverScheduled,
        owners: input.owners
      };
    }
    case "churn":
      return {
        kind: "churn",
        name: name2,
        placement,
        placed: input.placed,
        meanGapMs: meanGap(input, nodesOf(placement, groups), path, report),
        batchMean: input.arrivals.batchMean,
        lifetime: input.lifetime,
        lifetimeFrom: input.lifetimeFrom,
        podsPerNode: input.podsPerNode,
        atMs: input.at,
        untilMs,
        requests: requestsOf(input)
      };
    case "replicas":
      return { kind: "replicas", name: name2, placement, count: input.count, atMs: input.at, untilMs, requests: requestsOf(input) };
    case "daemonset":
      return { kind: "daemonset", name: name2, placement, hostNetwork: input.hostNetwork, requests: requestsOf(input) };
  }
}
const requestsOf = ({ requests: { cpu: cpu3, memory: memory3, gpu: gpu2 } }) => ({ cpuMilli: cpu3, memoryMib: memory3, gpuMilli: gpu2 });
const nodesOf = ({ nodeGroups }, groups) => groups.filter((_, g) => nodeGroups.length === 0 || nodeGroups.includes(g)).reduce((sum3, { count: count2 }) => sum3 + count2, 0);
function meanGap({ arrivals, placed }, nodes, path, report) {
  const { meanGap: gap, ratePerMinute } = arrivals;
  if (gap === void 0 === (ratePerMinute === void 0)) {
    report([...path, "arrivals"], { found: gap === void 0 ? "neither meanGap nor ratePerMinute" : "both meanGap and ratePerMinute", expected: "one of them" });
    return FOREVER;
  }
  const ofAll = gap === void 0 ? 6e4 / (ratePerMinute ?? 1) : gap / Math.max(1, nodes);
  return placed === "scheduler" ? ofAll : gap ?? ofAll * Math.max(1, nodes);
}
function resolveTimed(input, { groups, groupNames, zones, subnets }, durationMs, report) {
  const entries = input.read.flatMap(({ item, index }) => {
    const path = ["at", index];
    if (item.time >= durationMs) report([...path, "time"], { found: "a moment after the end of the run", expected: "a time before `duration`", severity: "warning" });
    const group = (name2, verb2) => indexOf(name2, groups, groupNames, "node group", [...path, verb2, "nodeGroup"], report);
    if (item.add) return [{ kind: "add", atMs: item.time, nodeGroup: group(item.add.nodeGroup, "add"), count: item.add.count, overMs: item.add.over }];
    const place = (name2, among, what, ...where) => indexOf(name2, among, among.map((each) => each.name), what, [...path, ...where], report);
    if (item.failZone !== void 0) return [{ kind: "failZone", atMs: item.time, zone: place(item.failZone, zones, "zone", "failZone") }];
    if (item.tag) return [{ kind: "tag", atMs: item.time, subnet: place(item.tag.subnet, subnets, "subnet", "tag", "subnet"), key: item.tag.key, value: item.tag.value }];
    if (item.fault) {
      if (!ERRORS.includes(item.fault.code)) {
        const meant = closest(item.fault.code, ERRORS);
        report([...path, "fault", "code"], { found: show(item.fault.code), expected: "an error code that the model knows (docs/scenario.md)", suggestion: meant === void 0 ? void 0 : `did you mean "${meant}"?` });
      }
      return [{ kind: "fault", atMs: item.time, untilMs: item.time + item.fault.for, action: item.fault.action, code: item.fault.code, share: item.fault.share }];
    }
    const verb = item.set ? "set" : "restart";
    const change = item.set ?? item.restart;
    if (change) {
      const nodeGroups = (change.nodeGroups ?? []).map((name2, i) => indexOf(name2, groups, groupNames, "node group", [...path, verb, "nodeGroups", i], report));
      const pace = { atMs: item.time, nodeGroups, maxUnavailable: change.maxUnavailable, batchMs: change.batch, downMs: change.down };
      if (!item.set) return [{ kind: "restart", ...pace }];
      const texts2 = layer({}, item.set.env, [...path, "set", "env"], report);
      const values = Object.fromEntries(Object.keys(item.set.env).filter(isEnvName).map((name2) => [name2, parseVariable(name2, texts2[name2]).value]));
      return [{ kind: "set", ...pace, values }];
    }
    return ["cordon", "uncordon", "drain", "terminate"].flatMap((kind) => {
      const part2 = item[kind];
      return part2 ? [{ kind, atMs: item.time, nodeGroup: group(part2.nodeGroup, kind), share: part2.share, overMs: part2.over }] : [];
    });
  });
  return entries.sort((a, b) => a.atMs - b.atMs);
}

// src/scenarios/resolve.ts
function resolve(sections, report) {
  const region = sections.region ?? "us-east-1";
  const durationMs = sections.duration ?? Number.MAX_SAFE_INTEGER;
  const zoneNames = sections.zones ?? ["a", "b", "c"].map((letter) => region + letter);
  reportTwins(zoneNames.map((name2, z6) => ({ name: name2, path: ["zones", z6] })), "zone", report);
  const zones = [...zoneNames].sort().map((name2) => ({ name: name2 }));
  const blocks = sections.vpc.cidrs;
  checkVpc(blocks, report);
  const cidrs = blocks.filter((block2) => block2 !== null);
  const complete = cidrs.length === blocks.length;
  const subnets = resolveSubnets(sections.subnets, zones, complete ? cidrs : [], durationMs, report);
  const subnetNames = sections.subnets.names;
  const eniConfigs = resolveEniConfigs(sections.eniConfigs.read, subnets, subnetNames, report);
  const { cni: cni2, texts: texts2 } = resolveCni(sections.cni ?? SECTIONS.cni.parse({}), sections.agent ?? NO_FILES, report);
  const around = { zones, subnets, subnetNames, eniConfigs, eniConfigNames: sections.eniConfigs.names, texts: texts2, cniVersion: cni2.version };
  const nodeGroups = resolveNodeGroups(sections.nodeGroups, around, report);
  const groupNames = sections.nodeGroups.names;
  const customNetworking = nodeGroups.some((group) => group.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG);
  if (eniConfigs.length > 0 && nodeGroups.length > 0 && !customNetworking)
    report(["eniConfigs"], { found: "ENIConfigs without custom networking", expected: "cni.env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG to be true, or they have no effect", severity: "warning" });
  if (!customNetworking && nodeGroups.length > 0) {
    for (const { item, index } of sections.subnets.read)
      if (item.role === "pod" && (item.tags[ROLE_TAG] ?? "") === "")
        report(["subnets", index], { found: `${item.name} for pods, without custom networking and without a tag`, expected: `tags with ${ROLE_TAG}: 1 for subnet discovery, or no ENI ever goes there`, severity: "warning" });
  }
  return {
    apiVersion: "enisim/v1",
    name: sections.name ?? "scenario",
    seed: sections.seed ?? 1,
    startUnixMs: sections.start ?? 0,
    durationMs,
    region,
    zones,
    vpc: { cidrs },
    subnets,
    eniConfigs,
    cni: cni2,
    nodeGroups,
    ec2: resolveEc2(sections.ec2 ?? SECTIONS.ec2.parse({})),
    kubelet: resolveKubelet(sections.kubelet ?? {}),
    scheduler: resolveScheduler(sections.scheduler ?? SECTIONS.scheduler.parse({})),
    workloads: resolveWorkloads(sections.workloads, nodeGroups, groupNames, report),
    at: resolveTimed(sections.at, { groups: nodeGroups, groupNames, zones, subnets }, durationMs, report),
    outputs: resolveOutputs(sections.outputs ?? SECTIONS.outputs.parse({}))
  };
}
function resolveOutputs({ bin, tables, nodes, pods }) {
  return { binMs: bin, tables, nodeSample: nodes.sample, podSample: pods.sample, podRowsMax: pods.maxRows };
}

// src/scenarios/traces.ts
import { gunzipSync } from "node:zlib";

// src/core/units.ts
const NONE = -1;
const NEVER = -2147483648;
const FOREVER2 = 2147483647;
const PREFIX_SIZE = 16;
const PREFIX_BITS = 4;

// src/core/random.ts
const STREAM = {
  loopPhase: 1,
  arrival: 2,
  batch: 3,
  lifetime: 4,
  retryDelay: 5,
  grace: 6,
  latency: 7,
  sdkRetry: 8,
  mapOrder: 9,
  sweepDelay: 10,
  addressPick: 11,
  tie: 12,
  nodeStart: 13,
  placement: 14,
  backoff: 15,
  podChurn: 16,
  containerStart: 17,
  background: 18,
  held: 19
};
function mix(x2) {
  x2 = Math.imul(x2 ^ x2 >>> 16, 2146121005);
  x2 = Math.imul(x2 ^ x2 >>> 15, 2221713035);
  return (x2 ^ x2 >>> 16) >>> 0;
}
function streamKey(seed2, stream, owner) {
  return mix(mix(mix(seed2) + Math.imul(stream, 2654435769)) + owner) | 0;
}
function draw(key, counter) {
  return mix(mix(Math.imul(counter, 2654435769) + key) + key);
}
function drawBelow(key, counter, n) {
  return Math.floor(draw(key, counter) * n / 4294967296);
}
function exponential(u) {
  const word = u | 1;
  const zeros = Math.clz32(word);
  const mantissa = (word << zeros >>> 0) * 4656612873077393e-25;
  const s2 = (mantissa - 1.4142135623730951) / (mantissa + 1.4142135623730951);
  const z6 = s2 * s2;
  const log = 2 * s2 * (1 + z6 * (0.3333333333333333 + z6 * (0.2 + z6 * (0.14285714285714285 + z6 * (0.1111111111111111 + z6 * (0.09090909090909091 + z6 * 0.07692307692307693))))));
  return (zeros + 1) * 0.6931471805599453 - 0.34657359027997264 - log;
}
function exponentialMs(key, counter, mean) {
  let x2 = Math.imul(counter, 2654435769) + key;
  x2 = Math.imul(x2 ^ x2 >>> 16, 2146121005);
  x2 = Math.imul(x2 ^ x2 >>> 15, 2221713035);
  x2 = (x2 ^ x2 >>> 16) + key;
  x2 = Math.imul(x2 ^ x2 >>> 16, 2146121005);
  x2 = Math.imul(x2 ^ x2 >>> 15, 2221713035);
  const ms = exponential(x2 ^ x2 >>> 16) * mean;
  return ms < FOREVER2 ? 1 + (ms | 0) : 1 + Math.floor(ms);
}

// src/scenarios/traces.ts
const PROBLEMS_MAX = 20;
const COLUMNS = {
  canonical: { required: ["pod", "create_s", "delete_s", "cpu_milli", "memory_mib"], optional: ["gpu", "owner"] },
  openb: { required: ["name", "creation_time", "deletion_time", "cpu_milli", "memory_mib"], optional: ["num_gpu", "gpu_milli", "qos", "scheduled_time"] }
};
const COMMA = 44;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const DOT = 46;
const ZERO = 48;
const BAD = -1;
const INT32_MAX2 = 2147483647;
const MS_MAX = 2 ** 52;
const isGzip = (bytes) => bytes[0] === 31 && bytes[1] === 139;
function parseTrace(file3, format) {
  let bytes = file3;
  if (isGzip(file3)) {
    try {
      bytes = gunzipSync(file3);
    } catch (error) {
      return nothing({ line: 1, found: `a damaged gzip file (${error.message})`, expected: "CSV, gzip or not" });
    }
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = text[0] === 239 && text[1] === 187 && text[2] === 191 ? 3 : 0;
  const headerEnd = endOfLine(text, from);
  const header = text.toString("utf8", from, headerEnd).trim().split(",").map((word) => word.trim());
  const kinds = Object.keys(COLUMNS).filter((kind2) => format === "auto" || format === kind2);
  const kind = kinds.find((candidate) => COLUMNS[candidate].required.every((column) => header.includes(column)));
  if (!kind) {
    const expected = kinds.map((candidate) => `a header with ${COLUMNS[candidate].required.join(", ")}`).join(", or ");
    return nothing({ line: 1, found: JSON.stringify(header.join(",").slice(0, 80)), expected });
  }
  return readRows(text, Math.min(headerEnd + 1, text.length), kind, header);
}
function readRows(text, begin3, kind, header) {
  let lines = 0;
  for (let i = begin3; i < text.length; i++) if (text[i] === NEWLINE) lines++;
  const rows = lines + 1;
  const createdMs = new Float64Array(rows);
  const deletedMs = new Float64Array(rows);
  const cpuMilli = new Int32Array(rows);
  const memoryMib = new Int32Array(rows);
  const gpuMilli = new Int32Array(rows);
  const owner = new Int32Array(rows);
  const scheduled = new Uint8Array(rows);
  const nameFrom = new Uint32Array(rows);
  const nameTo = new Uint32Array(rows);
  const owners = [];
  const ownerIndex = /* @__PURE__ */ new Map();
  const problems = [];
  let bad = 0;
  const openb = kind === "openb";
  const place = (column) => header.indexOf(column);
  const [name2, create, end4] = (openb ? ["name", "creation_time", "deletion_time"] : ["pod", "create_s", "delete_s"]).map(place);
  const [cpu3, memory3, numGpu, gpuShare, gpus] = ["cpu_milli", "memory_mib", "num_gpu", "gpu_milli", "gpu"].map(place);
  const [ownerColumn, boundAt] = [place(openb ? "qos" : "owner"), openb ? place("scheduled_time") : -1];
  const fieldFrom = new Uint32Array(header.length);
  const fieldTo = new Uint32Array(header.length);
  const isEmpty = (column) => column < 0 || fieldFrom[column] === fieldTo[column];
  const thousandths = (column) => decimal(text, fieldFrom[column], fieldTo[column]);
  const whole = (column) => {
    const value = thousandths(column);
    return value % 1e3 === 0 && value / 1e3 <= INT32_MAX2 ? value / 1e3 : BAD;
  };
  let lastOwner = -1;
  let lastFrom = 0;
  let lastTo = 0;
  let n = 0;
  let line = 1;
  let lastEnd = 0;
  for (let i = begin3; i < text.length; ) {
    line++;
    let fields3 = 0;
    let quoted = false;
    const lineFrom = i;
    let from = i;
    for (; ; i++) {
      const byte = i < text.length ? text[i] : NEWLINE;
      if (byte === QUOTE) quoted = true;
      if (byte !== COMMA && byte !== NEWLINE) continue;
      if (fields3 < header.length) {
        fieldFrom[fields3] = from;
        fieldTo[fields3] = byte === NEWLINE && i > from && text[i - 1] === RETURN ? i - 1 : i;
      }
      fields3++;
      from = i + 1;
      if (byte === NEWLINE) break;
    }
    const lineTo = i;
    i++;
    if (fields3 === 1 && fieldFrom[0] === fieldTo[0]) continue;
    const fault = (column, expected) => {
      bad++;
      if (problems.length >= PROBLEMS_MAX) return;
      const found = column < 0 ? text.toString("utf8", lineFrom, Math.min(lineTo, lineFrom + 60)).trimEnd() : `${header[column]} ${JSON.stringify(text.toString("utf8", fieldFrom[column], fieldTo[column]).slice(0, 40))}`;
      problems.push({ line, found, expected });
    };
    if (fields3 !== header.length || quoted) {
      fault(-1, quoted ? "a row without quotes" : `a row of ${header.length} fields, not ${fields3}`);
      continue;
    }
    const created = thousandths(create);
    const deleted = isEmpty(end4) ? Infinity : thousandths(end4);
    const milli = whole(cpu3);
    const mib = whole(memory3);
    const gpu2 = openb ? gpuOfOpenb(isEmpty(numGpu) ? 0 : whole(numGpu), isEmpty(gpuShare) ? 0 : whole(gpuShare)) : isEmpty(gpus) ? 0 : thousandths(gpus);
    if (isEmpty(name2)) fault(name2, "the name of a pod");
    else if (created === BAD) fault(create, "seconds since the start of the trace");
    else if (deleted === BAD) fault(end4, "seconds since the start of the trace, or nothing");
    else if (deleted < created) fault(end4, "an end that is not before the creation");
    else if (milli === BAD) fault(cpu3, "a whole number of milli-CPU");
    else if (mib === BAD) fault(memory3, "a whole number of MiB");
    else if (gpu2 === BAD || gpu2 > INT32_MAX2) fault(openb ? numGpu : gpus, "a number of GPUs");
    else {
      createdMs[n] = created;
      deletedMs[n] = deleted;
      cpuMilli[n] = milli;
      memoryMib[n] = mib;
      gpuMilli[n] = gpu2;
      scheduled[n] = boundAt < 0 || !isEmpty(boundAt) ? 1 : 0;
      nameFrom[n] = fieldFrom[name2];
      nameTo[n] = fieldTo[name2];
      const [a, b] = ownerColumn < 0 ? [0, 0] : [fieldFrom[ownerColumn], fieldTo[ownerColumn]];
      if (lastOwner < 0 || b - a !== lastTo - lastFrom || text.compare(text, lastFrom, lastTo, a, b) !== 0) {
        const word = `${openb ? "qos-" : ""}${text.toString("utf8", a, b)}`;
        let index = ownerIndex.get(word);
        if (index === void 0) {
          index = owners.length;
          ownerIndex.set(word, index);
          owners.push(word);
        }
        lastOwner = index;
        lastFrom = a;
        lastTo = b;
      }
      owner[n] = lastOwner;
      if (deleted !== Infinity && deleted > lastEnd) lastEnd = deleted;
      n++;
    }
  }
  if (openb) {
    for (let row = 0; row < n; row++) if (deletedMs[row] === lastEnd) deletedMs[row] = Infinity;
  }
  return {
    rows: {
      count: n,
      createdMs: createdMs.subarray(0, n),
      deletedMs: deletedMs.subarray(0, n),
      cpuMilli: cpuMilli.subarray(0, n),
      memoryMib: memoryMib.subarray(0, n),
      gpuMilli: gpuMilli.subarray(0, n),
      owner: owner.subarray(0, n),
      owners,
      scheduled: scheduled.subarray(0, n),
      nameOf: (row) => text.toString("utf8", nameFrom[row], nameTo[row])
    },
    problems,
    unlisted: bad - problems.length
  };
}
const nothing = (problem) => ({
  rows: {
    count: 0,
    createdMs: new Float64Array(0),
    deletedMs: new Float64Array(0),
    cpuMilli: new Int32Array(0),
    memoryMib: new Int32Array(0),
    gpuMilli: new Int32Array(0),
    owner: new Int32Array(0),
    owners: [],
    scheduled: new Uint8Array(0),
    nameOf: () => ""
  },
  problems: [problem],
  unlisted: 0
});
function endOfLine(text, from) {
  const end4 = text.indexOf(NEWLINE, from);
  return end4 < 0 ? text.length : end4;
}
function decimal(text, from, to) {
  let value = 0;
  let i = from;
  for (; i < to && text[i] !== DOT; i++) {
    const digit = text[i] - ZERO;
    if (digit < 0 || digit > 9) return BAD;
    value = value * 10 + digit;
  }
  if (i === from) return BAD;
  value *= 1e3;
  let weight = 100;
  let rest = 0;
  for (i++; i < to; i++) {
    const digit = text[i] - ZERO;
    if (digit < 0 || digit > 9) return BAD;
    if (weight >= 1) value += digit * weight;
    else if (weight > 0.05 && digit >= 5) rest = 1;
    weight = weight === 1 ? 0.1 : weight / 10;
  }
  value += rest;
  return value <= MS_MAX ? value : BAD;
}
const gpuOfOpenb = (gpus, share2) => gpus === BAD || share2 === BAD ? BAD : gpus === 1 ? share2 : gpus * 1e3;
const SPREAD = 101;
const THIN = 102;
const COPY_JITTER_MS = 6e4;
function arrangeTrace(rows, how, seed2) {
  const batch = batchesOf(rows);
  const [spreadKey, thinKey] = [streamKey(seed2, SPREAD, 0), streamKey(seed2, THIN, 0)];
  const wholeCopies = Math.floor(how.scaleArrivals);
  const oneMore = Math.floor((how.scaleArrivals - wholeCopies) * 4294967296);
  const wanted = how.owners.length > 0 ? new Set(how.owners) : null;
  const ownerWanted = rows.owners.map((owner) => !wanted || wanted.has(owner));
  const chosen = [];
  let last = how.windowFromMs;
  for (let row = 0; row < rows.count; row++) {
    const created2 = rows.createdMs[row];
    if (created2 < how.windowFromMs || created2 >= how.windowToMs || !ownerWanted[rows.owner[row]]) continue;
    if (how.skipNeverScheduled && rows.scheduled[row] === 0) continue;
    chosen.push(row);
    if (created2 > last) last = created2;
  }
  const span = how.windowToMs < Number.MAX_SAFE_INTEGER ? how.windowToMs - how.windowFromMs : last - how.windowFromMs + Math.max(how.spreadMs, 1);
  const copies = wholeCopies + (oneMore > 0 ? 1 : 0);
  const room = chosen.length * copies * how.repeat;
  const created = new Float64Array(room);
  const source = new Int32Array(room);
  const copyOf = new Uint16Array(room);
  const turnOf = new Uint16Array(room);
  let n = 0;
  for (let turn2 = 0; turn2 < how.repeat; turn2++) {
    for (let copy = 0; copy < copies; copy++) {
      const own = copy + turn2 * 65536;
      for (const row of chosen) {
        const b = mix(batch[row] + own * 2654435761);
        if (copy === wholeCopies && draw(thinKey, b) >= oneMore) continue;
        const reach = how.spreadMs > 0 ? how.spreadMs : copy > 0 ? COPY_JITTER_MS : 0;
        created[n] = how.atMs + rows.createdMs[row] - how.windowFromMs + turn2 * span + (reach > 0 ? drawBelow(spreadKey, b, reach) : 0);
        source[n] = row;
        copyOf[n] = copy;
        turnOf[n] = turn2;
        n++;
      }
    }
  }
  const order = orderOf(created.subarray(0, n));
  const pick2 = (values) => Int32Array.from(order, (i) => values[source[i]]);
  const createdMs = Float64Array.from(order, (i) => created[i]);
  return {
    count: n,
    createdMs,
    deletedMs: Float64Array.from(order, (i) => created[i] + (rows.deletedMs[source[i]] - rows.createdMs[source[i]])),
    cpuMilli: mapped(pick2(rows.cpuMilli), how.resources.cpu),
    memoryMib: mapped(pick2(rows.memoryMib), how.resources.memory),
    gpuMilli: mapped(pick2(rows.gpuMilli), how.resources.gpu),
    owner: pick2(rows.owner),
    owners: rows.owners,
    nameOf: (pod) => {
      const i = order[pod];
      return `${rows.nameOf(source[i])}${copyOf[i] > 0 ? `-c${copyOf[i]}` : ""}${turnOf[i] > 0 ? `-r${turnOf[i]}` : ""}`;
    }
  };
}
function batchesOf({ count: count2, createdMs, owner }) {
  const batch = new Uint32Array(count2);
  for (let row = 0; row < count2; row++) {
    const ms = createdMs[row];
    batch[row] = mix(mix(owner[row] + 1) + mix(ms % 4294967296) + Math.floor(ms / 4294967296));
  }
  return batch;
}
function orderOf(times) {
  const n = times.length;
  let sorted = true;
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < n; i++) {
    if (i > 0 && times[i] < times[i - 1]) sorted = false;
    if (times[i] < low) low = times[i];
    if (times[i] > high) high = times[i];
  }
  if (sorted) return Uint32Array.from({ length: n }, (_, i) => i);
  if ((high - low + 1) * n < Number.MAX_SAFE_INTEGER) {
    const keys = new Float64Array(n);
    for (let i = 0; i < n; i++) keys[i] = (times[i] - low) * n + i;
    keys.sort();
    return Uint32Array.from(keys, (key) => key % n);
  }
  return Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
}
function mapped(values, { times, plus, min, max }) {
  if (times === 1 && plus === 0 && min === 0 && max >= INT32_MAX2) return values;
  for (let i = 0; i < values.length; i++) {
    const value = Math.max(min, Math.round(values[i] * times + plus));
    values[i] = Math.min(value, max, INT32_MAX2);
  }
  return values;
}
const AS_RECORDED = (() => {
  const same = { times: 1, plus: 0, min: 0, max: Number.MAX_SAFE_INTEGER };
  return { atMs: 0, scaleArrivals: 1, repeat: 1, windowFromMs: 0, windowToMs: Number.MAX_SAFE_INTEGER, spreadMs: 0, resources: { cpu: same, memory: same, gpu: same }, skipNeverScheduled: false, owners: [] };
})();

// src/scenarios/read.ts
function readScenario(text, options) {
  const problems = [];
  const { source, input } = readYaml(text, options, problems);
  const parts = new Parts(input, source, problems);
  const report = (path, { key, found, expected, suggestion = "", severity = "error" }) => {
    if (parts.hasGap(path)) return;
    problems.push({ ...locate(source, path, key), path: formatPath(key === void 0 ? path : [...path, key]), found, expected, suggestion, severity });
  };
  const sections = readSections(parts, options.load, report, problems);
  const scenario2 = resolve(sections, report);
  const traces = options.readTraces === false ? /* @__PURE__ */ new Map() : readTraces(scenario2, parts, options.load, report, problems);
  const sorted = inOrder(problems, options.file);
  if (sorted.some((problem) => problem.severity === "error")) throw new ScenarioError(sorted);
  return { scenario: scenario2, warnings: sorted, traces };
}
function inOrder(problems, file3) {
  const rank = (problem) => problem.file === file3 ? 0 : problem.file.startsWith("--set ") ? 1 : 2;
  const once = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...once.values()].sort((a, b) => rank(a) - rank(b) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column);
}
function readYaml(text, options, problems) {
  const fatal = (line, column, found, expected) => {
    throw new ScenarioError([...problems, { file: options.file, line, column, path: "", found, expected, suggestion: "", severity: "error" }]);
  };
  if (text.length > CHARACTERS_MAX) fatal(1, 1, `${text.length} characters`, `at most ${CHARACTERS_MAX}`);
  const lines = new LineCounter2();
  const document = bounded(() => parseDocument2(text, { lineCounter: lines, prettyErrors: false, logLevel: "error", merge: true, stringKeys: true })) ?? fatal(1, 1, "lists or maps nested without end", "a scenario");
  if (document.errors.length > 0) throw new ScenarioError([...problems, ...yamlProblems(document, lines, options.file)]);
  const { overrides, problems: refused } = applyOverrides(document, options.overrides ?? []);
  problems.push(...refused);
  const input = toValue(document);
  if ("failure" in input) fatal(1, 1, input.failure, "a scenario");
  const value = "value" in input ? input.value : null;
  if (!isObject(value)) return fatal(1, 1, value === null || value === void 0 ? "an empty file" : show(value), "a map that begins with apiVersion: enisim/v1");
  return { source: { file: options.file, document, lines, overrides }, input: value };
}
function yamlProblems(document, lines, file3) {
  return document.errors.slice(0, 50).map(({ pos, message, code }) => {
    const { line, col } = lines.linePos(pos[0]);
    const expected = code === "MULTIPLE_DOCS" ? "one document: a scenario is one file without ---" : "YAML";
    return { file: file3, line: Math.max(1, line), column: Math.max(1, col), path: "", found: message.split("\n")[0].slice(0, 200), expected, suggestion: "", severity: "error" };
  });
}
const Parts = class {
  input;
  source;
  problems;
  gaps = [];
  constructor(input, source, problems) {
    this.input = input;
    this.source = source;
    this.problems = problems;
  }
  /** The value of one schema at one path, perhaps with gaps, or undefined; its problems are kept. */
  parse(schema, value, path) {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const told = tell(parsed.error.issues, value, path, (at2) => keysAt(at2, this.input));
    for (const each of told) {
      const wrong = each.key === void 0 ? each.path : [...each.path, each.key];
      this.problems.push({ ...locate(this.source, each.path, each.key), path: formatPath(wrong), found: each.found, expected: each.expected, suggestion: each.suggestion, severity: "error" });
    }
    const gaps = told.map((each) => each.key === void 0 ? each.path : [...each.path, each.key]);
    const repaired = schema.safeParse(gaps.reduce((rest, gap) => without(rest, gap.slice(path.length)), value));
    if (!repaired.success) return void 0;
    this.gaps.push(...gaps);
    return repaired.data;
  }
  /** Whether something inside the item at `path` was left out, so that a report about the item as a whole may be its echo. */
  hasGap(path) {
    return this.gaps.some((gap) => gap.length > path.length && path.every((part2, i) => part2 === gap[i]));
  }
  section(name2) {
    return this.parse(SECTIONS[name2], Object.hasOwn(this.input, name2) ? this.input[name2] : void 0, [name2]);
  }
  /** The VPC's blocks by their place; null for one that could not be read. */
  cidrs() {
    const vpc = this.input.vpc;
    const blocks = isObject(vpc) && Array.isArray(vpc.cidrs) && vpc.cidrs.length > 0 && Object.keys(vpc).length === 1 ? vpc.cidrs : null;
    return blocks ? blocks.map((raw, i) => this.parse(cidr(), raw, ["vpc", "cidrs", i]) ?? null) : this.section("vpc")?.cidrs ?? [];
  }
  /** The items of a list that could be read, and the names of all. */
  items(section, schema) {
    const value = Object.hasOwn(this.input, section) ? this.input[section] : void 0;
    if (!Array.isArray(value) || value.length === 0) {
      this.section(section);
      return { read: [], names: [] };
    }
    const read = value.flatMap((raw, index) => {
      const item = this.parse(schema, raw, [section, index]);
      return item === void 0 ? [] : [{ item, index }];
    });
    const names = value.flatMap((raw) => isObject(raw) ? [raw.name, raw.id].filter((each) => typeof each === "string") : []);
    return { read, names };
  }
};
function without(value, path) {
  const last = path.findLastIndex((part3) => typeof part3 === "string");
  if (last < 0) return void 0;
  const [part2] = path;
  if (last === 0) {
    if (!isObject(value)) return value;
    const { [part2]: _, ...rest } = value;
    return rest;
  }
  const inner = path.slice(1);
  if (Array.isArray(value)) return value.map((item, i) => i === part2 ? without(item, inner) : item);
  return isObject(value) && Object.hasOwn(value, part2) ? { ...value, [part2]: without(value[part2], inner) } : value;
}
function readSections(parts, load, report, problems) {
  const { input } = parts;
  parts.parse(z5.strictObject(Object.fromEntries(Object.keys(SECTIONS).map((name2) => [name2, z5.unknown().optional()]))), input, []);
  const eniConfigs = readEniConfigs(parts);
  const manifests = readManifests(parts, load, report);
  const cni2 = parts.section("cni");
  const agent = readAgentFiles(cni2, load, report, problems);
  return {
    apiVersion: parts.section("apiVersion"),
    name: parts.section("name"),
    seed: parts.section("seed"),
    start: parts.section("start"),
    duration: parts.section("duration"),
    region: parts.section("region"),
    zones: parts.section("zones"),
    vpc: { cidrs: parts.cidrs() },
    cni: cni2,
    agent,
    ec2: parts.section("ec2"),
    kubelet: parts.section("kubelet"),
    scheduler: parts.section("scheduler"),
    outputs: parts.section("outputs"),
    subnets: parts.items("subnets", subnet),
    nodeGroups: parts.items("nodeGroups", nodeGroup),
    workloads: parts.items("workloads", workload),
    at: parts.items("at", timedEntry),
    eniConfigs: { read: [...eniConfigs.read, ...manifests.read, ...agent.eniConfigs], names: [...eniConfigs.names, ...manifests.names, ...agent.eniConfigs.map(({ name: name2 }) => name2)] }
  };
}
function readEniConfigs(parts) {
  const value = parts.input.eniConfigs;
  if (isObject(value)) {
    const names = Object.keys(value);
    const read = names.flatMap((name2) => {
      const path = ["eniConfigs", name2];
      const spec = parts.parse(eniConfigSpec, value[name2], path);
      return spec ? [{ name: name2, ...spec, path }] : [];
    });
    return { read, names };
  }
  if (Array.isArray(value)) {
    const read = value.flatMap((raw, index) => {
      const path = ["eniConfigs", index];
      const manifest = parts.parse(eniConfigManifest, raw, path);
      return manifest ? [ofManifest(manifest, path)] : [];
    });
    return { read, names: value.map(nameOfManifest) };
  }
  parts.section("eniConfigs");
  return { read: [], names: [] };
}
const ofManifest = ({ metadata, spec }, path) => ({ name: metadata.name, subnet: spec.subnet, securityGroups: spec.securityGroups, path });
const nameOfManifest = (raw) => isObject(raw) && isObject(raw.metadata) ? String(raw.metadata.name) : "";
function readManifests(parts, load, report) {
  const files = parts.section("manifests") ?? [];
  const read = [];
  const names = [];
  files.forEach((file3, f) => {
    const path = ["manifests", f];
    const documents = openFile(load, file3);
    if (typeof documents === "string") {
      report(path, { found: JSON.stringify(file3), expected: documents });
      return;
    }
    documents.forEach((document, d) => {
      if ("failure" in document) {
        report(path, { found: `document ${d + 1} of ${file3}: ${document.failure}`, expected: "YAML" });
        return;
      }
      for (const { value: raw } of objectsOf(document.value)) {
        const kind = isObject(raw) ? raw.kind : void 0;
        if (kind !== "ENIConfig") {
          if (raw !== null && raw !== void 0) report(path, { found: `${kind === void 0 ? "something without kind" : show(kind)} in ${file3}`, expected: "ENIConfig; it is passed over", severity: "warning" });
          continue;
        }
        names.push(nameOfManifest(raw));
        const manifest = eniConfigManifest.safeParse(raw);
        if (manifest.success) read.push(ofManifest(manifest.data, path));
        else for (const told of tell(manifest.error.issues, raw, [], () => [])) report(path, { found: `${nameOfManifest(raw) || "an ENIConfig"} in ${file3}: ${formatPath(told.path)}: ${told.found}`, expected: told.expected });
      }
    });
  });
  return { read, names };
}
function readTraces(scenario2, parts, load, report, problems) {
  const raw = Array.isArray(parts.input.workloads) ? parts.input.workloads : [];
  const parsed = /* @__PURE__ */ new Map();
  const traces = /* @__PURE__ */ new Map();
  for (const each of scenario2.workloads) {
    if (each.kind !== "trace") continue;
    const index = raw.findIndex((item) => isObject(item) && item.kind === "trace" && item.file === each.file && (item.name === void 0 || item.name === each.name));
    const path = ["workloads", index, "file"];
    const key = `${each.format} ${each.file}`;
    let trace2 = parsed.get(key);
    if (trace2 === void 0) {
      const bytes = loaded(load, each.file);
      trace2 = typeof bytes === "string" ? bytes : parseTrace(bytes, each.format);
      parsed.set(key, trace2);
      if (typeof trace2 !== "string") {
        for (const { line, found, expected } of trace2.problems) problems.push({ file: each.file, line, column: 1, path: "", found, expected, suggestion: "", severity: "error" });
        if (trace2.unlisted > 0) report(path, { found: `${trace2.unlisted} further bad rows`, expected: "none" });
      }
    }
    if (typeof trace2 === "string") {
      report(path, { found: JSON.stringify(each.file), expected: `a file that can be read: ${trace2}` });
      continue;
    }
    const missing = each.owners.filter((owner) => !trace2.rows.owners.includes(owner));
    if (missing.length > 0) report(["workloads", index, "owners"], { found: missing.join(", "), expected: `owners that the trace has: ${trace2.rows.owners.slice(0, 8).join(", ")}`, severity: "warning" });
    if (trace2.rows.count * each.scaleArrivals * each.repeat > ROWS_MAX) {
      report(path, { found: `${trace2.rows.count} rows times ${each.scaleArrivals} times ${each.repeat}`, expected: `at most ${ROWS_MAX} pods` });
      continue;
    }
    const pods = arrangeTrace(trace2.rows, each, scenario2.seed);
    checkPods(pods, each, scenario2, index, report);
    traces.set(each.name, pods);
  }
  return traces;
}
const ROWS_MAX = 1e8;
function checkPods(pods, { placement }, scenario2, index, report) {
  const path = ["workloads", index];
  if (pods.count === 0) report(path, { found: "no pods", expected: "pods within window and owners", severity: "warning" });
  const shapes = scenario2.nodeGroups.filter((_, g) => placement.nodeGroups.length === 0 || placement.nodeGroups.includes(g)).flatMap((group) => group.shapes);
  if (shapes.length === 0) return;
  let homeless = 0;
  for (let i = 0; i < pods.count; i++) {
    if (!shapes.some((shape) => shape.cpuMilli >= pods.cpuMilli[i] && shape.memoryMib >= pods.memoryMib[i] && shape.gpuMilli >= pods.gpuMilli[i])) homeless++;
  }
  if (homeless > 0) report(path, { found: `${homeless} of ${pods.count} pods that ask for more than any node has`, expected: "requests that fit; they stay pending (see resources)", severity: "warning" });
}

// src/scenarios/files.ts
import { readFileSync as readFileSync3 } from "node:fs";
import { dirname, resolve as resolve2 } from "node:path";
const BUNDLED_TRACES = ["azure-vm-v1", "openb"];
const BUNDLED = "bundled:";
function loaderBeside(scenarioFile) {
  const folder = dirname(resolve2(scenarioFile));
  return (path) => {
    if (!path.startsWith(BUNDLED)) return readFileSync3(resolve2(folder, path));
    const name2 = BUNDLED_TRACES.find((trace2) => trace2 === path.slice(BUNDLED.length));
    if (!name2) throw new Error(`no such trace is bundled; there are ${BUNDLED_TRACES.map((trace2) => BUNDLED + trace2).join(", ")}`);
    return readFileSync3(dataFile(`traces/${name2}/pods.csv.gz`));
  };
}

// src/engine/actions.ts
const ACTIONS = [
  "none",
  "AssignPrivateIpAddresses",
  "UnassignPrivateIpAddresses",
  "CreateNetworkInterface",
  "AttachNetworkInterface",
  "DetachNetworkInterface",
  "DeleteNetworkInterface",
  "ModifyNetworkInterfaceAttribute",
  "DescribeNetworkInterfaces",
  "DescribeInstances",
  "DescribeSubnets",
  "CreateTags",
  "AssignIpv6Addresses"
];
const ACTION = {
  none: 0,
  assign: 1,
  unassign: 2,
  create: 3,
  attach: 4,
  detach: 5,
  delete: 6,
  modify: 7,
  describeEnis: 8,
  describeInstances: 9,
  describeSubnets: 10,
  tag: 11,
  assignIpv6: 12
};

// src/core/quantiles.ts
const QUANTILE_STEPS = 256;
const OUTERMOST = 1 / 4096;
const LN2 = 0.6931471805599453;
const NORMAL_P99 = 2.3263478740408408;
function minimumOf(distribution2) {
  return distribution2.kind === "fixed" ? distribution2.ms : distribution2.minMs;
}
function quantileTable(distribution2) {
  const table = new Float64Array(QUANTILE_STEPS + 1);
  for (let i = 0; i <= QUANTILE_STEPS; i++) table[i] = quantile(distribution2, i / QUANTILE_STEPS);
  return table;
}
function atQuantile(table, u) {
  const step2 = u >>> 24;
  return table[step2] + Math.floor((table[step2 + 1] - table[step2]) * (u & 16777215) / 16777216);
}
function quantile(distribution2, p) {
  const inner = p < OUTERMOST ? OUTERMOST : p > 1 - OUTERMOST ? 1 - OUTERMOST : p;
  switch (distribution2.kind) {
    case "fixed":
      return distribution2.ms;
    case "uniform":
      return Math.round(distribution2.minMs + (distribution2.maxMs - distribution2.minMs) * p);
    case "exponential":
      return atLeast(distribution2.minMs, -distribution2.meanMs * ln(1 - (p < OUTERMOST ? p : inner)));
    case "lognormal": {
      const { medianMs, p99Ms, minMs } = distribution2;
      const spread = ln(p99Ms / medianMs) / NORMAL_P99;
      return atLeast(minMs, medianMs * exp(spread * normalQuantile(inner)));
    }
  }
}
const atLeast = (low, value) => value < low ? low : Math.round(value);
function ln(x2) {
  assert(x2 > 0, "ln: the argument is not positive");
  let halvings = 0;
  while (x2 > 1.4142135623730951) {
    x2 /= 2;
    halvings++;
  }
  while (x2 < 0.7071067811865476) {
    x2 *= 2;
    halvings--;
  }
  const s2 = (x2 - 1) / (x2 + 1);
  const z6 = s2 * s2;
  let sum3 = 0;
  for (let k = 21; k >= 1; k -= 2) sum3 = sum3 * z6 + 1 / k;
  return 2 * s2 * sum3 + halvings * LN2;
}
function exp(x2) {
  const doublings = Math.round(x2 / LN2);
  const rest = x2 - doublings * LN2;
  let sum3 = 1;
  for (let k = 16; k >= 1; k--) sum3 = 1 + sum3 * rest / k;
  for (let k = 0; k < doublings; k++) sum3 *= 2;
  for (let k = 0; k > doublings; k--) sum3 /= 2;
  return sum3;
}
function root(x2) {
  let r = x2 > 1 ? x2 / 2 + 0.5 : 1;
  for (let k = 0; k < 8; k++) r = (r + x2 / r) / 2;
  return r;
}
const A = [-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239];
const B = [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1];
const C = [-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783];
const D = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];
const polynomial = (coefficients, x2) => coefficients.reduce((sum3, c) => sum3 * x2 + c, 0);
function normalQuantile(p) {
  assert(p > 0 && p < 1, "normalQuantile: the probability is not inside (0, 1)");
  if (p < 0.02425) {
    const q2 = root(-2 * ln(p));
    return polynomial(C, q2) / polynomial(D, q2);
  }
  if (p > 1 - 0.02425) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return polynomial(A, r) * q / polynomial(B, r);
}

// src/engine/aws/sampler.ts
function createSampler(distribution2) {
  return {
    table: quantileTable(distribution2),
    fixed: distribution2.kind === "fixed" ? distribution2.ms : -1,
    min: minimumOf(distribution2)
  };
}
function sample({ table, fixed }, key, counter) {
  return fixed >= 0 ? fixed : atQuantile(table, draw(key, counter));
}

// src/core/block.ts
const KEY_SCALE = 4096;
const LAST_KEY = FOREVER2 * KEY_SCALE;
const wordsOf = (kind) => kind === "key" ? 2 : 1;
function scalarOffsets(fields3) {
  const offsets = {};
  let at2 = 0;
  for (const field of Object.keys(fields3)) offsets[field] = at2++;
  offsets.size = at2;
  return Object.freeze({ ...offsets });
}
function arrayOffsets(fields3, dims, start2) {
  const at2 = {};
  const times = [];
  let end4 = start2 + (start2 & 1);
  const ordered = Object.entries(fields3).sort(([, [a]], [, [b]]) => wordsOf(b) - wordsOf(a));
  for (const [field, [kind, lengthOf]] of ordered) {
    const length = lengthOf(dims);
    at2[field] = end4;
    if (kind !== "word") times.push({ kind, from: end4, length });
    end4 += length * wordsOf(kind);
  }
  return { at: at2, end: end4 + (end4 & 1), times };
}
function scalarTimes(fields3, start2) {
  return Object.values(fields3).flatMap((kind, i) => kind === "time" ? [{ kind: "time", from: start2 + i, length: 1 }] : []);
}
function rebase(w, d, block2, times, by) {
  for (const { kind, from, length } of times) {
    if (kind === "key") {
      const first = block2 + from >> 1;
      for (let i = first; i < first + length; i++) if (d[i] !== LAST_KEY) d[i] -= by * KEY_SCALE;
    } else {
      for (let i = block2 + from; i < block2 + from + length; i++) {
        const t = w[i];
        if (t !== NEVER && t !== FOREVER2) w[i] = Math.max(t - by, NEVER);
      }
    }
  }
}

// src/core/node.ts
const NODE_FIELDS = {
  // who it is
  id: "word",
  key: "word",
  arrivalKey: "word",
  lifetimeKey: "word",
  orderKey: "word",
  index: "word",
  settings: "word",
  maxPods: "word",
  phase: "word",
  zone: "word",
  primarySubnet: "word",
  eniConfigSubnet: "word",
  eniConfigNamed: "word",
  // the agent's state machine: where it is, what it asked of the AWS layer, what came back
  place: "word",
  doing: "word",
  activeCard: "word",
  back: "word",
  setupBack: "word",
  setupEni: "word",
  result: "word",
  call: "word",
  callEni: "word",
  callCount: "word",
  callSubnet: "word",
  listLength: "word",
  listMore: "word",
  replyError: "word",
  replyCount: "word",
  cursor: "word",
  orderStart: "word",
  tries: "word",
  wanted: "word",
  over: "word",
  flags: "word",
  walkAt: "time",
  // the pool manager's memory
  lastAction: "time",
  lastDecrease: "time",
  lastInsufficient: "time",
  unmanagedEnis: "word",
  nodeFlags: "word",
  snapTotal: "word",
  snapAssigned: "word",
  ipv6Prefix: "word",
  // its clock in a run: phase of the loop, next turn that may act, wake-up of a sleep or a call
  loopAt: "time",
  tickAt: "time",
  reconcileAt: "time",
  wakeAt: "time",
  lookAt: "time",
  rpcLookAt: "time",
  rpcAt: "time",
  bindAt: "time",
  plannedAt: "time",
  cordonAt: "time",
  uncordonAt: "time",
  terminateAt: "time",
  drainAt: "time",
  restartAt: "time",
  restartNext: "word",
  // the AWS layer (awsutils and the SDK's retryer): the call's step, its tries; the EC2 request under way
  awsPlace: "word",
  awsTry: "word",
  awsSubnet: "word",
  awsCursor: "word",
  awsDevice: "word",
  awsError: "word",
  ec2Action: "word",
  ec2Attempt: "word",
  ec2Error: "word",
  ec2Number: "word",
  ec2LatencyOk: "word",
  ec2LatencyRefused: "word",
  ec2Count: "word",
  ec2RequestedAt: "time",
  ec2CalledAt: "time",
  ec2Settings: "word",
  sdkTokens: "word",
  // what a DEL asks of the AWS layer while ipamd's loop may wait for a call of its own: prefixes of one ENI to release, in rpcList
  rpcEni: "word",
  rpcCount: "word",
  rpcNumber: "word",
  eniNumberNext: "word",
  newEni: "word",
  newEniSubnet: "word",
  newEniIp: "word",
  newEniPrefixes: "word",
  newEniOpen: "word",
  newEniCount: "word",
  picks: "word",
  // the kubelet
  podCount: "word",
  podWaiting: "word",
  podFirstFree: "word",
  podQueued: "word",
  podInitial: "word",
  podHost: "word",
  arrivalAt: "time",
  inbox: "word",
  inboxEnd: "word",
  // counters of random draws, one per stream
  arrivals: "word",
  podNumber: "word",
  delays: "word",
  lifetimes: "word",
  retries: "word",
  orders: "word",
  latencies: "word",
  jitters: "word",
  graces: "word",
  // awscni_* counters
  addRequests: "word",
  delRequests: "word",
  noAvailable: "word",
  forceRemovedEnis: "word",
  forceRemovedIps: "word",
  reconcileAdds: "word",
  reconcileDels: "word",
  eniReconcileAdds: "word",
  eniReconcileDels: "word",
  ipamdErrors: "word",
  decisionNumber: "word",
  readyAt: "time",
  initAt: "time",
  // rows of the nodes table: the bin that is written next, and the counters at the end of the one before
  sampleBin: "word",
  sampledAdds: "word",
  sampledFailed: "word",
  sampledDels: "word"
};
const STORE_FIELDS = {
  // the running counters of ipamd's data store, oddities included, and the statistics over what counts in the present mode
  rawTotal: "word",
  rawAssigned: "word",
  rawPrefixes: "word",
  total: "word",
  assigned: "word",
  freePrefixes: "word",
  eniCount: "word",
  eniEverOver8: "word",
  /** Bit e: ENI e has an address that a pod may get now. */
  pickable: "word",
  /** F below `lowBelow`: the pool is low; F at or over `highFrom`: something may be released. Set by `setBand`. */
  lowBelow: "word",
  highFrom: "word",
  quietPrefixes: "word",
  quietEnis: "word",
  /** ENIs that hold no pod and could be freed: not primary, no trunk, no EFA. */
  idleEnis: "word",
  /** Slots that do not count in the present mode: of the other kind, or on an excluded ENI. Almost always none. */
  uncounted: "word",
  /** Addresses in the store, of every kind and ENI: what the node really holds, without the oddities of the running counters. */
  stored: "word",
  coolHead: "word",
  coolCount: "word",
  cacheCount: "word",
  cacheNext: "word",
  drift: "word",
  cleanHead: "word",
  cleanCount: "word"
};
const N = scalarOffsets(NODE_FIELDS);
const S = Object.freeze(
  Object.fromEntries(Object.keys(STORE_FIELDS).map((field, i) => [field, N.size + i]))
);
const SCALARS = N.size + Object.keys(STORE_FIELDS).length;
const CANDIDATES = 8;
const maskWords = (slots) => slots + 31 >> 5;
const ARRAYS = {
  // the pod table: one queue entry per pod, sorted with the earliest last
  podKey: ["key", (d) => d.pods],
  podAddress: ["word", (d) => d.pods],
  /** Moment of binding while the pod waits for an address; of its end once that is known. */
  podSince: ["time", (d) => d.pods],
  /** Scheduled pods: when the pod is deleted (open loop), or how long it lives from its start (closed loop), and its id. */
  podDeleteAt: ["time", (d) => d.pods * d.scheduled],
  podLife: ["word", (d) => d.pods * d.scheduled],
  podId: ["word", (d) => d.pods * Math.max(d.scheduled, d.podLog)],
  podBoundAt: ["time", (d) => d.pods * d.podLog],
  podAddressedAt: ["time", (d) => d.pods * d.podLog],
  podCreatedAt: ["time", (d) => d.pods * d.podLog],
  podRetries: ["word", (d) => d.pods * d.podLog],
  /** ipamd's checkpoint file: the address of each pod, 0 for none, and the ENI it was on. Kept only where a process may restart. */
  podCheckpoint: ["word", (d) => d.pods * d.restarts],
  podCheckpointEni: ["word", (d) => d.pods * d.restarts],
  // what was released from a pod less than the cooldown ago, oldest first, as a ring
  coolAt: ["time", (d) => d.cooling],
  coolRef: ["word", (d) => d.cooling],
  // CIDRs that the last pod left on an excluded ENI, oldest first, as a ring. Only a restart puts pods on such an ENI.
  cleanAt: ["time", (d) => d.cooling * d.restarts],
  cleanEni: ["word", (d) => d.cooling * d.restarts],
  cleanAddress: ["word", (d) => d.cooling * d.restarts],
  cleanKind: ["word", (d) => d.cooling * d.restarts],
  // ipamd's data store
  eniNumber: ["word", (d) => d.enis],
  eniFlags: ["word", (d) => d.enis],
  eniCreatedAt: ["time", (d) => d.enis],
  eniLastFreedAt: ["time", (d) => d.enis],
  eniDevice: ["word", (d) => d.enis],
  eniSubnet: ["word", (d) => d.enis],
  eniPrimaryIp: ["word", (d) => d.enis],
  eniOwned: ["word", (d) => d.enis],
  eniSlotCount: ["word", (d) => d.enis],
  /** Masks over an ENI's slots: taken, taken by a prefix, with an address for a pod now, seen by the running reconcile. */
  eniTaken: ["word", (d) => d.enis * maskWords(d.slots)],
  eniPrefix: ["word", (d) => d.enis * maskWords(d.slots)],
  eniAssignable: ["word", (d) => d.enis * maskWords(d.slots)],
  eniSeen: ["word", (d) => d.enis * maskWords(d.slots)],
  slotAddress: ["word", (d) => d.enis * d.slots],
  slotState: ["word", (d) => d.enis * d.slots],
  // CIDRs released by the pool manager, which reconcile ignores for a while
  cacheAddress: ["word", (d) => d.cache],
  cacheKind: ["word", (d) => d.cache],
  cacheUntil: ["time", (d) => d.cache],
  // EC2's view
  attachedNumber: ["word", (d) => d.enis],
  attachedFlags: ["word", (d) => d.enis],
  attachedDevice: ["word", (d) => d.enis],
  attachedSubnet: ["word", (d) => d.enis],
  attachedPrimaryIp: ["word", (d) => d.enis],
  attachedVisibleAt: ["time", (d) => d.enis],
  attachedAddress: ["word", (d) => d.enis * d.attachedSlots],
  /** Empty (NEVER), held (FOREVER), or freed but listed by instance metadata before this moment. */
  attachedUntil: ["time", (d) => d.enis * d.attachedSlots],
  attachedPrefix: ["word", (d) => d.enis * maskWords(d.attachedSlots)],
  /** Subnets that AllocENI tries, in this order. */
  candidate: ["word", () => CANDIDATES],
  /** Addresses that a call names or an answer brings. */
  list: ["word", (d) => Math.max(d.slots, 1)],
  /** Addresses of the ENI that is created and not attached yet: EC2's own, whatever becomes of the process that asked. */
  newEniList: ["word", (d) => d.slots],
  /** Prefixes that a DEL asks to release; only a restart out of prefix mode leaves any. */
  rpcList: ["word", (d) => d.slots * d.restarts]
};
function createLayout(dims) {
  assert(dims.enis >= 1 && dims.enis <= 32, "layout: an ENI mask is one word");
  assert(dims.slots >= 0 && dims.enis * dims.slots * 16 <= 1 << 20, "layout: an address reference has 20 bits");
  assert(dims.pods >= 1 && dims.pods <= 1024, "layout: a queue key has 10 bits for the pod row");
  const { at: at2, end: end4, times } = arrayOffsets(ARRAYS, dims, SCALARS);
  const all = [...scalarTimes(NODE_FIELDS, 0), ...scalarTimes(STORE_FIELDS, N.size), ...times];
  return Object.freeze({
    ...at2,
    ...dims,
    dims,
    maskWords: maskWords(dims.slots),
    attachedMaskWords: maskWords(dims.attachedSlots),
    slotsInverse: dims.slots === 0 ? 0 : Math.ceil((1 << 22) / dims.slots),
    cards: dims.cards ?? 1,
    cardStride: end4,
    stride: end4 * (dims.cards ?? 1),
    times: all
  });
}
const eniOfRow = (at2, row) => row * at2.slotsInverse >>> 22;
function createBlocks(dims, nodeCount, buffer) {
  const at2 = createLayout(dims);
  const memory3 = buffer ?? new SharedArrayBuffer(nodeCount * at2.stride * 4);
  return { w: new Int32Array(memory3), d: new Float64Array(memory3), at: at2, dropped: { count: 0, at: new Int32Array(dims.cooling) } };
}
function clearBlock(b, n) {
  const { w, at: at2 } = b;
  w.fill(0, n, n + at2.cardStride);
  for (const { kind, from, length } of at2.times) if (kind === "time") w.fill(NEVER, n + from, n + from + length);
  for (const field of ["tickAt", "reconcileAt", "wakeAt", "lookAt", "arrivalAt", "bindAt", "loopAt", "plannedAt", "cordonAt", "uncordonAt", "terminateAt", "drainAt", "restartAt", "rpcLookAt"]) w[n + N[field]] = FOREVER2;
  w.fill(NONE, n + at2.eniNumber, n + at2.eniNumber + at2.enis);
  w.fill(NONE, n + at2.attachedNumber, n + at2.attachedNumber + at2.enis);
  w.fill(NONE, n + at2.podAddress, n + at2.podAddress + at2.pods);
}
const ENI_PRIMARY = 1;
const ENI_TRUNK = 2;
const ENI_EFA = 4;
const ENI_EXCLUDED = 8;
const ENI_UNMANAGED = 16;
const ENI_TAGGED = 32;
const ENI_NO_MANAGE = 64;
const ENI_MANAGE = 128;
const ENI_DETACHED = 256;
const ENI_LARGE_MAP = 512;
const NODE_CORDONED = 1;
const NODE_TERMINATING = 2;
const NODE_SGP_FEATURE = 4;
const NODE_CUSTOM_FEATURE = 8;
const NODE_ABANDONED = 16;
const NODE_WAS_READY = 32;

// src/core/attached.ts
function findAttached({ w, at: at2 }, n, number) {
  for (let a = 0; a < at2.enis; a++) if (w[n + at2.attachedNumber + a] === number) return a;
  return NONE;
}
function attachedCount({ w, at: at2 }, n) {
  let a = 0;
  while (a < at2.enis && w[n + at2.attachedNumber + a] !== NONE) a++;
  return a;
}
const fields = (at2) => [
  [at2.attachedNumber, 1],
  [at2.attachedFlags, 1],
  [at2.attachedDevice, 1],
  [at2.attachedSubnet, 1],
  [at2.attachedPrimaryIp, 1],
  [at2.attachedVisibleAt, 1],
  [at2.attachedAddress, at2.attachedSlots],
  [at2.attachedUntil, at2.attachedSlots],
  [at2.attachedPrefix, at2.attachedMaskWords]
];
function move({ w, at: at2 }, n, from, end4, delta) {
  for (const [offset, width] of fields(at2)) {
    w.copyWithin(n + offset + (from + delta) * width, n + offset + from * width, n + offset + end4 * width);
  }
}
function freeDevice({ w, at: at2 }, n) {
  for (let device = 0; ; device++) {
    let used = false;
    for (let a = 0; a < at2.enis; a++) if (w[n + at2.attachedNumber + a] !== NONE && w[n + at2.attachedDevice + a] === device) used = true;
    if (!used) return device;
  }
}
function attach(b, n, number, device, flags, subnet2, primaryIp, visibleAt) {
  const { w, at: at2 } = b;
  const count2 = attachedCount(b, n);
  assert(count2 < at2.enis, "attach: the instance has a free row");
  let a = count2;
  while (a > 0 && w[n + at2.attachedNumber + a - 1] > number) a--;
  move(b, n, a, count2, 1);
  w[n + at2.attachedNumber + a] = number;
  w[n + at2.attachedFlags + a] = flags;
  w[n + at2.attachedDevice + a] = device;
  w[n + at2.attachedSubnet + a] = subnet2;
  w[n + at2.attachedPrimaryIp + a] = primaryIp;
  w[n + at2.attachedVisibleAt + a] = visibleAt;
  w.fill(NEVER, n + at2.attachedUntil + a * at2.attachedSlots, n + at2.attachedUntil + (a + 1) * at2.attachedSlots);
  w.fill(0, n + at2.attachedPrefix + a * at2.attachedMaskWords, n + at2.attachedPrefix + (a + 1) * at2.attachedMaskWords);
  if (number >= w[n + N.eniNumberNext]) w[n + N.eniNumberNext] = number + 1;
  return a;
}
function detach(b, n, a) {
  const count2 = attachedCount(b, n);
  move(b, n, a + 1, count2, -1);
  b.w[n + b.at.attachedNumber + count2 - 1] = NONE;
}
const isAttachedPrefix = ({ w, at: at2 }, n, a, slot) => (w[n + at2.attachedPrefix + a * at2.attachedMaskWords + (slot >> 5)] >>> (slot & 31) & 1) === 1;
const isHeld = ({ w, at: at2 }, n, a, slot) => w[n + at2.attachedUntil + a * at2.attachedSlots + slot] === FOREVER2;
const isListed = ({ w, at: at2 }, n, a, slot, when) => w[n + at2.attachedUntil + a * at2.attachedSlots + slot] > when;
function heldCount(b, n, a) {
  let count2 = 0;
  for (let slot = 0; slot < b.at.attachedSlots; slot++) if (isHeld(b, n, a, slot)) count2++;
  return count2;
}
function findHeld(b, n, a, ip, prefix) {
  const { w, at: at2 } = b;
  for (let slot = 0; slot < at2.attachedSlots; slot++) {
    if (w[n + at2.attachedAddress + a * at2.attachedSlots + slot] === ip && isHeld(b, n, a, slot) && isAttachedPrefix(b, n, a, slot) === prefix) return slot;
  }
  return NONE;
}
function hold(b, n, a, ip, prefix) {
  const { w, at: at2 } = b;
  const first = a * at2.attachedSlots;
  let free = NONE, oldest = NONE;
  for (let slot2 = 0; slot2 < at2.attachedSlots; slot2++) {
    const until = w[n + at2.attachedUntil + first + slot2];
    if (until === FOREVER2) continue;
    if (until !== NEVER && w[n + at2.attachedAddress + first + slot2] === ip && isAttachedPrefix(b, n, a, slot2) === prefix) {
      free = slot2;
      break;
    }
    if (until === NEVER) {
      if (free === NONE) free = slot2;
    } else if (oldest === NONE || until < w[n + at2.attachedUntil + first + oldest]) oldest = slot2;
  }
  const slot = free !== NONE ? free : oldest;
  assert(slot !== NONE, "hold: the ENI has a slot");
  w[n + at2.attachedAddress + first + slot] = ip;
  w[n + at2.attachedUntil + first + slot] = FOREVER2;
  const mask = n + at2.attachedPrefix + a * at2.attachedMaskWords + (slot >> 5);
  if (prefix) w[mask] |= 1 << (slot & 31);
  else w[mask] &= ~(1 << (slot & 31));
}
function unhold(b, n, a, slot, listedUntil) {
  b.w[n + b.at.attachedUntil + a * b.at.attachedSlots + slot] = listedUntil;
}

// src/core/columns.ts
const VIEW = { f64: Float64Array, u32: Uint32Array, i32: Int32Array, u16: Uint16Array, u8: Uint8Array };
const columnSize = (kind, rows) => Math.ceil(VIEW[kind].BYTES_PER_ELEMENT * rows / 8) * 8;
const tableSize = (schema, rows) => Object.values(schema).reduce((size, kind) => size + columnSize(kind, rows), 0);
function columns(schema, rows, buffer = new SharedArrayBuffer(tableSize(schema, rows)), start2 = 0) {
  let offset = start2;
  const fields3 = Object.entries(schema).map(([field, kind]) => {
    const view = new VIEW[kind](buffer, offset, rows);
    offset += columnSize(kind, rows);
    return [field, view];
  });
  return Object.fromEntries(fields3);
}

// src/core/subnet.ts
const USE = { free: 0, reserved: 1, others: 2, eniPrimary: 3, secondary: 4, prefix: 5, branch: 6, loadBalancer: 7 };
const USES = 8;
const LOWEST = -1;
const NO_OFFSET = -1;
const GENERAL = 0;
const RESERVATION = 1;
const WITHHELD = 2;
const POOLS = 2;
const SUBNET = { base: "u32", size: "u32", firstAddress: "u32", first28: "u32", first24: "u32", first20: "u32", pickable: "u32" };
const USE_COUNT = { useCount: "u32" };
const PREFIX_COUNT = { prefixes: "u32" };
const BLOCK28 = { pickable28: "u8", free28: "u8", pool28: "u8", pickableBits: "u16", withheldBits: "u16" };
const BLOCK24 = { pickable24: "u16" };
const BLOCK20 = { pickable20: "u16" };
const PREFIX24 = { prefixes24: "u8", prefixBits: "u16" };
const PREFIX20 = { prefixes20: "u16" };
const ADDRESS = { use: "u8" };
function createSubnets(specs, memory3 = (bytes) => new SharedArrayBuffer(bytes)) {
  const subnetCount = specs.length;
  const sizes = specs.map(({ base, prefixLength }) => {
    assert(prefixLength >= 16 && prefixLength <= 28, "createSubnets: a subnet is between /16 and /28");
    const size = 2 ** (32 - prefixLength);
    assert(base >= 0 && base % size === 0 && base + size <= 2 ** 32, "createSubnets: the base is not the first address of its CIDR");
    return size;
  });
  const blocksOf = (span) => sizes.reduce((sum3, size) => sum3 + Math.ceil(size / span), 0);
  const blocks24 = blocksOf(256);
  const blocks20 = blocksOf(4096);
  const tables = [
    [SUBNET, subnetCount],
    [USE_COUNT, subnetCount * USES],
    [PREFIX_COUNT, subnetCount * POOLS],
    [BLOCK28, blocksOf(16)],
    [BLOCK24, blocks24],
    [BLOCK20, blocks20],
    [PREFIX24, blocks24 * POOLS],
    [PREFIX20, blocks20 * POOLS],
    [ADDRESS, blocksOf(1)]
  ];
  const buffer = memory3(tables.reduce((bytes, [schema, rows]) => bytes + tableSize(schema, rows), 0));
  let start2 = 0;
  const views = tables.map(([schema, rows]) => {
    const view = columns(schema, rows, buffer, start2);
    start2 += tableSize(schema, rows);
    return view;
  });
  const fields3 = Object.fromEntries(views.flatMap((view) => Object.entries(view)));
  const t = { ...fields3, buffer, subnetCount, blocks24, blocks20 };
  let address2 = 0;
  let block24 = 0;
  let block20 = 0;
  for (const [s2, spec] of specs.entries()) {
    const size = sizes[s2];
    t.base[s2] = spec.base;
    t.size[s2] = size;
    t.firstAddress[s2] = address2;
    t.first28[s2] = address2 >>> 4;
    t.first24[s2] = block24;
    t.first20[s2] = block20;
    address2 += size;
    block24 += Math.ceil(size / 256);
    block20 += Math.ceil(size / 4096);
    withhold(t, s2, spec);
    open(t, s2);
    for (const offset of [0, 1, 2, 3, size - 1]) mark(t, s2, offset, USE.reserved);
  }
  return t;
}
function withhold(t, s2, { base, reservations = [] }) {
  for (const reservation of reservations) {
    const from = reservation.base - base;
    const size = 2 ** (32 - reservation.prefixLength);
    assert(from >= 0 && from % size === 0 && from + size <= t.size[s2], "createSubnets: a reservation lies outside its subnet or is not a CIDR");
    assert(reservation.type === "explicit" || size >= 16, "createSubnets: a prefix reservation is smaller than a /28");
    for (let offset = from; offset < from + size; offset++) {
      const b = t.first28[s2] + (offset >> 4);
      const bit = 1 << (offset & 15);
      assert((t.withheldBits[b] & bit) === 0, "createSubnets: two reservations overlap");
      t.withheldBits[b] |= bit;
      t.pool28[b] = reservation.type === "prefix" ? RESERVATION : WITHHELD;
    }
  }
}
function open(t, s2) {
  for (let local = 0; local < t.size[s2] >> 4; local++) {
    const b = t.first28[s2] + local;
    t.free28[b] = 16;
    t.pickableBits[b] = ~t.withheldBits[b];
    countPickable(t, s2, local, bitCount(t.pickableBits[b]));
    countPrefix(t, s2, local, 1);
  }
  t.useCount[s2 * USES + USE.free] = t.size[s2];
}
function takeAddress(t, s2, use, draw2) {
  const n = t.pickable[s2];
  if (n === 0) return NO_OFFSET;
  const { pickable20, pickable24, pickable28 } = t;
  let rank = rankOf(draw2, n);
  let at2 = t.first20[s2];
  for (let c = pickable20[at2]; rank >= c; c = pickable20[at2]) {
    rank -= c;
    at2++;
  }
  at2 = t.first24[s2] + (at2 - t.first20[s2] << 4);
  for (let c = pickable24[at2]; rank >= c; c = pickable24[at2]) {
    rank -= c;
    at2++;
  }
  const first28 = t.first28[s2];
  at2 = first28 + (at2 - t.first24[s2] << 4);
  for (let c = pickable28[at2]; rank >= c; c = pickable28[at2]) {
    rank -= c;
    at2++;
  }
  const offset = (at2 - first28 << 4) + selectBit(t.pickableBits[at2], rank);
  mark(t, s2, offset, use);
  return offset;
}
function takePrefix(t, s2, draw2) {
  const pool = t.prefixes[RESERVATION * t.subnetCount + s2] > 0 ? RESERVATION : GENERAL;
  const n = t.prefixes[pool * t.subnetCount + s2];
  if (n === 0) return NO_OFFSET;
  const { prefixes20, prefixes24 } = t;
  let rank = rankOf(draw2, n);
  const first20 = pool * t.blocks20 + t.first20[s2];
  let at2 = first20;
  for (let c = prefixes20[at2]; rank >= c; c = prefixes20[at2]) {
    rank -= c;
    at2++;
  }
  const first24 = pool * t.blocks24 + t.first24[s2];
  at2 = first24 + (at2 - first20 << 4);
  for (let c = prefixes24[at2]; rank >= c; c = prefixes24[at2]) {
    rank -= c;
    at2++;
  }
  const local = (at2 - first24 << 4) + selectBit(t.prefixBits[at2], rank);
  markPrefix(t, s2, local);
  return local << 4;
}
function takeAddresses(t, s2, use, count2, draw2, out, outAt) {
  if (t.pickable[s2] < count2) return false;
  for (let i = 0; i < count2; i++) out[outAt + i] = takeAddress(t, s2, use, nthDraw(draw2, i));
  return true;
}
function takePrefixes(t, s2, count2, draw2, out, outAt) {
  if (freePrefixCount(t, s2) < count2) return false;
  for (let i = 0; i < count2; i++) out[outAt + i] = takePrefix(t, s2, nthDraw(draw2, i));
  return true;
}
function release(t, s2, offset) {
  const a = t.firstAddress[s2] + offset;
  const use = t.use[a];
  assert(offset >= 0 && offset < t.size[s2], "release: the offset lies outside the subnet");
  assert(use !== USE.free, "release: the address is free");
  assert(use !== USE.reserved, "release: the address is one of the five reserved");
  assert(use !== USE.prefix, "release: the address is part of a prefix");
  t.use[a] = USE.free;
  t.useCount[s2 * USES + use]--;
  t.useCount[s2 * USES + USE.free]++;
  const local = offset >> 4;
  const b = t.first28[s2] + local;
  const bit = 1 << (offset & 15);
  if ((t.withheldBits[b] & bit) === 0) {
    t.pickableBits[b] |= bit;
    countPickable(t, s2, local, 1);
  }
  if (++t.free28[b] === 16) countPrefix(t, s2, local, 1);
}
function releasePrefix(t, s2, offset) {
  assert(offset >= 0 && offset < t.size[s2] && offset % 16 === 0, "releasePrefix: not the first address of a /28 of the subnet");
  const a = t.firstAddress[s2] + offset;
  const local = offset >> 4;
  const b = t.first28[s2] + local;
  assert(t.use[a] === USE.prefix, "releasePrefix: the block is not a prefix");
  for (let i = a; i < a + 16; i++) t.use[i] = USE.free;
  t.useCount[s2 * USES + USE.prefix] -= 16;
  t.useCount[s2 * USES + USE.free] += 16;
  t.free28[b] = 16;
  t.pickableBits[b] = ~t.withheldBits[b];
  countPickable(t, s2, local, bitCount(t.pickableBits[b]));
  countPrefix(t, s2, local, 1);
}
const freeCount = (t, s2) => t.useCount[s2 * USES + USE.free];
const pickableCount = (t, s2) => t.pickable[s2];
const freePrefixCount = (t, s2) => t.prefixes[GENERAL * t.subnetCount + s2] + t.prefixes[RESERVATION * t.subnetCount + s2];
const rankOf = (draw2, n) => draw2 === LOWEST ? 0 : Math.floor(draw2 * n / 4294967296);
const nthDraw = (draw2, i) => draw2 === LOWEST || i === 0 ? draw2 : mix(draw2 + Math.imul(i, 2654435769));
function countPickable(t, s2, local28, by) {
  t.pickable28[t.first28[s2] + local28] += by;
  t.pickable24[t.first24[s2] + (local28 >> 4)] += by;
  t.pickable20[t.first20[s2] + (local28 >> 8)] += by;
  t.pickable[s2] += by;
}
function countPrefix(t, s2, local28, by) {
  const pool = t.pool28[t.first28[s2] + local28];
  if (pool === WITHHELD) return;
  const block24 = pool * t.blocks24 + t.first24[s2] + (local28 >> 4);
  t.prefixBits[block24] ^= 1 << (local28 & 15);
  t.prefixes24[block24] += by;
  t.prefixes20[pool * t.blocks20 + t.first20[s2] + (local28 >> 8)] += by;
  t.prefixes[pool * t.subnetCount + s2] += by;
}
function mark(t, s2, offset, use) {
  t.use[t.firstAddress[s2] + offset] = use;
  t.useCount[s2 * USES + USE.free]--;
  t.useCount[s2 * USES + use]++;
  const local = offset >> 4;
  const b = t.first28[s2] + local;
  const bit = 1 << (offset & 15);
  if ((t.withheldBits[b] & bit) === 0) {
    t.pickableBits[b] ^= bit;
    countPickable(t, s2, local, -1);
  }
  if (t.free28[b]-- === 16) countPrefix(t, s2, local, -1);
}
function markPrefix(t, s2, local28) {
  const a = t.firstAddress[s2] + (local28 << 4);
  const b = t.first28[s2] + local28;
  for (let i = a; i < a + 16; i++) t.use[i] = USE.prefix;
  t.useCount[s2 * USES + USE.free] -= 16;
  t.useCount[s2 * USES + USE.prefix] += 16;
  countPickable(t, s2, local28, -t.pickable28[b]);
  countPrefix(t, s2, local28, -1);
  t.pickableBits[b] = 0;
  t.free28[b] = 0;
}
function bitCount(bits) {
  let n = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) n++;
  return n;
}
function selectBit(bits, k) {
  let rest = bits;
  for (let i = k; i > 0; i--) rest &= rest - 1;
  return 31 - Math.clz32(rest & -rest);
}

// src/engine/ipamd/init.ts
const init_exports = {};
__export(init_exports, {
  SETUP_TRIES: () => SETUP_TRIES,
  beginInit: () => beginInit,
  initDescribed: () => initDescribed,
  initFilled: () => initFilled,
  initNextEni: () => initNextEni,
  initNextExcluded: () => initNextExcluded,
  initNextSwitch: () => initNextSwitch,
  initRefreshed: () => initRefreshed,
  initReleased: () => initReleased,
  initRestored: () => initRestored,
  initRetry: () => initRetry,
  initSetUp: () => initSetUp,
  initTagged: () => initTagged,
  takeOutKind: () => takeOutKind
});

// src/engine/ipamd/cninode.ts
function announceSecurityGroupsForPods({ w }, n, c) {
  if (w[n + S.eniCount] < c.eniMax - w[n + N.unmanagedEnis]) w[n + N.nodeFlags] |= NODE_SGP_FEATURE;
}

// src/core/bits.ts
function nextBit(w, first, words, from) {
  let i = from >> 5;
  if (i >= words) return NONE;
  let bits = w[first + i] & -1 << (from & 31);
  while (bits === 0) {
    if (++i === words) return NONE;
    bits = w[first + i];
  }
  return (i << 5) + 31 - Math.clz32(bits & -bits);
}
function insertBit(w, first, words, bit) {
  const i = bit >> 5;
  for (let k = words - 1; k > i; k--) w[first + k] = w[first + k] << 1 | w[first + k - 1] >>> 31;
  const low = (1 << (bit & 31)) - 1;
  w[first + i] = w[first + i] & low | (w[first + i] & ~low) << 1;
}
function removeBit(w, first, words, bit) {
  const i = bit >> 5;
  const low = (1 << (bit & 31)) - 1;
  w[first + i] = w[first + i] & low | w[first + i] >>> 1 & ~low;
  for (let k = i + 1; k < words; k++) {
    w[first + k - 1] = w[first + k - 1] & 2147483647 | w[first + k] << 31;
    w[first + k] >>>= 1;
  }
}

// src/engine/ipamd/maporder.ts
const SMALL_MAP = 8;
function startOfWalk(chance, count2, everOver8, w, first, rows) {
  if (!everOver8) return chance >>> 13;
  let k = chance * count2 >>> 16;
  for (let row = 0; row < rows; row++) if (w[first + row] !== NONE && k-- === 0) return row;
  return 0;
}
function chooseStart(b, n, c) {
  const { w, at: at2 } = b;
  w[n + N.cursor] = 0;
  w[n + N.orderStart] = c.lowestFirst ? 0 : startOfWalk(draw(w[n + N.orderKey], w[n + N.orders]++) >>> 16, w[n + S.eniCount], w[n + S.eniEverOver8] === 1, w, n + at2.eniNumber, at2.enis);
}
function chooseStartOfCopy(b, n, c) {
  const { w, at: at2 } = b;
  chooseStart(b, n, c);
  if (c.lowestFirst || w[n + S.eniEverOver8] === 1) return;
  let skip = draw(w[n + N.orderKey], w[n + N.orders]++) >>> 29;
  if (skip >= w[n + S.eniCount]) return;
  let k = 0;
  while (rowAt(b, n, k) === NONE || skip-- > 0) k++;
  w[n + N.orderStart] = (w[n + N.orderStart] + k) % walkLength(at2);
}
const startOfSlots = ({ w, at: at2 }, n, e, chance) => (w[n + at2.eniFlags + e] & ENI_LARGE_MAP) === 0 ? chance & SMALL_MAP - 1 : chance * w[n + at2.eniSlotCount + e] >>> 16;
const walkLength = (at2) => Math.max(at2.enis, SMALL_MAP);
function rowAt({ w, at: at2 }, n, k) {
  const row = (w[n + N.orderStart] + k) % walkLength(at2);
  return row < at2.enis && w[n + at2.eniNumber + row] !== NONE ? row : NONE;
}

// src/engine/ipamd/datastore.ts
const FRESH_IP = 4294901758 | 0;
const FRESH_PREFIX = 0;
const HOSTS = 65535;
const ownedHosts = (state) => state & ~(state >>> 16) & HOSTS;
const assignableHosts = (state) => ~state & HOSTS;
const cooledHosts = (state) => state >>> 16 & ~state & HOSTS;
function ones(x2) {
  x2 -= x2 >>> 1 & 1431655765;
  x2 = (x2 & 858993459) + (x2 >>> 2 & 858993459);
  return Math.imul(x2 + (x2 >>> 4) & 252645135, 16843009) >>> 24;
}
const isPrefix = ({ w, at: at2 }, n, e, slot) => (w[n + at2.eniPrefix + e * at2.maskWords + (slot >> 5)] >>> (slot & 31) & 1) === 1;
const isTaken = ({ w, at: at2 }, n, e, slot) => (w[n + at2.eniTaken + e * at2.maskWords + (slot >> 5)] >>> (slot & 31) & 1) === 1;
const counts = (b, n, c, e, slot) => isPrefix(b, n, e, slot) === c.prefixMode && (b.w[n + b.at.eniFlags + e] & ENI_EXCLUDED) === 0;
const ownedOfSlot = ({ w, at: at2 }, n, row) => ones(ownedHosts(w[n + at2.slotState + row]));
function setAssignable({ w, at: at2 }, n, e, slot) {
  w[n + at2.eniAssignable + e * at2.maskWords + (slot >> 5)] |= 1 << (slot & 31);
  w[n + S.pickable] |= 1 << e;
}
function clearAssignable({ w, at: at2 }, n, e, slot) {
  const first = n + at2.eniAssignable + e * at2.maskWords;
  w[first + (slot >> 5)] &= ~(1 << (slot & 31));
  for (let i = first; i < first + at2.maskWords; i++) if (w[i] !== 0) return;
  w[n + S.pickable] &= ~(1 << e);
}
function findCidr(b, n, e, ip, prefix) {
  const { w, at: at2 } = b;
  for (let slot = 0; slot < at2.slots; slot++) {
    if (w[n + at2.slotAddress + e * at2.slots + slot] === ip && isTaken(b, n, e, slot) && isPrefix(b, n, e, slot) === prefix) return slot;
  }
  return NONE;
}
function shiftRefs({ w, at: at2 }, n, from, end4, delta) {
  for (let i = n + at2.podAddress; i < n + at2.podAddress + at2.pods; i++) {
    const row = w[i] >> PREFIX_BITS;
    if (w[i] !== NONE && row >= from && row < end4) w[i] += delta << PREFIX_BITS;
  }
  const count2 = w[n + S.coolCount];
  for (let i = 0, place = w[n + S.coolHead]; i < count2; i++, place++) {
    if (place === at2.cooling) place = 0;
    const row = w[n + at2.coolRef + place] >> PREFIX_BITS;
    if (row >= from && row < end4) w[n + at2.coolRef + place] += delta << PREFIX_BITS;
  }
}
const comesBefore = (ipA, prefixA, ipB, prefixB) => ipA !== ipB ? ipA >>> 0 < ipB >>> 0 : !prefixA && prefixB;
function addCidr(b, n, c, e, ip, prefix) {
  const { w, at: at2 } = b;
  if (findCidr(b, n, e, ip, prefix) !== NONE) return false;
  const count2 = w[n + at2.eniSlotCount + e];
  assert(count2 < at2.slots, "addCidr: the ENI has a free slot");
  const base = n + at2.slotAddress + e * at2.slots;
  const states = n + at2.slotState + e * at2.slots;
  const taken = n + at2.eniTaken + e * at2.maskWords;
  const masks = [taken, n + at2.eniPrefix + e * at2.maskWords, n + at2.eniAssignable + e * at2.maskWords, n + at2.eniSeen + e * at2.maskWords];
  let slot = 0;
  if (c.lowestFirst) {
    slot = count2;
    while (slot > 0 && comesBefore(ip, prefix, w[base + slot - 1], isPrefix(b, n, e, slot - 1))) slot--;
    if (slot < count2) {
      w.copyWithin(base + slot + 1, base + slot, base + count2);
      w.copyWithin(states + slot + 1, states + slot, states + count2);
      for (const mask of masks) insertBit(w, mask, at2.maskWords, slot);
      shiftRefs(b, n, e * at2.slots + slot, e * at2.slots + at2.slots, 1);
    }
  } else {
    while (isTaken(b, n, e, slot)) slot++;
    if (count2 + 1 > SMALL_MAP) w[n + at2.eniFlags + e] |= ENI_LARGE_MAP;
  }
  w[base + slot] = ip;
  w[states + slot] = prefix ? FRESH_PREFIX : FRESH_IP;
  w[masks[0] + (slot >> 5)] |= 1 << (slot & 31);
  if (prefix) w[masks[1] + (slot >> 5)] |= 1 << (slot & 31);
  else w[masks[1] + (slot >> 5)] &= ~(1 << (slot & 31));
  w[masks[3] + (slot >> 5)] |= 1 << (slot & 31);
  w[n + at2.eniSlotCount + e] = count2 + 1;
  const size = prefix ? PREFIX_SIZE : 1;
  w[n + S.rawTotal] += size;
  w[n + S.stored] += size;
  if (prefix) {
    w[n + S.rawPrefixes] += 1;
    w[n + S.freePrefixes] += 1;
  }
  if (counts(b, n, c, e, slot)) {
    w[n + S.total] += size;
    setAssignable(b, n, e, slot);
  } else w[n + S.uncounted] += 1;
  return true;
}
function forgetCooling({ w, at: at2, dropped }, n, from, end4) {
  const count2 = w[n + S.coolCount];
  if (count2 === 0) return;
  const head = w[n + S.coolHead];
  let kept = 0;
  let lastOfEni = NEVER;
  const e = Math.floor(from / at2.slots);
  for (let i = 0, place = head, to = head; i < count2; i++, place = place + 1 === at2.cooling ? 0 : place + 1) {
    const ref = w[n + at2.coolRef + place];
    const row = ref >> PREFIX_BITS;
    if (row >= from && row < end4) {
      dropped.at[dropped.count++] = w[n + at2.coolAt + place];
      continue;
    }
    if (row >= e * at2.slots && row < (e + 1) * at2.slots) lastOfEni = w[n + at2.coolAt + place];
    w[n + at2.coolRef + to] = ref;
    w[n + at2.coolAt + to] = w[n + at2.coolAt + place];
    to = to + 1 === at2.cooling ? 0 : to + 1;
    kept++;
  }
  if (kept === count2) return;
  w[n + S.coolCount] = kept;
  w[n + at2.eniLastFreedAt + e] = lastOfEni;
}
function disown({ w, at: at2 }, n, from, end4) {
  let lost = 0;
  for (let i = n + at2.podAddress; i < n + at2.podAddress + at2.pods; i++) {
    const row = w[i] >> PREFIX_BITS;
    if (w[i] === NONE || row < from || row >= end4) continue;
    w[i] = NONE;
    if (at2.restarts === 1) w[i - at2.podAddress + at2.podCheckpoint] = 0;
    lost++;
  }
  return lost;
}
function removeCidr(b, n, c, e, slot, force) {
  const { w, at: at2 } = b;
  const row = e * at2.slots + slot;
  const owned = ownedOfSlot(b, n, row);
  if (owned > 0 && !force) return false;
  const prefix = isPrefix(b, n, e, slot);
  const size = prefix ? PREFIX_SIZE : 1;
  const counted = counts(b, n, c, e, slot);
  if (owned > 0) {
    w[n + N.forceRemovedIps] += disown(b, n, row, row + 1);
    w[n + S.rawAssigned] -= owned;
    countOwned(b, n, e, -owned);
    if (counted) w[n + S.assigned] -= owned;
  } else if (prefix) w[n + S.freePrefixes] -= 1;
  forgetCooling(b, n, row, row + 1);
  w[n + S.rawTotal] -= size;
  w[n + S.stored] -= size;
  if (prefix) w[n + S.rawPrefixes] -= 1;
  if (counted) w[n + S.total] -= size;
  else w[n + S.uncounted] -= 1;
  clearAssignable(b, n, e, slot);
  dropSlot(b, n, c, e, slot);
  return true;
}
function forgetEmptied(b, n, c, e, slot) {
  const row = e * b.at.slots + slot;
  if (isPrefix(b, n, e, slot)) b.w[n + S.freePrefixes] -= 1;
  forgetCooling(b, n, row, row + 1);
  clearAssignable(b, n, e, slot);
  dropSlot(b, n, c, e, slot);
}
function dropSlot(b, n, c, e, slot) {
  const { w, at: at2 } = b;
  const count2 = w[n + at2.eniSlotCount + e];
  const masks = [at2.eniTaken, at2.eniPrefix, at2.eniAssignable, at2.eniSeen].map((offset) => n + offset + e * at2.maskWords);
  if (c.lowestFirst) {
    const base = n + at2.slotAddress + e * at2.slots;
    const states = n + at2.slotState + e * at2.slots;
    w.copyWithin(base + slot, base + slot + 1, base + count2);
    w.copyWithin(states + slot, states + slot + 1, states + count2);
    for (const mask of masks) removeBit(w, mask, at2.maskWords, slot);
    shiftRefs(b, n, e * at2.slots + slot + 1, e * at2.slots + at2.slots, -1);
  } else {
    for (const mask of masks) w[mask + (slot >> 5)] &= ~(1 << (slot & 31));
  }
  w[n + at2.eniSlotCount + e] = count2 - 1;
}
function findEni({ w, at: at2 }, n, number) {
  for (let e = 0; e < at2.enis; e++) if (w[n + at2.eniNumber + e] === number) return e;
  return NONE;
}
const eniFields = (at2) => [
  [at2.eniNumber, 1],
  [at2.eniFlags, 1],
  [at2.eniCreatedAt, 1],
  [at2.eniLastFreedAt, 1],
  [at2.eniDevice, 1],
  [at2.eniSubnet, 1],
  [at2.eniPrimaryIp, 1],
  [at2.eniOwned, 1],
  [at2.eniSlotCount, 1],
  [at2.eniTaken, at2.maskWords],
  [at2.eniPrefix, at2.maskWords],
  [at2.eniAssignable, at2.maskWords],
  [at2.eniSeen, at2.maskWords],
  [at2.slotAddress, at2.slots],
  [at2.slotState, at2.slots]
];
function shiftEnis(b, n, from, end4, delta) {
  if (from >= end4) return;
  const { w, at: at2 } = b;
  for (const [offset, width] of eniFields(at2)) {
    w.copyWithin(n + offset + (from + delta) * width, n + offset + from * width, n + offset + end4 * width);
  }
  shiftRefs(b, n, from * at2.slots, end4 * at2.slots, delta * at2.slots);
}
function addEni(b, n, c, number, device, flags, subnet2, primaryIp, now) {
  const { w, at: at2 } = b;
  const there = findEni(b, n, number);
  if (there !== NONE) return there;
  const count2 = w[n + S.eniCount];
  assert(count2 < at2.enis, "addEni: the data store has a free row");
  let e = 0;
  if (c.lowestFirst) {
    while (e < count2 && w[n + at2.eniNumber + e] < number) e++;
    shiftEnis(b, n, e, count2, 1);
    w[n + S.pickable] = w[n + S.pickable] & (1 << e) - 1 | w[n + S.pickable] >>> e << e + 1;
  } else {
    while (w[n + at2.eniNumber + e] !== NONE) e++;
  }
  for (const [offset, width] of eniFields(at2)) w.fill(0, n + offset + e * width, n + offset + (e + 1) * width);
  w[n + at2.eniNumber + e] = number;
  w[n + at2.eniFlags + e] = flags;
  w[n + at2.eniCreatedAt + e] = now;
  w[n + at2.eniLastFreedAt + e] = NEVER;
  w[n + at2.eniDevice + e] = device;
  w[n + at2.eniSubnet + e] = subnet2;
  w[n + at2.eniPrimaryIp + e] = primaryIp;
  w[n + S.eniCount] = count2 + 1;
  if ((flags & KEPT) === 0) w[n + S.idleEnis] += 1;
  if (count2 + 1 > SMALL_MAP) w[n + S.eniEverOver8] = 1;
  return e;
}
function sumsOf(b, n, c, e) {
  const { w, at: at2 } = b;
  let size = 0, prefixes = 0, freePrefixes = 0, countedSize = 0, countedOwned = 0, uncounted = 0;
  for (let slot = 0; slot < at2.slots; slot++) {
    if (!isTaken(b, n, e, slot)) continue;
    const prefix = isPrefix(b, n, e, slot);
    const owned = ones(ownedHosts(w[n + at2.slotState + e * at2.slots + slot]));
    const slotSize = prefix ? PREFIX_SIZE : 1;
    size += slotSize;
    if (prefix) {
      prefixes++;
      if (owned === 0) freePrefixes++;
    }
    if (counts(b, n, c, e, slot)) {
      countedSize += slotSize;
      countedOwned += owned;
    } else uncounted++;
  }
  return { uncounted, size, prefixes, freePrefixes, countedSize, countedOwned };
}
function removeEni(b, n, c, e) {
  const { w, at: at2 } = b;
  const sums = sumsOf(b, n, c, e);
  const owned = w[n + at2.eniOwned + e];
  const first = e * at2.slots;
  const times = owned > 0 ? 2 : 1;
  if (owned > 0) {
    w[n + N.forceRemovedEnis] += 1;
    w[n + N.forceRemovedIps] += owned;
    disown(b, n, first, first + at2.slots);
    w[n + S.rawAssigned] -= owned;
    w[n + S.assigned] -= sums.countedOwned;
  } else if ((w[n + at2.eniFlags + e] & KEPT) === 0) w[n + S.idleEnis] -= 1;
  forgetCooling(b, n, first, first + at2.slots);
  w[n + S.rawTotal] -= times * sums.size;
  w[n + S.stored] -= sums.size;
  w[n + S.rawPrefixes] -= times * sums.prefixes;
  w[n + S.total] -= sums.countedSize;
  w[n + S.freePrefixes] -= sums.freePrefixes;
  w[n + S.uncounted] -= sums.uncounted;
  const count2 = w[n + S.eniCount];
  const pickable = w[n + S.pickable];
  if (c.lowestFirst) {
    shiftEnis(b, n, e + 1, count2, -1);
    w[n + at2.eniNumber + count2 - 1] = NONE;
    const low = (1 << e) - 1;
    w[n + S.pickable] = pickable & low | pickable >>> 1 & ~low;
  } else {
    w[n + at2.eniNumber + e] = NONE;
    w[n + S.pickable] = pickable & ~(1 << e);
  }
  w[n + S.eniCount] = count2 - 1;
}
function excludeEni({ w, at: at2 }, n, e) {
  w[n + at2.eniFlags + e] |= ENI_EXCLUDED;
}
function clearStore(b, n) {
  const { w, at: at2 } = b;
  w.fill(NONE, n + at2.eniNumber, n + at2.eniNumber + at2.enis);
  for (let i = n + at2.podAddress; i < n + at2.podAddress + at2.pods; i++) if (w[i] >= 0) w[i] = NONE;
  for (const field of [
    "rawTotal",
    "rawAssigned",
    "rawPrefixes",
    "total",
    "assigned",
    "freePrefixes",
    "eniCount",
    "idleEnis",
    "uncounted",
    "stored",
    "eniEverOver8",
    "pickable",
    "coolHead",
    "coolCount",
    "cacheCount",
    "cacheNext",
    "cleanHead",
    "cleanCount"
  ]) w[n + S[field]] = 0;
}
const KEPT = ENI_PRIMARY | ENI_TRUNK | ENI_EFA;
function countOwned({ w, at: at2 }, n, e, by) {
  const before2 = w[n + at2.eniOwned + e];
  w[n + at2.eniOwned + e] = before2 + by;
  if (before2 === 0 !== (before2 + by === 0) && (w[n + at2.eniFlags + e] & KEPT) === 0) w[n + S.idleEnis] += by > 0 ? -1 : 1;
}
function endCooldowns(b, n, c, now) {
  const { w, at: at2 } = b;
  const before2 = now - c.cooldownMs;
  let count2 = w[n + S.coolCount];
  let head = w[n + S.coolHead];
  if (count2 === 0 || w[n + at2.coolAt + head] >= before2) return;
  const allCount = w[n + S.uncounted] === 0;
  let pickable = w[n + S.pickable];
  do {
    const ref = w[n + at2.coolRef + head];
    const row = ref >> PREFIX_BITS;
    w[n + at2.slotState + row] &= ~(1 << (ref & 15));
    const e = eniOfRow(at2, row);
    const slot = row - e * at2.slots;
    if (allCount || counts(b, n, c, e, slot)) {
      w[n + at2.eniAssignable + e * at2.maskWords + (slot >> 5)] |= 1 << (slot & 31);
      pickable |= 1 << e;
    }
    if (++head === at2.cooling) head = 0;
  } while (--count2 > 0 && w[n + at2.coolAt + head] < before2);
  w[n + S.pickable] = pickable;
  w[n + S.coolHead] = head;
  w[n + S.coolCount] = count2;
}
function fromRecord(records, chance) {
  const count2 = ones(records);
  let place = count2 <= SMALL_MAP ? chance >>> 29 : Math.floor(chance * count2 / 4294967296);
  if (place >= count2) return HOSTS;
  while (place-- > 0) records &= records - 1;
  return -(records & -records);
}
function assignAddress(b, n, c, now) {
  const { w, at: at2 } = b;
  endCooldowns(b, n, c, now);
  const pickable = w[n + S.pickable];
  if (pickable === 0) {
    w[n + N.noAvailable] += 1;
    return NONE;
  }
  let e = 31 - Math.clz32(pickable & -pickable);
  let slot;
  let chance = 0;
  if (c.lowestFirst) {
    slot = nextBit(w, n + at2.eniAssignable + e * at2.maskWords, at2.maskWords, 0);
  } else {
    chance = draw(w[n + N.orderKey], w[n + N.orders]++);
    const eniStart = startOfWalk(chance >>> 16, w[n + S.eniCount], w[n + S.eniEverOver8] === 1, w, n + at2.eniNumber, at2.enis);
    const later2 = eniStart < 32 ? pickable & -1 << eniStart : 0;
    if (later2 !== 0) e = 31 - Math.clz32(later2 & -later2);
    const first = n + at2.eniAssignable + e * at2.maskWords;
    const slotStart = startOfSlots(b, n, e, chance & HOSTS);
    slot = slotStart < at2.slots ? nextBit(w, first, at2.maskWords, slotStart) : NONE;
    if (slot === NONE) slot = nextBit(w, first, at2.maskWords, 0);
  }
  const row = e * at2.slots + slot;
  const state = w[n + at2.slotState + row];
  const cooled = cooledHosts(state);
  let host;
  let next;
  if (cooled !== 0) {
    let candidates2 = cooled;
    if (!c.lowestFirst) candidates2 = cooled & fromRecord((state | state >>> 16) & HOSTS, mix(chance)) || cooled;
    host = 31 - Math.clz32(candidates2 & -candidates2);
    next = state & ~(cooled << 16) | 1 << host;
  } else {
    const fresh = assignableHosts(state);
    host = 31 - Math.clz32(fresh & -fresh);
    next = state | 1 << host;
  }
  w[n + at2.slotState + row] = next;
  if ((next & HOSTS) === HOSTS) clearAssignable(b, n, e, slot);
  countOwned(b, n, e, 1);
  w[n + S.rawAssigned] += 1;
  w[n + S.assigned] += 1;
  if (c.prefixMode && ownedHosts(state) === 0) w[n + S.freePrefixes] -= 1;
  return row << PREFIX_BITS | host;
}
function releaseAddress(b, n, c, ref, now) {
  const { w, at: at2 } = b;
  const row = ref >> PREFIX_BITS;
  const e = eniOfRow(at2, row);
  const state = w[n + at2.slotState + row] | 65536 << (ref & 15);
  w[n + at2.slotState + row] = state;
  if (w[n + S.coolCount] === at2.cooling) endCooldowns(b, n, c, now);
  const count2 = w[n + S.coolCount];
  assert(count2 < at2.cooling, "releaseAddress: the cooldown ring has room");
  let place = w[n + S.coolHead] + count2;
  if (place >= at2.cooling) place -= at2.cooling;
  w[n + at2.coolAt + place] = now;
  w[n + at2.coolRef + place] = ref;
  w[n + S.coolCount] = count2 + 1;
  w[n + at2.eniLastFreedAt + e] = now;
  countOwned(b, n, e, -1);
  w[n + S.rawAssigned] -= 1;
  const plain = w[n + S.uncounted] === 0;
  if (plain || counts(b, n, c, e, row - e * at2.slots)) w[n + S.assigned] -= 1;
  if ((plain ? c.prefixMode : isPrefix(b, n, e, row - e * at2.slots)) && ownedHosts(state) === 0) w[n + S.freePrefixes] += 1;
}
const TWICE = -2;
function restoreAddress(b, n, c, ip) {
  const { w, at: at2 } = b;
  for (let e = 0; e < at2.enis; e++) {
    if (w[n + at2.eniNumber + e] === NONE) continue;
    for (let slot = 0; slot < at2.slots; slot++) {
      if (!isTaken(b, n, e, slot)) continue;
      const base = w[n + at2.slotAddress + e * at2.slots + slot];
      const prefix = isPrefix(b, n, e, slot);
      if (prefix ? (base ^ ip) >>> PREFIX_BITS !== 0 : base !== ip) continue;
      const host = prefix ? ip & 15 : 0;
      const row = e * at2.slots + slot;
      const state = w[n + at2.slotState + row];
      if ((ownedHosts(state) >>> host & 1) === 1) return TWICE;
      if (prefix && ownedHosts(state) === 0) w[n + S.freePrefixes] -= 1;
      const next = state | 1 << host;
      w[n + at2.slotState + row] = next;
      if ((next & HOSTS) === HOSTS) clearAssignable(b, n, e, slot);
      countOwned(b, n, e, 1);
      w[n + S.rawAssigned] += 1;
      if (counts(b, n, c, e, slot)) w[n + S.assigned] += 1;
      return row << PREFIX_BITS | host;
    }
  }
  return NONE;
}
function addressOf({ w, at: at2 }, n, ref) {
  return w[n + at2.slotAddress + (ref >> PREFIX_BITS)] + (ref & 15);
}
const eniOfRef = ({ at: at2 }, ref) => eniOfRow(at2, ref >> PREFIX_BITS);
function isFreeable(b, n, e, slot, kind) {
  return isTaken(b, n, e, slot) && (kind === void 0 || isPrefix(b, n, e, slot) === kind) && ownedOfSlot(b, n, e * b.at.slots + slot) === 0;
}
function freeableCount(b, n, e) {
  let count2 = 0;
  for (let slot = 0; slot < b.at.slots; slot++) if (isFreeable(b, n, e, slot)) count2++;
  return count2;
}
function coolingAt({ w, at: at2 }, n, c, when) {
  let count2 = w[n + S.coolCount];
  for (let place = w[n + S.coolHead]; count2 > 0 && w[n + at2.coolAt + place] < when - c.cooldownMs; count2--) if (++place === at2.cooling) place = 0;
  return count2;
}
const MIN_ENI_LIFE_MS = 6e4;
function isUnneeded(b, n, c, e) {
  const { w, at: at2 } = b;
  if ((w[n + at2.eniFlags + e] & KEPT) !== 0 || w[n + at2.eniOwned + e] > 0) return false;
  const prefixGuard = c.prefixMode && c.warmPrefixTarget > 0;
  if (!c.ipTargets && !prefixGuard) return true;
  let free = 0, size = 0, ownerless = 0;
  for (let other = 0; other < at2.enis; other++) {
    if (other === e || w[n + at2.eniNumber + other] === NONE || (w[n + at2.eniFlags + other] & ENI_EXCLUDED) !== 0) continue;
    const sums = sumsOf(b, n, c, other);
    free += sums.countedSize - sums.countedOwned;
    size += sums.countedSize;
    ownerless += freeableCount(b, n, other);
  }
  const rounded = (target) => c.prefixMode ? Math.ceil(target / PREFIX_SIZE) * PREFIX_SIZE : target;
  if (c.warmIpTarget !== 0 && free < rounded(c.warmIpTarget)) return false;
  if (c.minimumIpTarget !== 0 && size < rounded(c.minimumIpTarget)) return false;
  return !(prefixGuard && ownerless < c.warmPrefixTarget);
}
const oldEnoughAt = ({ w, at: at2 }, n, c, e) => Math.max(w[n + at2.eniCreatedAt + e] + MIN_ENI_LIFE_MS, w[n + at2.eniLastFreedAt + e] + c.cooldownMs + 1);
const freeableEniExists = ({ w }, n) => w[n + S.idleEnis] > 0;
function trunkRow({ w, at: at2 }, n) {
  for (let e = 0; e < at2.enis; e++) if (w[n + at2.eniNumber + e] !== NONE && (w[n + at2.eniFlags + e] & ENI_TRUNK) !== 0) return e;
  return NONE;
}

// src/engine/ipamd/grow.ts
const grow_exports = {};
__export(grow_exports, {
  allocAnswered: () => allocAnswered,
  allocEni: () => allocEni,
  allocSetUp: () => allocSetUp,
  allocWaited: () => allocWaited,
  grow: () => grow,
  growAnswered: () => growAnswered,
  growAnsweredOne: () => growAnsweredOne,
  growDescribed: () => growDescribed,
  growNext: () => growNext,
  increase: () => increase
});

// src/engine/ipamd/places.ts
const WAIT = -1;
const PLACE = {
  idle: 0,
  // nodeInit
  initDescribed: 1,
  initNextEni: 2,
  initTagged: 3,
  initSetUp: 4,
  initRetry: 5,
  initRestored: 6,
  initNextExcluded: 7,
  initNextSwitch: 8,
  initReleased: 9,
  initRefreshed: 10,
  initFilled: 11,
  // one turn: grow or shrink
  tickGrown: 20,
  tickReleased: 21,
  tickFreed: 22,
  // increaseDatastorePool
  grow: 30,
  growNext: 31,
  growAnswered: 32,
  growAnsweredOne: 33,
  growDescribed: 34,
  allocEni: 35,
  allocAnswered: 36,
  allocWaited: 37,
  allocSetUp: 38,
  // decreaseDatastorePool
  releaseNext: 40,
  releasedPrefixes: 41,
  releasedAddresses: 42,
  // setupENI
  setup: 50,
  setupChecked: 51,
  setupLinked: 52,
  setupIpv6Listed: 53,
  setupIpv6Assigned: 54,
  // nodeIPPoolReconcile
  reconcileListed: 60,
  reconcileDescribed: 61,
  reconcileNext: 62,
  reconcileTagged: 63,
  reconcileSetUp: 64,
  reconcileAddresses: 65,
  reconcileFetched: 66,
  reconcileMark: 67,
  reconcileVerified: 68,
  reconcileSweep: 69
};
const RESULT = { ok: 0, failed: 1, gated: 2 };
function ask({ w }, n, call2, next, eni = 0, count2 = 0, subnet2 = 0) {
  w[n + N.call] = call2;
  w[n + N.callEni] = eni;
  w[n + N.callCount] = count2;
  w[n + N.callSubnet] = subnet2;
  w[n + N.replyError] = 0;
  w[n + N.replyCount] = 0;
  w[n + N.place] = next;
  return WAIT;
}
function askListing(b, n, call2, next, now, eni = 0, count2 = 0) {
  b.w[n + N.walkAt] = now;
  return ask(b, n, call2, next, eni, count2);
}
const sleep = (b, n, ms, next) => ask(b, n, CALL.sleep, next, 0, ms);

// src/engine/ipamd/setup.ts
const setup_exports = {};
__export(setup_exports, {
  classify: () => classify,
  countUnmanaged: () => countUnmanaged,
  hidesPrefixes: () => hidesPrefixes,
  isManaged: () => isManaged,
  setUpEni: () => setUpEni,
  setup: () => setup,
  setupChecked: () => setupChecked,
  setupIpv6Assigned: () => setupIpv6Assigned,
  setupIpv6Listed: () => setupIpv6Listed,
  setupLinked: () => setupLinked
});
function setUpEni({ w }, n, number, back) {
  w[n + N.setupEni] = number;
  w[n + N.setupBack] = back;
  return PLACE.setup;
}
function end({ w }, n, result) {
  w[n + N.result] = result;
  return w[n + N.setupBack];
}
const setup = (b, n, c, now) => {
  const { w, at: at2 } = b;
  const number = w[n + N.setupEni];
  const a = findAttached(b, n, number);
  if (a === NONE) return end(b, n, RESULT.failed);
  const flags = w[n + at2.attachedFlags + a] & (ENI_PRIMARY | ENI_TRUNK | ENI_EFA);
  addEni(b, n, c, number, w[n + at2.attachedDevice + a], flags, w[n + at2.attachedSubnet + a], w[n + at2.attachedPrimaryIp + a], now);
  if (c.subnetDiscovery) return ask(b, n, CALL.isSubnetExcluded, PLACE.setupChecked, number, 0, w[n + at2.attachedSubnet + a]);
  return linkOrAddresses(b, n, c, number, flags);
};
const setupChecked = (b, n, c) => {
  const { w, at: at2 } = b;
  const number = w[n + N.setupEni];
  if (w[n + N.replyError] !== OK) return end(b, n, RESULT.failed);
  const e = findEni(b, n, number);
  if (w[n + N.replyCount] === 1) excludeEni(b, n, e);
  return linkOrAddresses(b, n, c, number, w[n + at2.eniFlags + e]);
};
const setupIpv6Listed = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return end(b, n, RESULT.failed);
  if (w[n + N.ipv6Prefix] === 1) return end(b, n, RESULT.ok);
  return ask(b, n, CALL.allocIpv6Prefix, PLACE.setupIpv6Assigned, w[n + N.setupEni]);
};
const setupIpv6Assigned = (b, n) => {
  if (b.w[n + N.replyError] !== OK) return end(b, n, RESULT.failed);
  b.w[n + N.ipv6Prefix] = 1;
  return end(b, n, RESULT.ok);
};
function linkOrAddresses(b, n, c, number, flags) {
  if (c.ipv6 === true && (flags & ENI_TRUNK) === 0) return ask(b, n, CALL.getIpv6Prefixes, PLACE.setupIpv6Listed, number);
  if ((flags & ENI_PRIMARY) === 0) return ask(b, n, CALL.setupEniNetwork, PLACE.setupLinked, number);
  return addAddresses(b, n, c, number);
}
const setupLinked = (b, n, c) => {
  const number = b.w[n + N.setupEni];
  if (b.w[n + N.replyError] === OK) return addAddresses(b, n, c, number);
  const e = findEni(b, n, number);
  if (e !== NONE) removeEni(b, n, c, e);
  return end(b, n, RESULT.failed);
};
function addAddresses(b, n, c, number) {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, number);
  const e = findEni(b, n, number);
  if (a !== NONE && e !== NONE) {
    for (const prefix of [false, true]) {
      if (prefix && hidesPrefixes(b, n, c, a)) continue;
      for (let slot = 0; slot < at2.attachedSlots; slot++) {
        if (isListed(b, n, a, slot, w[n + N.walkAt]) && isAttachedPrefix(b, n, a, slot) === prefix) {
          addCidr(b, n, c, e, w[n + at2.attachedAddress + a * at2.attachedSlots + slot], prefix);
        }
      }
    }
  }
  return end(b, n, RESULT.ok);
}
const hidesPrefixes = ({ w, at: at2 }, n, c, a) => c.customNetworking && (w[n + at2.attachedFlags + a] & ENI_PRIMARY) !== 0;
function isManaged({ w, at: at2 }, n, a) {
  return (w[n + at2.attachedFlags + a] & (ENI_EFA | ENI_UNMANAGED)) === 0 && w[n + at2.attachedVisibleAt + a] <= w[n + N.walkAt];
}
function classify({ w, at: at2 }, n, c) {
  for (let a = 0; a < at2.enis && w[n + at2.attachedNumber + a] !== NONE; a++) {
    const flags = w[n + at2.attachedFlags + a];
    const unmanaged = (flags & ENI_PRIMARY) !== 0 ? false : (flags & ENI_NO_MANAGE) !== 0 ? true : (flags & ENI_MANAGE) !== 0 ? false : (flags & ENI_TAGGED) !== 0 ? false : !c.manageUntaggedEni;
    w[n + at2.attachedFlags + a] = unmanaged ? flags | ENI_UNMANAGED : flags & ~ENI_UNMANAGED;
  }
}
function countUnmanaged(b, n) {
  const { w, at: at2 } = b;
  let count2 = 0;
  for (let a = 0, listed = attachedCount(b, n); a < listed; a++) {
    if (w[n + at2.attachedVisibleAt + a] <= w[n + N.walkAt] && (w[n + at2.attachedFlags + a] & (ENI_EFA | ENI_UNMANAGED)) !== 0) count2++;
  }
  w[n + N.unmanagedEnis] = count2;
}

// src/engine/ipamd/targets.ts
const DECREASE_INTERVAL_MS = 3e4;
const INSUFFICIENT_PAUSE_MS = 12e4;
const atLeast0 = (x2) => x2 > 0 ? x2 : 0;
const statsOf = ({ w }, n) => ({ total: w[n + S.total], assigned: w[n + S.assigned] });
function shortOfIpTargets(c, total, assigned) {
  if (!c.ipTargets) return 0;
  const short2 = Math.max(atLeast0(c.warmIpTarget - (total - assigned)), c.minimumIpTarget - total);
  return c.prefixMode && c.card === 0 ? Math.ceil(short2 / PREFIX_SIZE) : short2;
}
function overIpTargets({ w }, n, c, total, assigned) {
  if (!c.ipTargets) return 0;
  if (!c.prefixMode || c.card > 0) return atLeast0(Math.min(total - assigned - c.warmIpTarget, total - c.minimumIpTarget));
  const prefixes = w[n + S.rawPrefixes];
  const spare = Math.min(w[n + S.freePrefixes], prefixes - Math.ceil((assigned + c.warmIpTarget) / PREFIX_SIZE));
  return atLeast0(Math.min(atLeast0(spare), prefixes - Math.ceil(c.minimumIpTarget / PREFIX_SIZE)));
}
function short(b, n, c, { total, assigned }) {
  if (c.ipTargets) return shortOfIpTargets(c, total, assigned);
  return c.prefixMode ? atLeast0(c.warmPrefixTarget - b.w[n + S.freePrefixes]) : 0;
}
function over(b, n, c, { total, assigned }) {
  if (c.ipTargets) return overIpTargets(b, n, c, total, assigned);
  return c.prefixMode ? atLeast0(b.w[n + S.freePrefixes] - c.warmPrefixTarget) : 0;
}
function isLow(b, n, c, { total, assigned }) {
  if (total >= b.w[n + N.maxPods]) return false;
  if (c.ipTargets) return shortOfIpTargets(c, total, assigned) > 0;
  const available = total - assigned;
  const warm = c.prefixMode ? c.warmPrefixTarget : c.warmEniTarget;
  const unit = c.prefixMode ? PREFIX_SIZE : c.addressesPerEni;
  return available < unit * warm || warm === 0 && available === 0;
}
function isHigh(b, n, c, { total, assigned }) {
  if (c.ipTargets) return overIpTargets(b, n, c, total, assigned) > 0;
  return c.prefixMode && b.w[n + S.freePrefixes] > c.warmPrefixTarget;
}
function mayRemoveEni(b, n, c, { total, assigned }) {
  if (c.ipTargets) return true;
  const available = total - assigned;
  if (c.prefixMode) return available >= (c.warmPrefixTarget + 1) * c.addressesPerEni || freeableEniExists(b, n);
  return available >= (c.warmEniTarget + 1) * c.addressesPerEni;
}
const decreaseHeld = ({ w }, n, now) => now - w[n + N.lastDecrease] <= DECREASE_INTERVAL_MS;
const growthPaused = ({ w }, n, now) => now - w[n + N.lastInsufficient] <= INSUFFICIENT_PAUSE_MS;
function enisFrozen({ w }, n, c) {
  const flags = w[n + N.nodeFlags];
  return (flags & NODE_TERMINATING) !== 0 || (flags & NODE_CORDONED) !== 0 && !c.manageEnisNonSchedulable;
}
const trunkWanted = (b, n, c) => c.podEni && c.card === 0 && trunkRow(b, n) === NONE;
function hasRoomForEni(b, n, c) {
  const reserved = c.trunkingCompatible && trunkWanted(b, n, c) ? 1 : 0;
  return b.w[n + S.eniCount] < c.eniMax - b.w[n + N.unmanagedEnis] - reserved;
}

// src/engine/ipamd/cache.ts
const RELEASE_CACHE_MS = 6e4;
function findCached({ w, at: at2 }, n, ip, prefix) {
  for (let i = 0; i < w[n + S.cacheCount]; i++) {
    if (w[n + at2.cacheAddress + i] === ip && w[n + at2.cacheKind + i] === Number(prefix)) return i;
  }
  return NONE;
}
function rememberReleased(b, n, ip, prefix, now) {
  const { w, at: at2 } = b;
  let i = findCached(b, n, ip, prefix);
  if (i === NONE) {
    if (at2.cache === 0) return;
    i = w[n + S.cacheCount];
    if (i < at2.cache) w[n + S.cacheCount] = i + 1;
    else {
      i = w[n + S.cacheNext];
      w[n + S.cacheNext] = (i + 1) % at2.cache;
    }
  }
  w[n + at2.cacheAddress + i] = ip;
  w[n + at2.cacheKind + i] = Number(prefix);
  w[n + at2.cacheUntil + i] = now + RELEASE_CACHE_MS;
}
const isRecent = ({ w, at: at2 }, n, i, now) => now < w[n + at2.cacheUntil + i];
function forgetCached({ w, at: at2 }, n, i) {
  const last = w[n + S.cacheCount] - 1;
  for (const field of [at2.cacheAddress, at2.cacheKind, at2.cacheUntil]) w[n + field + i] = w[n + field + last];
  w[n + S.cacheCount] = last;
  w[n + S.cacheNext] = 0;
}

// src/engine/ipamd/grow.ts
function increase({ w }, n, back) {
  w[n + N.back] = back;
  return PLACE.grow;
}
function end2({ w }, n, result) {
  w[n + N.result] = result;
  return w[n + N.back];
}
function grew(b, n, now) {
  b.w[n + N.lastAction] = now;
  return end2(b, n, RESULT.ok);
}
function failed(b, n, now) {
  if (!isInsufficient(b.w[n + N.replyError])) return end2(b, n, RESULT.failed);
  b.w[n + N.lastInsufficient] = now;
  return end2(b, n, RESULT.ok);
}
function slotsWanted({ w }, n, c) {
  const lacking = shortOfIpTargets(c, w[n + S.total], w[n + S.assigned]);
  if (!c.prefixMode) return c.ipTargets ? lacking : c.addressesPerEni;
  return Math.max(1, c.ipTargets ? lacking : c.warmPrefixTarget - w[n + S.freePrefixes]);
}
const grow = (b, n, c, now) => {
  if (enisFrozen(b, n, c) || growthPaused(b, n, now)) return end2(b, n, RESULT.ok);
  const wanted = slotsWanted(b, n, c);
  b.w[n + N.wanted] = wanted;
  if (wanted <= 0) return PLACE.allocEni;
  chooseStart(b, n, c);
  return PLACE.growNext;
};
function isAllocatable({ w, at: at2 }, n, c, e) {
  const flags = w[n + at2.eniFlags + e];
  if ((flags & (ENI_TRUNK | ENI_EXCLUDED)) !== 0 || c.customNetworking && (flags & ENI_PRIMARY) !== 0) return false;
  return w[n + at2.eniSlotCount + e] < c.slotsPerEni;
}
const growNext = (b, n, c) => {
  const { w, at: at2 } = b;
  for (; w[n + N.cursor] < walkLength(at2); w[n + N.cursor]++) {
    const e = rowAt(b, n, w[n + N.cursor]);
    if (e === NONE || !isAllocatable(b, n, c, e)) continue;
    const count2 = Math.min(c.slotsPerEni - w[n + at2.eniSlotCount + e], w[n + N.wanted]);
    return ask(b, n, CALL.allocIps, PLACE.growAnswered, w[n + at2.eniNumber + e], count2);
  }
  return PLACE.allocEni;
};
const growAnswered = (b, n, c, now) => {
  const { w } = b;
  const error = w[n + N.replyError];
  if (error === OK) return addGranted(b, n, c, now);
  if (error === E_IP_LIMIT) return ask(b, n, c.prefixMode ? CALL.getPrefixes : CALL.getIpv4s, PLACE.growDescribed, w[n + N.callEni]);
  return ask(b, n, CALL.allocIps, PLACE.growAnsweredOne, w[n + N.callEni], 1);
};
const growAnsweredOne = (b, n, c, now) => {
  const { w } = b;
  const error = w[n + N.replyError];
  if (error === OK) return addGranted(b, n, c, now);
  if (error === E_IP_LIMIT) return ask(b, n, c.prefixMode ? CALL.getPrefixes : CALL.getIpv4s, PLACE.growDescribed, w[n + N.callEni]);
  if (isInsufficient(error) && c.subnetDiscovery) {
    w[n + N.cursor]++;
    return PLACE.growNext;
  }
  return failed(b, n, now);
};
function addGranted(b, n, c, now) {
  const { w, at: at2 } = b;
  const e = findEni(b, n, w[n + N.callEni]);
  for (let i = 0; i < w[n + N.replyCount]; i++) {
    addCidr(b, n, c, e, w[n + at2.list + i], c.prefixMode);
    if (findCached(b, n, w[n + at2.list + i], c.prefixMode) !== NONE) w[n + S.drift] = 1;
  }
  return grew(b, n, now);
}
const growDescribed = (b, n, c, now) => {
  const { w, at: at2 } = b;
  if (w[n + N.replyError] !== OK) return failed(b, n, now);
  const e = findEni(b, n, w[n + N.callEni]);
  const a = findAttached(b, n, w[n + N.callEni]);
  for (let slot = 0; slot < at2.attachedSlots; slot++) {
    if (isHeld(b, n, a, slot) && isAttachedPrefix(b, n, a, slot) === c.prefixMode) {
      addCidr(b, n, c, e, w[n + at2.attachedAddress + a * at2.attachedSlots + slot], c.prefixMode);
    }
  }
  return grew(b, n, now);
};
const allocEni = (b, n, c, now) => {
  const { w } = b;
  if (!hasRoomForEni(b, n, c)) return end2(b, n, RESULT.ok);
  if (c.customNetworking && w[n + N.eniConfigSubnet] === NONE) return end2(b, n, RESULT.ok);
  const count2 = Math.min(slotsWanted(b, n, c), c.slotsPerEni);
  if (count2 <= 0) return grew(b, n, now);
  return ask(b, n, CALL.allocEni, PLACE.allocAnswered, 0, count2, c.customNetworking ? w[n + N.eniConfigSubnet] : NONE);
};
const allocAnswered = (b, n, _c, now) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) {
    if (isInsufficient(w[n + N.replyError])) w[n + N.lastInsufficient] = now;
    return end2(b, n, RESULT.ok);
  }
  return askListing(b, n, CALL.waitForEni, PLACE.allocWaited, now, w[n + N.callEni], w[n + N.callCount]);
};
const allocWaited = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return end2(b, n, RESULT.ok);
  return setUpEni(b, n, w[n + N.callEni], PLACE.allocSetUp);
};
const allocSetUp = (b, n, _c, now) => {
  if (b.w[n + N.result] === RESULT.ok) return grew(b, n, now);
  return end2(b, n, RESULT.ok);
};

// src/engine/ipamd/shrink.ts
const shrink_exports = {};
__export(shrink_exports, {
  askRelease: () => askRelease,
  decrease: () => decrease,
  deletableEni: () => deletableEni,
  freeEni: () => freeEni,
  noteFailure: () => noteFailure,
  releaseNext: () => releaseNext,
  releasedAddresses: () => releasedAddresses,
  releasedPrefixes: () => releasedPrefixes
});
function decrease(b, n, c, overBy) {
  b.w[n + N.over] = overBy;
  chooseStartOfCopy(b, n, c);
  return PLACE.releaseNext;
}
const releaseNext = (b, n, c, now) => {
  const { w, at: at2 } = b;
  while (w[n + N.over] > 0 && w[n + N.cursor] < walkLength(at2)) {
    const e = rowAt(b, n, w[n + N.cursor]++);
    if (e === NONE || !takeOut(b, n, c, e, now)) continue;
    return askRelease(b, n, w[n + at2.eniNumber + e], PLACE.releasedPrefixes, PLACE.releasedAddresses);
  }
  return PLACE.tickReleased;
};
function takeOut(b, n, c, e, now) {
  const { w, at: at2 } = b;
  let prefixes = 0, addresses = 0;
  let slot = c.lowestFirst ? 0 : startOfSlots(b, n, e, draw(w[n + N.orderKey], w[n + N.orders]++) >>> 16);
  for (let left = at2.slots; left > 0 && w[n + N.over] > 0; left--) {
    if (slot >= at2.slots) slot = 0;
    if (!isFreeable(b, n, e, slot)) {
      slot++;
      continue;
    }
    const ip = w[n + at2.slotAddress + e * at2.slots + slot];
    const prefix = isPrefix(b, n, e, slot);
    removeCidr(b, n, c, e, slot, false);
    rememberReleased(b, n, ip, prefix, now);
    if (prefix) {
      w.copyWithin(n + at2.list + prefixes + 1, n + at2.list + prefixes, n + at2.list + prefixes + addresses);
      w[n + at2.list + prefixes++] = ip;
    } else w[n + at2.list + prefixes + addresses++] = ip;
    w[n + N.over] -= 1;
    if (!c.lowestFirst) slot++;
  }
  w[n + N.listLength] = prefixes;
  w[n + N.listMore] = addresses;
  return prefixes + addresses > 0;
}
function askRelease(b, n, eni, afterPrefixes, afterAddresses) {
  const { w } = b;
  if (w[n + N.listLength] > 0) return ask(b, n, CALL.deallocPrefixes, afterPrefixes, eni);
  return askAddresses(b, n, eni, afterAddresses);
}
function askAddresses(b, n, eni, next) {
  const { w, at: at2 } = b;
  const prefixes = w[n + N.listLength];
  const addresses = w[n + N.listMore];
  w.copyWithin(n + at2.list, n + at2.list + prefixes, n + at2.list + prefixes + addresses);
  w[n + N.listLength] = addresses;
  w[n + N.listMore] = 0;
  return addresses > 0 ? ask(b, n, CALL.deallocIps, next, eni) : next;
}
const releasedPrefixes = (b, n) => {
  noteFailure(b, n);
  return askAddresses(b, n, b.w[n + N.callEni], PLACE.releasedAddresses);
};
const releasedAddresses = (b, n) => {
  noteFailure(b, n);
  return PLACE.releaseNext;
};
function noteFailure({ w }, n) {
  if (w[n + N.replyError] !== OK) w[n + S.drift] = 1;
}
function deletableEni(b, n, c, now) {
  chooseStart(b, n, c);
  for (let k = 0; k < walkLength(b.at); k++) {
    const e = rowAt(b, n, k);
    if (e !== NONE && oldEnoughAt(b, n, c, e) <= now && isUnneeded(b, n, c, e)) return e;
  }
  return NONE;
}
function freeEni(b, n, c, now) {
  if (enisFrozen(b, n, c)) return PLACE.tickFreed;
  const e = deletableEni(b, n, c, now);
  if (e === NONE) return PLACE.tickFreed;
  const number = b.w[n + b.at.eniNumber + e];
  removeEni(b, n, c, e);
  return ask(b, n, CALL.freeEni, PLACE.tickFreed, number);
}

// src/engine/ipamd/init.ts
const SETUP_RETRY_MS = 1e4;
const SETUP_TRIES = 6;
function beginInit(b, n, c, now) {
  const { w, at: at2 } = b;
  clearStore(b, n);
  for (const field of ["lastAction", "lastDecrease", "lastInsufficient"]) w[n + N[field]] = NEVER;
  w[n + N.nodeFlags] &= ~NODE_TERMINATING;
  w[n + N.unmanagedEnis] = 0;
  for (let a = 0; a < at2.enis; a++) w[n + at2.attachedFlags + a] &= ~ENI_UNMANAGED;
  if (c.card > 0) {
    w[n + N.walkAt] = now;
    w[n + N.replyError] = OK;
    return PLACE.initDescribed;
  }
  return askListing(b, n, CALL.describeAllEnis, PLACE.initDescribed, now);
}
function fail2({ w }, n) {
  w[n + N.result] = RESULT.failed;
  return PLACE.idle;
}
const initDescribed = (b, n, c) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return fail2(b, n);
  classify(b, n, c);
  countUnmanaged(b, n);
  w[n + N.cursor] = 0;
  w[n + N.orderStart] = 0;
  if (!c.lowestFirst) {
    const place = drawBelow(w[n + N.orderKey], w[n + N.orders]++, Math.max(SMALL_MAP, attachedCount(b, n)));
    if (place < attachedCount(b, n)) w[n + N.orderStart] = place;
  }
  return PLACE.initNextEni;
};
function listedRow(b, n, c, k) {
  const { w, at: at2 } = b;
  const count2 = attachedCount(b, n);
  if (c.lowestFirst) return k;
  const mac = (a) => draw(w[n + N.orderKey], ~w[n + at2.attachedNumber + a]);
  const rank = (w[n + N.orderStart] + k) % count2;
  for (let a = 0; a < count2; a++) {
    let before2 = 0;
    for (let other = 0; other < count2; other++) if (mac(other) < mac(a) || mac(other) === mac(a) && other < a) before2++;
    if (before2 === rank) return a;
  }
  return k;
}
const initNextEni = (b, n, c) => {
  const { w, at: at2 } = b;
  const count2 = attachedCount(b, n);
  for (; w[n + N.cursor] < count2; w[n + N.cursor]++) {
    const a = listedRow(b, n, c, w[n + N.cursor]);
    if (!isManaged(b, n, a)) continue;
    w[n + N.tries] = 0;
    const number = w[n + at2.attachedNumber + a];
    w[n + N.setupEni] = number;
    if ((w[n + at2.attachedFlags + a] & ENI_TRUNK) === 0 && c.provisioning) return ask(b, n, CALL.tagEni, PLACE.initTagged, number);
    return setUpEni(b, n, number, PLACE.initSetUp);
  }
  return PLACE.initRestored;
};
const initTagged = (b, n) => {
  const { w } = b;
  return w[n + N.replyError] === OK ? setUpEni(b, n, w[n + N.setupEni], PLACE.initSetUp) : fail2(b, n);
};
const initSetUp = (b, n) => {
  const { w } = b;
  if (w[n + N.result] === RESULT.failed && ++w[n + N.tries] < SETUP_TRIES) return sleep(b, n, SETUP_RETRY_MS, PLACE.initRetry);
  w[n + N.cursor]++;
  return PLACE.initNextEni;
};
const initRetry = (b, n) => setUpEni(b, n, b.w[n + N.setupEni], PLACE.initSetUp);
const initRestored = (b, n, c) => {
  const { w, at: at2 } = b;
  const rows = at2.pods * at2.restarts;
  for (let p = nextRow(b, n, NONE); p !== NONE; p = nextRow(b, n, p)) {
    const ref = restoreAddress(b, n, c, w[n + at2.podCheckpoint + p]);
    if (ref === TWICE) return fail2(b, n);
    w[n + at2.podAddress + p] = ref;
  }
  for (let p = 0; p < rows; p++) {
    const ref = w[n + at2.podAddress + p];
    if (ref === NONE) w[n + at2.podCheckpoint + p] = 0;
    else if (ref >= 0) w[n + at2.podCheckpointEni + p] = w[n + at2.eniNumber + eniOfRef(b, ref)];
  }
  w[n + N.cursor] = 0;
  return PLACE.initNextExcluded;
};
function nextRow(b, n, last) {
  const { w, at: at2 } = b;
  let next = NONE;
  for (let p = 0; p < at2.pods * at2.restarts; p++) {
    if (w[n + at2.podCheckpoint + p] === 0 || last !== NONE && !isBefore(b, n, last, p)) continue;
    if (next === NONE || isBefore(b, n, p, next)) next = p;
  }
  return next;
}
function isBefore({ w, at: at2 }, n, p, q) {
  const eni = w[n + at2.podCheckpointEni + p] - w[n + at2.podCheckpointEni + q];
  return eni !== 0 ? eni < 0 : w[n + at2.podCheckpoint + p] >>> 0 < w[n + at2.podCheckpoint + q] >>> 0;
}
function takeOutKind(b, n, c, e, prefix, to) {
  const { w, at: at2 } = b;
  let count2 = 0;
  for (let slot = 0; slot < at2.slots; ) {
    if (!isFreeable(b, n, e, slot, prefix)) {
      slot++;
      continue;
    }
    w[to + count2++] = w[n + at2.slotAddress + e * at2.slots + slot];
    removeCidr(b, n, c, e, slot, false);
    if (!c.lowestFirst) slot++;
  }
  return count2;
}
function releaseKind(b, n, c, e, prefix, next) {
  const { w, at: at2 } = b;
  const count2 = takeOutKind(b, n, c, e, prefix, n + at2.list);
  w[n + N.listLength] = prefix ? count2 : 0;
  w[n + N.listMore] = prefix ? 0 : count2;
  return askRelease(b, n, w[n + at2.eniNumber + e], next, next);
}
const initNextExcluded = (b, n, c) => {
  const { w, at: at2 } = b;
  while (w[n + N.cursor] < at2.enis) {
    const e = w[n + N.cursor]++;
    if (w[n + at2.eniNumber + e] === NONE || (w[n + at2.eniFlags + e] & ENI_EXCLUDED) === 0) continue;
    const next = releaseKind(b, n, c, e, c.prefixMode, PLACE.initNextExcluded);
    if (next !== PLACE.initNextExcluded) return next;
  }
  w[n + N.cursor] = 0;
  return PLACE.initNextSwitch;
};
const initNextSwitch = (b, n, c) => {
  const { w, at: at2 } = b;
  while (w[n + N.cursor] < at2.enis) {
    const e = w[n + N.cursor]++;
    if (w[n + at2.eniNumber + e] === NONE) continue;
    const next = releaseKind(b, n, c, e, !c.prefixMode, PLACE.initNextSwitch);
    if (next !== PLACE.initNextSwitch) return next;
  }
  return PLACE.initReleased;
};
const initReleased = (b, n, c) => c.provisioning && c.card === 0 ? ask(b, n, CALL.refreshSecurityGroups, PLACE.initRefreshed) : PLACE.initRefreshed;
const initRefreshed = (b, n, c) => {
  const { w } = b;
  if (c.provisioning && w[n + N.replyError] !== OK) return fail2(b, n);
  if (c.customNetworking && c.podEni && w[n + N.eniConfigNamed] === 1) w[n + N.nodeFlags] |= NODE_CUSTOM_FEATURE;
  if (c.podEni) announceSecurityGroupsForPods(b, n, c);
  w[n + N.result] = RESULT.ok;
  if (!c.provisioning || c.ipv6 === true) return PLACE.idle;
  return isLow(b, n, c, statsOf(b, n)) ? increase(b, n, PLACE.initFilled) : PLACE.initFilled;
};
const initFilled = (b, n, c) => {
  const { w } = b;
  if (w[n + N.result] === RESULT.failed) return fail2(b, n);
  if (c.customNetworking && w[n + S.total] === 0) return fail2(b, n);
  w[n + N.result] = RESULT.ok;
  return PLACE.idle;
};

// src/engine/metrics.ts
const IPAMD_ERRORS = [
  "waitENIAttachedMaxRetryExceeded",
  "increaseIPPoolAllocENI",
  "increaseIPPoolAllocIPAddressesFailed",
  "increaseIPPoolwaitENIAttachedFailed",
  "increaseIPPoolsetupENIFailed",
  "increaseIPPoolGetENIaddressesFailed",
  "decreaseIPPoolFreeENIFailed",
  "eniReconcileAdd"
];
const UTILS_ERRORS = ["FreeENIDeleteErr", "AllocENIDeleteErr", "getENIAttachmentIDFailed", "ENICleanupUponModifyNetworkErr", "cleanUpLeakedENIDeleteErr"];
const BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1e3, 2500, 5e3, 1e4];
const CODES = ERRORS.length;
const INIT_FIELDS = 2 + BUCKETS_MS.length;
const SIZES = [ACTIONS.length * CODES, ACTIONS.length * CODES, IPAMD_ERRORS.length, UTILS_ERRORS.length * CODES, 2 * INIT_FIELDS];
const METRICS_BYTES = 8 * SIZES.reduce((sum3, size) => sum3 + size, 0);
function openMetrics(buffer = new ArrayBuffer(METRICS_BYTES)) {
  let at2 = 0;
  const [calls, callMs, ipamdErrors, utilsErrors, inits] = SIZES.map((size) => {
    const part2 = new Float64Array(buffer, at2, size);
    at2 += 8 * size;
    return part2;
  });
  return { calls, callMs, ipamdErrors, utilsErrors, inits };
}
const initOf = ({ inits }, succeeded) => inits.subarray(succeeded * INIT_FIELDS, (succeeded + 1) * INIT_FIELDS);
function bookCall({ calls, callMs }, action, code, ms) {
  calls[action * CODES + code] += 1;
  callMs[action * CODES + code] += ms;
}
function bookUtilsError({ utilsErrors }, fn, code) {
  utilsErrors[UTILS_ERRORS.indexOf(fn) * CODES + code] += 1;
}
function bookInit(metrics, succeeded, ms) {
  const init = initOf(metrics, succeeded ? 1 : 0);
  init[0] += 1;
  init[1] += ms;
  BUCKETS_MS.forEach((bound2, i) => {
    if (ms <= bound2) init[2 + i] += 1;
  });
}
function bookIpamdError(m, { w }, n) {
  const error = w[n + N.replyError];
  if (error === OK) return;
  const fns = errorsOf(w[n + N.place], w[n + N.setupBack], error, w[n + N.tries]);
  for (const fn of fns) m.ipamdErrors[IPAMD_ERRORS.indexOf(fn)] += 1;
  w[n + N.ipamdErrors] += fns.length;
}
function errorsOf(place, setupBack, error, tries) {
  switch (place) {
    case PLACE.growAnsweredOne:
      return ["increaseIPPoolAllocIPAddressesFailed"];
    case PLACE.growDescribed:
      return ["increaseIPPoolGetENIaddressesFailed"];
    case PLACE.allocAnswered:
      return isInsufficient(error) ? ["increaseIPPoolAllocENI", "increaseIPPoolAllocIPAddressesFailed"] : ["increaseIPPoolAllocENI"];
    case PLACE.allocWaited:
      return ["increaseIPPoolwaitENIAttachedFailed"];
    case PLACE.tickFreed:
      return ["decreaseIPPoolFreeENIFailed"];
    case PLACE.reconcileTagged:
      return ["eniReconcileAdd"];
    case PLACE.setupChecked:
    case PLACE.setupLinked:
      if (setupBack === PLACE.allocSetUp) return ["increaseIPPoolsetupENIFailed"];
      if (setupBack === PLACE.reconcileSetUp) return ["eniReconcileAdd"];
      return setupBack === PLACE.initSetUp && tries + 1 >= SETUP_TRIES ? ["waitENIAttachedMaxRetryExceeded"] : [];
    default:
      return [];
  }
}

// src/engine/aws/request.ts
const MAX_ATTEMPTS = 3;
const SDK_TOKENS = 500;
const RETRY_COST = 5;
const INTERNAL = errorCode("InternalError");
const UNAVAILABLE = errorCode("Unavailable");
const isRetryable = (error) => error === E_THROTTLED || error === INTERNAL || error === UNAVAILABLE;
function send(x2, b, n, action, now, attempt = 1) {
  const { w } = b;
  const { world: world2, outbox } = x2;
  const key = streamKey(w[n + N.key], STREAM.latency, 0);
  const number = w[n + N.ec2Number]++;
  const ok = sample(world2.latency[action], key, 2 * number);
  const refused = sample(world2.refusal[action], key, 2 * number + 1);
  w[n + N.ec2Action] = action;
  w[n + N.ec2Attempt] = attempt;
  w[n + N.ec2LatencyOk] = ok;
  w[n + N.ec2LatencyRefused] = refused;
  w[n + N.ec2RequestedAt] = now;
  if (attempt === 1) w[n + N.ec2CalledAt] = now;
  w[n + N.ec2Settings] = w[n + N.settings];
  w[n + N.lookAt] = now + Math.min(ok, refused);
  w[n + N.wakeAt] = FOREVER2;
  const i = outbox.count[0]++;
  assert(i < outbox.node.length, "send: the outbox has room for a request of every node");
  outbox.node[i] = w[n + N.index];
  outbox.at[i] = world2.origin[0] + now;
  outbox.lookAt[i] = world2.origin[0] + w[n + N.lookAt];
}
const earliestAnswer = ({ w }, n) => w[n + N.ec2Action] > 0 ? w[n + N.ec2RequestedAt] + Math.min(w[n + N.ec2LatencyOk], w[n + N.ec2LatencyRefused]) : NEVER;
function settle(x2, b, n, now) {
  const { w } = b;
  const action = w[n + N.ec2Action];
  if (action < 0) {
    send(x2, b, n, -action, now, w[n + N.ec2Attempt] + 1);
    return false;
  }
  const error = w[n + N.ec2Error];
  const attempt = w[n + N.ec2Attempt];
  if (error === OK) w[n + N.sdkTokens] = Math.min(SDK_TOKENS, w[n + N.sdkTokens] + 1);
  else if (isRetryable(error) && attempt < MAX_ATTEMPTS && w[n + N.sdkTokens] >= RETRY_COST) {
    w[n + N.sdkTokens] -= RETRY_COST;
    const u = draw(streamKey(w[n + N.key], STREAM.sdkRetry, 0), w[n + N.ec2Number]);
    w[n + N.ec2Action] = -action;
    w[n + N.wakeAt] = now + 1 + Math.floor(u * 1e3 * (1 << attempt) / 4294967296);
    return false;
  }
  w[n + N.ec2Action] = ACTION.none;
  bookCall(x2.metrics, action, error, now - w[n + N.ec2CalledAt]);
  return true;
}
function sendRelease({ world: world2, outbox }, { w }, n, now) {
  w[n + N.rpcAt] = now;
  w[n + N.rpcLookAt] = now + 1;
  const i = outbox.count[0]++;
  assert(i < outbox.node.length, "sendRelease: the outbox has room for two requests of every node");
  outbox.node[i] = world2.nodeCount + w[n + N.index];
  outbox.at[i] = world2.origin[0] + now;
  outbox.lookAt[i] = world2.origin[0] + now + 1;
}

// src/engine/aws/awsutils.ts
const AWS = {
  idle: 0,
  one: 1,
  describeAll: 2,
  tag: 3,
  excluded: 4,
  sleep: 5,
  waited: 6,
  allocSubnets: 7,
  allocCreate: 8,
  allocDevice: 9,
  allocAttach: 10,
  allocModify: 11,
  allocUndo: 12,
  freeDescribe: 13,
  freeDetach: 14,
  freePause: 15,
  freeDelete: 16,
  pause: 17
};
const E_WAIT = errorCode("waitForENIAndIPsAttached");
const E_ATTACHMENT_ID = errorCode("ENI attachment ID not found");
const E_DETACH = errorCode("unable to detach ENI");
const EC2_TRIES = 12;
const TAG_TRIES = 5;
const DETACH_TO_DELETE_MS = 2e3;
const BACKOFF_MAX_MS = 6e4;
function backoff({ w }, n, first, k, jitter) {
  const delay2 = Math.min(first * 2 ** (k - 1), BACKOFF_MAX_MS);
  const u = draw(streamKey(w[n + N.key], STREAM.backoff, 0), w[n + N.jitters]++);
  return delay2 + Math.floor(u * delay2 * jitter / 4294967296);
}
function reply({ w }, n, error) {
  w[n + N.awsPlace] = AWS.idle;
  w[n + N.wakeAt] = FOREVER2;
  w[n + N.replyError] = error;
  return true;
}
function request(x2, b, n, place, action, now) {
  b.w[n + N.awsPlace] = place;
  send(x2, b, n, action, now);
  return false;
}
function wait({ w }, n, place, ms, now) {
  w[n + N.awsPlace] = place;
  w[n + N.wakeAt] = now + ms;
  return false;
}
function startCall(x2, b, n, c, now) {
  const { w, at: at2 } = b;
  w[n + N.awsTry] = 1;
  switch (w[n + N.call]) {
    case CALL.allocEni:
      if (w[n + N.callSubnet] !== NONE) {
        w[n + at2.candidate] = w[n + N.callSubnet];
        return beginCreate(x2, b, n, 1, now);
      }
      return request(x2, b, n, AWS.allocSubnets, ACTION.describeSubnets, now);
    case CALL.waitForEni:
      return pollMetadata(b, n, now);
    case CALL.allocIps:
      w[n + N.ec2Count] = Math.min(w[n + N.callCount], c.slotsPerEni);
      return request(x2, b, n, AWS.one, ACTION.assign, now);
    case CALL.deallocIps:
    case CALL.deallocPrefixes:
      return request(x2, b, n, AWS.one, ACTION.unassign, now);
    case CALL.freeEni:
      return request(x2, b, n, AWS.freeDescribe, ACTION.describeEnis, now);
    case CALL.tagEni: {
      const a = findAttached(b, n, w[n + N.callEni]);
      if (a === NONE || (w[n + at2.attachedFlags + a] & ENI_TAGGED) !== 0) return reply(b, n, OK);
      return request(x2, b, n, AWS.tag, ACTION.tag, now);
    }
    case CALL.describeAllEnis:
      return request(x2, b, n, AWS.describeAll, ACTION.describeEnis, now);
    case CALL.allocIpv6Prefix:
      return request(x2, b, n, AWS.one, ACTION.assignIpv6, now);
    case CALL.getIpv6Prefixes:
    case CALL.getIpv4s:
    case CALL.getPrefixes:
      return request(x2, b, n, AWS.one, ACTION.describeEnis, now);
    case CALL.isSubnetExcluded:
      return request(x2, b, n, AWS.excluded, ACTION.describeSubnets, now);
    case CALL.refreshSecurityGroups:
      return c.customNetworking ? reply(b, n, OK) : request(x2, b, n, AWS.one, ACTION.modify, now);
    case CALL.sleep:
      return wait(b, n, AWS.sleep, w[n + N.callCount], now);
    default:
      return reply(b, n, OK);
  }
}
function bookError(m, { w }, n) {
  const error = w[n + N.ec2Error];
  const last = w[n + N.awsTry] >= EC2_TRIES;
  const place = w[n + N.awsPlace];
  if (place === AWS.freeDescribe) bookUtilsError(m, "getENIAttachmentIDFailed", error);
  else if (place === AWS.allocUndo && last) bookUtilsError(m, "AllocENIDeleteErr", error);
  else if (place === AWS.freeDelete && last) bookUtilsError(m, w[n + N.call] === CALL.allocEni ? "ENICleanupUponModifyNetworkErr" : "FreeENIDeleteErr", error);
}
function wakeCall(x2, b, n, now) {
  const { w, at: at2 } = b;
  if (w[n + N.ec2Action] !== ACTION.none && !settle(x2, b, n, now)) return false;
  const error = w[n + N.ec2Error];
  const tries = w[n + N.awsTry];
  if (error !== OK) bookError(x2.metrics, b, n);
  switch (w[n + N.awsPlace]) {
    case AWS.describeAll:
      if (error === OK || tries >= EC2_TRIES) return reply(b, n, error);
      w[n + N.awsTry] = tries + 1;
      w[n + N.ec2Error] = OK;
      return again(b, n, AWS.describeAll, tries * 10, now);
    case AWS.tag:
      if (error === OK) w[n + at2.attachedFlags + findAttached(b, n, w[n + N.callEni])] |= ENI_TAGGED;
      if (error === OK || tries >= TAG_TRIES) return reply(b, n, error);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.tag, backoff(b, n, 500, tries, 0.3), now);
    case AWS.excluded:
      w[n + N.replyCount] = error === OK ? w[n + N.ec2Count] : 0;
      return reply(b, n, error);
    case AWS.waited:
    case AWS.sleep:
      return reply(b, n, w[n + N.awsError]);
    case AWS.allocSubnets:
      return beginCreate(x2, b, n, w[n + N.ec2Count], now, error);
    case AWS.allocCreate:
      if (error === OK) return request(x2, b, n, AWS.allocDevice, ACTION.describeInstances, now);
      return nextCandidate(x2, b, n, error, now);
    case AWS.allocDevice:
      if (error !== OK) return undo(x2, b, n, error, now);
      w[n + N.awsDevice] = freeDevice(b, n);
      return request(x2, b, n, AWS.allocAttach, ACTION.attach, now);
    case AWS.allocAttach:
      if (error !== OK) return undo(x2, b, n, error, now);
      return request(x2, b, n, AWS.allocModify, ACTION.modify, now);
    case AWS.allocModify:
      w[n + N.awsError] = error;
      if (error === OK) return reply(b, n, OK);
      w[n + N.awsTry] = 1;
      return request(x2, b, n, AWS.freeDescribe, ACTION.describeEnis, now);
    case AWS.allocUndo:
      if (error === OK || tries >= EC2_TRIES) return reply(b, n, w[n + N.awsError]);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.allocUndo, backoff(b, n, 500, tries, 0.15), now);
    case AWS.freeDescribe:
      if (error !== OK) return reply(b, n, E_ATTACHMENT_ID);
      w[n + N.awsTry] = 1;
      return request(x2, b, n, AWS.freeDetach, ACTION.detach, now);
    case AWS.freeDetach:
      if (error === OK) {
        w[n + N.awsTry] = 1;
        return wait(b, n, AWS.freePause, DETACH_TO_DELETE_MS, now);
      }
      if (tries >= EC2_TRIES) return reply(b, n, E_DETACH);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.freeDetach, backoff(b, n, 200, tries, 0.15), now);
    case AWS.freePause:
      return request(x2, b, n, AWS.freeDelete, ACTION.delete, now);
    case AWS.freeDelete:
      if (error === OK || tries >= EC2_TRIES) return reply(b, n, w[n + N.call] === CALL.allocEni ? w[n + N.awsError] : error);
      w[n + N.awsTry] = tries + 1;
      return again(b, n, AWS.freeDelete, backoff(b, n, 500, tries, 0.15), now);
    case AWS.pause: {
      const place = w[n + N.awsCursor];
      return request(x2, b, n, place, ACTION_OF[place], now);
    }
    default:
      return reply(b, n, error);
  }
}
const ACTION_OF = {
  [AWS.describeAll]: ACTION.describeEnis,
  [AWS.tag]: ACTION.tag,
  [AWS.allocUndo]: ACTION.delete,
  [AWS.freeDetach]: ACTION.detach,
  [AWS.freeDelete]: ACTION.delete
};
function again(b, n, place, ms, now) {
  b.w[n + N.awsCursor] = place;
  b.w[n + N.ec2Error] = OK;
  return wait(b, n, AWS.pause, ms, now);
}
function beginCreate(x2, b, n, count2, now, error = OK) {
  const { w, at: at2 } = b;
  if (error !== OK) return reply(b, n, E_NO_SUBNET);
  if (count2 === 0) return reply(b, n, E_NO_SUBNET);
  w[n + N.ec2Count] = count2;
  w[n + N.awsCursor] = 0;
  w[n + N.awsSubnet] = w[n + at2.candidate];
  return request(x2, b, n, AWS.allocCreate, ACTION.create, now);
}
function nextCandidate(x2, b, n, error, now) {
  const { w, at: at2 } = b;
  const next = w[n + N.awsCursor] + 1;
  if (next >= w[n + N.ec2Count]) return reply(b, n, error);
  w[n + N.awsCursor] = next;
  w[n + N.awsSubnet] = w[n + at2.candidate + next];
  return request(x2, b, n, AWS.allocCreate, ACTION.create, now);
}
function undo(x2, b, n, error, now) {
  b.w[n + N.awsError] = error;
  b.w[n + N.awsTry] = 1;
  return request(x2, b, n, AWS.allocUndo, ACTION.delete, now);
}
function pollMetadata(b, n, now) {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, w[n + N.callEni]);
  let look = now;
  let tries = 1;
  while (a !== NONE && look < w[n + at2.attachedVisibleAt + a] && tries < EC2_TRIES) look += backoff(b, n, 100, tries++, 0.15);
  const seen = a !== NONE && look >= w[n + at2.attachedVisibleAt + a];
  w[n + N.awsError] = seen ? OK : E_WAIT;
  w[n + N.walkAt] = look;
  return wait(b, n, AWS.waited, Math.max(1, look - now), now);
}

// src/engine/ipamd/cards.ts
const IPV6_REF = 1 << 28;
const CARD_REF = 1 << 29;
const cardBlock = (at2, n, k) => n + k * at2.cardStride;
const cardSettings = (c, k) => k === 0 ? c : c.otherCards[k - 1];
const cardCount = (c) => 1 + c.otherCards.length;
function sumOverCards({ w, at: at2 }, n, c, field) {
  let sum3 = w[n + field];
  for (let k = 1; k < cardCount(c); k++) sum3 += w[cardBlock(at2, n, k) + field];
  return sum3;
}
function carryTo({ w, at: at2 }, n, k) {
  const m = cardBlock(at2, n, k);
  for (const field of [N.settings, N.lastAction, N.lastDecrease, N.lastInsufficient, N.maxPods, N.eniConfigSubnet, N.loopAt, N.readyAt]) w[m + field] = w[n + field];
  w[m + N.nodeFlags] = w[n + N.nodeFlags] & (NODE_CORDONED | NODE_TERMINATING);
}
function carryBack({ w, at: at2 }, n, k) {
  const m = cardBlock(at2, n, k);
  for (const field of [N.lastAction, N.lastDecrease, N.lastInsufficient]) if (w[m + field] > w[n + field]) w[n + field] = w[m + field];
}
function assignOnOtherCards(b, n, c, p, now) {
  const { w, at: at2 } = b;
  for (let k = 1; k < cardCount(c); k++) {
    const m = cardBlock(at2, n, k);
    const ref = assignAddress(b, m, cardSettings(c, k), now);
    if (ref === NONE) continue;
    w[m + at2.podAddress + p] = ref;
    if (at2.restarts === 1) w[m + at2.podCheckpoint + p] = addressOf(b, m, ref);
    return CARD_REF | k;
  }
  return NONE;
}
function releaseElsewhere(b, n, c, p, ref, now) {
  const { w, at: at2 } = b;
  if (ref === IPV6_REF) {
    w[n + S.rawAssigned] -= 1;
    return;
  }
  const k = ref & ~CARD_REF;
  const m = cardBlock(at2, n, k);
  const own = w[m + at2.podAddress + p];
  w[m + at2.podAddress + p] = NONE;
  if (at2.restarts === 1) w[m + at2.podCheckpoint + p] = 0;
  if (own !== NONE) releaseAddress(b, m, cardSettings(c, k), own, now);
}
function markPods({ w, at: at2 }, n, k) {
  const m = cardBlock(at2, n, k);
  for (let p = 0; p < at2.pods; p++) if (w[m + at2.podAddress + p] >= 0) w[n + at2.podAddress + p] = CARD_REF | k;
}
function placeOfPod(b, n, p) {
  const { w, at: at2 } = b;
  const ref = w[n + at2.podAddress + p];
  if (ref < 0 || ref === IPV6_REF) return { ip: 0, eni: NONE };
  const m = ref >= CARD_REF ? cardBlock(at2, n, ref & ~CARD_REF) : n;
  const own = w[m + at2.podAddress + p];
  return own < 0 ? { ip: 0, eni: NONE } : { ip: addressOf(b, m, own), eni: w[m + at2.eniNumber + eniOfRef(b, own)] };
}

// src/engine/log.ts
const POD_ROW = {
  created: "f64",
  bound: "f64",
  addressed: "f64",
  ended: "f64",
  pod: "i32",
  node: "i32",
  retries: "i32",
  ip: "i32",
  eni: "i32",
  prefix: "i32",
  reason: "i32"
};
const NODE_ROW = {
  bin: "i32",
  node: "i32",
  total: "i32",
  assigned: "i32",
  cooling: "i32",
  enis: "i32",
  prefixes: "i32",
  waiting: "i32",
  adds: "i32",
  failedAdds: "i32",
  dels: "i32",
  eniMax: "i32",
  ipMax: "i32",
  ipamdErrors: "i32",
  forceRemovedEnis: "i32",
  forceRemovedIps: "i32",
  eniReconcileAdds: "i32",
  eniReconcileDels: "i32",
  ipReconcileDels: "i32",
  reconcileAdds: "i32"
};
const DECISION_ROW = {
  at: "f64",
  node: "i32",
  number: "i32",
  low: "i32",
  high: "i32",
  hold: "i32",
  short: "i32",
  over: "i32",
  remove: "i32",
  paused: "i32",
  action: "i32",
  eni: "i32",
  requested: "i32",
  granted: "i32",
  error: "i32"
};
function allocate(spec, capacity) {
  return Object.fromEntries(Object.entries(spec).map(([f, kind]) => [f, kind === "f64" ? new Float64Array(capacity) : new Int32Array(capacity)]));
}
function createRows(spec, capacity = 1024) {
  return { count: 0, capacity, columns: allocate(spec, capacity) };
}
function addRow(rows) {
  if (rows.count === rows.capacity) {
    rows.capacity *= 2;
    for (const [field, old] of Object.entries(rows.columns)) {
      const grown = old instanceof Float64Array ? new Float64Array(rows.capacity) : new Int32Array(rows.capacity);
      grown.set(old);
      rows.columns[field] = grown;
    }
  }
  return rows.count++;
}

// src/engine/thread.ts
const BIN = {
  total: 0,
  cooling: 1,
  enis: 2,
  prefixes: 3,
  ready: 4,
  bound: 5,
  addressed: 6,
  released: 7,
  lost: 8,
  ended: 9,
  failed: 10,
  neverAddressed: 11,
  noAvailable: 12,
  waitSum: 13,
  waitMax: 14,
  dropped: 15,
  ipamdErrors: 16,
  forceRemovedEnis: 17,
  forceRemovedIps: 18,
  eniReconcileAdds: 19,
  eniReconcileDels: 20,
  ipReconcileDels: 21
};
const BIN_FIELDS = 22;
const COUNTERS = ["ipamdErrors", "forceRemovedEnis", "forceRemovedIps", "eniReconcileAdds", "eniReconcileDels", "ipReconcileDels"];
const NEWS = { podEnds: 1, nodeReady: 2 };
function blockOf(world2, node) {
  const group = world2.groups[world2.groupOf[node]];
  return { group, n: (node - group.firstNode) * group.blocks.at.stride };
}
const WORK = { visits: 0 };

// src/engine/ec2/buckets.ts
const createBucket = (rule) => ({ rule, tokens: rule === null ? 0 : rule.burst, second: 0 });
const MEMORY_S = 4096;
const others = (rate2, s2) => Math.floor(rate2 * (s2 + 1)) - Math.floor(rate2 * s2);
function take(bucket3, t, refusedCosts) {
  const { rule } = bucket3;
  if (rule === null) return true;
  const second = Math.floor(t / 1e3);
  if (second - bucket3.second > MEMORY_S) {
    bucket3.second = second - MEMORY_S;
    bucket3.tokens = rule.backgroundPerSecond > rule.refillPerSecond ? 0 : rule.burst;
  }
  while (bucket3.second < second) {
    bucket3.second++;
    const filled = Math.min(rule.burst, bucket3.tokens + rule.refillPerSecond);
    bucket3.tokens = Math.max(0, filled - others(rule.backgroundPerSecond, bucket3.second));
  }
  if (bucket3.tokens >= 1) {
    bucket3.tokens -= 1;
    return true;
  }
  if (refusedCosts) bucket3.tokens = Math.max(0, bucket3.tokens - 1);
  return false;
}

// src/engine/ec2/effects.ts
const pick = ({ lowestFree }, { w }, n) => lowestFree ? LOWEST : draw(streamKey(w[n + N.key], STREAM.addressPick, 0), w[n + N.picks]++);
function toAddresses({ subnets }, { w, at: at2 }, n, subnet2, count2) {
  const list = w.subarray(n + at2.list, n + at2.list + count2);
  list.sort();
  for (let i = 0; i < count2; i++) list[i] = subnets.base[subnet2] + list[i] | 0;
}
const offsetOf2 = ({ subnets }, subnet2, ip) => (ip >>> 0) - subnets.base[subnet2];
function createInterface(e, b, n, subnet2, count2, prefixes) {
  const { w, at: at2 } = b;
  const t = e.subnets;
  if (subnet2 < 0 || subnet2 >= t.subnetCount) return E_SUBNET_NOT_FOUND;
  if (freeCount(t, subnet2) < (prefixes ? 1 : 1 + count2)) return E_FREE_ADDRESSES;
  const chance = pick(e, b, n);
  const primary = takeAddress(t, subnet2, USE.eniPrimary, chance);
  if (primary === NO_OFFSET) return E_FREE_ADDRESSES;
  const second = e.lowestFree ? LOWEST : chance * 2654435761 >>> 0;
  const granted = prefixes ? takePrefixes(t, subnet2, count2, second, w, n + at2.list) : takeAddresses(t, subnet2, USE.secondary, count2, second, w, n + at2.list);
  if (!granted) {
    release(t, subnet2, primary);
    return prefixes ? e.createWithoutFreeBlock : E_FREE_ADDRESSES;
  }
  toAddresses(e, b, n, subnet2, count2);
  w[n + N.replyCount] = count2;
  w[n + N.newEniCount] = count2;
  w.copyWithin(n + at2.newEniList, n + at2.list, n + at2.list + count2);
  w[n + N.newEni] = w[n + N.eniNumberNext]++;
  w[n + N.newEniSubnet] = subnet2;
  w[n + N.newEniPrefixes] = Number(prefixes);
  w[n + N.newEniOpen] = 1;
  w[n + N.newEniIp] = t.base[subnet2] + primary | 0;
  return OK;
}
function deleteNewInterface(e, { w, at: at2 }, n) {
  const subnet2 = w[n + N.newEniSubnet];
  release(e.subnets, subnet2, offsetOf2(e, subnet2, w[n + N.newEniIp]));
  for (let i = 0; i < w[n + N.newEniCount]; i++) giveBack(e, subnet2, w[n + at2.newEniList + i], w[n + N.newEniPrefixes] === 1);
  w[n + N.newEniOpen] = 0;
}
function giveBack(e, subnet2, ip, prefix) {
  if (prefix) releasePrefix(e.subnets, subnet2, offsetOf2(e, subnet2, ip));
  else release(e.subnets, subnet2, offsetOf2(e, subnet2, ip));
}
function attachInterface(b, n, eniLimit, device, visibleAt) {
  const { w, at: at2 } = b;
  if (attachedCount(b, n) >= eniLimit) return E_ATTACHMENT_LIMIT;
  const a = attach(b, n, w[n + N.newEni], device, ENI_TAGGED, w[n + N.newEniSubnet], w[n + N.newEniIp], visibleAt);
  w[n + N.callEni] = w[n + N.newEni];
  w[n + N.newEniOpen] = 0;
  for (let i = 0; i < w[n + N.newEniCount]; i++) hold(b, n, a, w[n + at2.newEniList + i], w[n + N.newEniPrefixes] === 1);
  return OK;
}
function assignAddresses(e, b, n, number, count2, prefixes, slotsPerEni) {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, number);
  if (a === NONE) return E_ENI_NOT_FOUND;
  if (heldCount(b, n, a) + count2 > slotsPerEni) return E_IP_LIMIT;
  const subnet2 = w[n + at2.attachedSubnet + a];
  const chance = pick(e, b, n);
  if (prefixes) {
    if (!takePrefixes(e.subnets, subnet2, count2, chance, w, n + at2.list)) return E_CIDR_BLOCKS;
  } else if (pickableCount(e.subnets, subnet2) < count2 || !takeAddresses(e.subnets, subnet2, USE.secondary, count2, chance, w, n + at2.list)) {
    return E_FREE_ADDRESSES;
  }
  toAddresses(e, b, n, subnet2, count2);
  for (let i = 0; i < count2; i++) hold(b, n, a, w[n + at2.list + i], prefixes);
  w[n + N.replyCount] = count2;
  return OK;
}
const unassignAddresses = (e, b, n, number, prefixes, listedUntil) => releaseList(e, b, n, number, n + b.at.list, b.w[n + N.listLength], prefixes, listedUntil);
function releaseList(e, b, n, number, first, count2, prefixes, listedUntil) {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, number);
  if (a === NONE) return E_ENI_NOT_FOUND;
  for (let i = first; i < first + count2; i++) if (findHeld(b, n, a, w[i], prefixes) === NONE) return E_PARAMETER;
  const subnet2 = w[n + at2.attachedSubnet + a];
  for (let i = first; i < first + count2; i++) {
    unhold(b, n, a, findHeld(b, n, a, w[i], prefixes), listedUntil);
    giveBack(e, subnet2, w[i], prefixes);
  }
  return OK;
}
function deleteInterface(e, b, n, number) {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, number);
  assert(a !== NONE, "deleteInterface: the ENI is attached");
  const subnet2 = w[n + at2.attachedSubnet + a];
  release(e.subnets, subnet2, offsetOf2(e, subnet2, w[n + at2.attachedPrimaryIp + a]));
  for (let slot = 0; slot < at2.attachedSlots; slot++) {
    if (isHeld(b, n, a, slot)) giveBack(e, subnet2, w[n + at2.attachedAddress + a * at2.attachedSlots + slot], isAttachedPrefix(b, n, a, slot));
  }
  detach(b, n, a);
}

// src/engine/ec2/server.ts
const SUBNET_TAG = { none: 0, usable: 1, excluded: 2 };
function faultOf({ faults }, action, at2, nodeId) {
  for (const { action: met, code, from, until, share: share2, key } of faults) {
    if ((met === action || met === NONE) && at2 >= from && at2 < until && (share2 >= 1 || draw(streamKey(key, STREAM.tie, nodeId), at2 % 4294967296) < share2 * 4294967296)) return code;
  }
  return 0;
}
const givesUp = ({ w }, n, code) => w[n + N.awsTry] >= EC2_TRIES && (!isRetryable(code) || w[n + N.ec2Attempt] >= MAX_ATTEMPTS);
function leakNew(e, { w, at: at2 }, n, since) {
  const list = w.slice(n + at2.newEniList, n + at2.newEniList + w[n + N.newEniCount]);
  const [addresses, prefixes] = w[n + N.newEniPrefixes] === 1 ? [NO_ADDRESSES, list] : [list, NO_ADDRESSES];
  e.leaked.push({ node: w[n + N.index], subnet: w[n + N.newEniSubnet], ip: w[n + N.newEniIp], addresses, prefixes, since });
  w[n + N.newEniOpen] = 0;
}
function leakDetached(e, b, n, since) {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, w[n + N.callEni]);
  if (a === NONE || (w[n + at2.attachedFlags + a] & ENI_DETACHED) === 0) return;
  const held2 = Array.from({ length: at2.attachedSlots }, (_, slot) => slot).filter((slot) => isHeld(b, n, a, slot));
  const of = (prefix) => Int32Array.from(held2.filter((slot) => isAttachedPrefix(b, n, a, slot) === prefix), (slot) => w[n + at2.attachedAddress + a * at2.attachedSlots + slot]);
  e.leaked.push({ node: w[n + N.index], subnet: w[n + at2.attachedSubnet + a], ip: w[n + at2.attachedPrimaryIp + a], addresses: of(false), prefixes: of(true), since });
  detach(b, n, a);
}
const NO_ADDRESSES = new Int32Array(0);
const E_ENI_QUOTA = errorCode("NetworkInterfaceLimitExceeded");
const tieOf = (seed2, at2, nodeId) => mix(mix(seed2 + at2 % 4294967296) ^ Math.imul(nodeId + 1, 2654435769));
function serve(e, world2, node, at2) {
  const { group, n: main } = blockOf(world2, node);
  const b = group.blocks;
  const { w } = b;
  const card = w[main + N.activeCard];
  const n = cardBlock(b.at, main, card);
  const action = w[n + N.ec2Action];
  assert(action > 0, "serve: the node has an open request");
  const byId = action === ACTION.describeEnis && e.describeByIdIsSmall;
  const bucket3 = byId ? e.smallDescribe : e.buckets[action];
  w[n + N.replyCount] = 0;
  const undoes = action === ACTION.delete && w[n + N.awsPlace] === AWS.allocUndo;
  const fresh = w[n + N.newEni];
  const settings = cardSettings(world2.settings[w[n + N.ec2Settings]], card);
  const code = faultOf(e, action, at2, w[main + N.id]) || (take(bucket3, at2, e.refusedCosts) ? carryOut(e, world2, b, n, settings, action, at2) : E_THROTTLED);
  const latency = code === OK ? w[n + N.ec2LatencyOk] : w[n + N.ec2LatencyRefused];
  w[n + N.lookAt] = FOREVER2;
  w[main + N.lookAt] = FOREVER2;
  const abandoned = (w[main + N.nodeFlags] & NODE_ABANDONED) !== 0;
  w[n + N.ec2Error] = code;
  if (abandoned) w[main + N.nodeFlags] &= ~NODE_ABANDONED;
  else {
    w[n + N.wakeAt] = w[n + N.ec2RequestedAt] + latency;
    w[main + N.wakeAt] = w[n + N.wakeAt];
  }
  if (code !== OK && action === ACTION.delete && givesUp(b, n, code)) {
    if (undoes) leakNew(e, b, n, at2);
    else leakDetached(e, b, n, at2);
  }
  e.requests[action] += 1;
  if (code === E_THROTTLED) e.throttled[action] += 1;
  else if (code !== OK) e.errors[action] += 1;
  const subnet2 = subnetOf(b, n, action);
  e.watch(at2, action, code, subnet2);
  if (e.log !== null) logCall(e.log, b, n, node, at2, latency, action, code, subnet2, undoes ? fresh : action === ACTION.create ? w[n + N.newEni] : w[n + N.callEni]);
  const wakesAt = w[main + N.wakeAt] === FOREVER2 ? Number.POSITIVE_INFINITY : world2.origin[0] + w[main + N.wakeAt];
  return b.at.restarts === 1 ? Math.min(wakesAt, world2.nextAt[node]) : wakesAt;
}
function logCall(rows, b, n, node, at2, latency, action, code, subnet2, eni) {
  const { w } = b;
  const i = addRow(rows);
  const r = rows.columns;
  r.requested[i] = at2;
  r.latency[i] = latency;
  r.action[i] = action;
  r.node[i] = node;
  r.number[i] = w[n + N.ec2Number] - 1;
  r.attempt[i] = w[n + N.ec2Attempt];
  r.code[i] = code;
  r.subnet[i] = subnet2;
  r.eni[i] = (action === ACTION.create || action === ACTION.attach) && code !== OK ? NONE : eni;
  r.countRequested[i] = requestedOf(b, n, action);
  r.countGranted[i] = code === OK ? grantedOf(b, n, action) : 0;
}
function carryOut(e, world2, b, n, c, action, at2) {
  const { w } = b;
  const moment2 = at2 - world2.origin[0];
  switch (action) {
    case ACTION.assign:
      return assignAddresses(e, b, n, w[n + N.callEni], w[n + N.ec2Count], c.prefixMode, c.slotsPerEni);
    case ACTION.unassign: {
      const late = moment2 + imds(e.vanishes, b, n);
      return unassignAddresses(e, b, n, w[n + N.callEni], w[n + N.call] === CALL.deallocPrefixes, late);
    }
    case ACTION.create: {
      if (e.eniCount >= e.enisPerRegion) return E_ENI_QUOTA;
      const code = createInterface(e, b, n, w[n + N.awsSubnet], Math.min(w[n + N.callCount], c.slotsPerEni), c.prefixMode);
      if (code === OK) e.eniCount++;
      return code;
    }
    case ACTION.attach: {
      const visible = moment2 + w[n + N.ec2LatencyOk] + imds(e.appears, b, n) + imds(e.ready, b, n);
      return attachInterface(b, n, c.eniLimit, w[n + N.awsDevice], visible);
    }
    case ACTION.detach: {
      const a = findAttached(b, n, w[n + N.callEni]);
      if (a === NONE) return OK;
      w[n + b.at.attachedFlags + a] |= ENI_DETACHED;
      w[n + b.at.attachedVisibleAt + a] = FOREVER2;
      return OK;
    }
    case ACTION.delete:
      if (w[n + N.awsPlace] === AWS.allocUndo) deleteNewInterface(e, b, n);
      else if (findAttached(b, n, w[n + N.callEni]) !== NONE) deleteInterface(e, b, n, w[n + N.callEni]);
      else return OK;
      e.eniCount--;
      return OK;
    case ACTION.describeSubnets:
      if (w[n + N.awsPlace] === AWS.allocSubnets) w[n + N.ec2Count] = candidates(e, b, n, c);
      else w[n + N.ec2Count] = world2.subnetExcluded[w[n + N.callSubnet]];
      return OK;
    default:
      return OK;
  }
}
function imds(sampler, { w }, n) {
  return sampler.fixed >= 0 ? sampler.fixed : sample(sampler, streamKey(w[n + N.key], STREAM.latency, 1), w[n + N.latencies]++);
}
function candidates({ subnets, subnetTag, subnetZone }, { w, at: at2 }, n, c) {
  const primary = w[n + N.primarySubnet];
  let count2 = 0;
  if (!c.subnetDiscovery) {
    if (subnetTag[primary] !== SUBNET_TAG.excluded) w[n + at2.candidate + count2++] = primary;
    return count2;
  }
  for (let s2 = 0; s2 < subnets.subnetCount; s2++) {
    const usable = subnetTag[s2] === SUBNET_TAG.usable || s2 === primary && subnetTag[s2] === SUBNET_TAG.none;
    if (!usable || subnetZone[s2] !== w[n + N.zone]) continue;
    const free = freeCount(subnets, s2);
    if (count2 === CANDIDATES && free <= freeCount(subnets, w[n + at2.candidate + count2 - 1])) continue;
    let place = count2 < CANDIDATES ? count2++ : count2 - 1;
    while (place > 0 && freeCount(subnets, w[n + at2.candidate + place - 1]) < free) {
      w[n + at2.candidate + place] = w[n + at2.candidate + place - 1];
      place--;
    }
    w[n + at2.candidate + place] = s2;
  }
  return count2;
}
function subnetOf(b, n, action) {
  const { w, at: at2 } = b;
  if (action === ACTION.create) return w[n + N.awsSubnet];
  if (action !== ACTION.assign && action !== ACTION.unassign) return NONE;
  const a = findAttached(b, n, w[n + N.callEni]);
  return a === NONE ? NONE : w[n + at2.attachedSubnet + a];
}
function requestedOf({ w }, n, action) {
  if (action === ACTION.assign) return w[n + N.ec2Count];
  if (action === ACTION.unassign) return w[n + N.listLength];
  return action === ACTION.create ? w[n + N.callCount] : 0;
}
const grantedOf = ({ w }, n, action) => action === ACTION.assign || action === ACTION.create ? w[n + N.replyCount] : action === ACTION.unassign ? w[n + N.listLength] : 0;
const FIRST_RELEASE = 536870912;
function logRelease(rows, { latency, refusal }, { w }, n, node, at2, code) {
  const i = addRow(rows);
  const r = rows.columns;
  const number = w[n + N.rpcNumber]++;
  r.requested[i] = at2;
  r.latency[i] = sample((code === OK ? latency : refusal)[ACTION.unassign], streamKey(w[n + N.key], STREAM.latency, 2), number);
  r.action[i] = ACTION.unassign;
  r.node[i] = node;
  r.number[i] = FIRST_RELEASE + number;
  r.attempt[i] = 1;
  r.code[i] = code;
  r.subnet[i] = NONE;
  r.eni[i] = w[n + N.rpcEni];
  r.countRequested[i] = w[n + N.rpcCount];
  r.countGranted[i] = code === OK ? w[n + N.rpcCount] : 0;
}
function serveRelease(e, world2, node, at2) {
  const { group, n } = blockOf(world2, node);
  const b = group.blocks;
  const { w, at: layout } = b;
  const action = ACTION.unassign;
  const code = faultOf(e, action, at2, w[n + N.id]) || (take(e.buckets[action], at2, e.refusedCosts) ? releaseList(e, b, n, w[n + N.rpcEni], n + layout.rpcList, w[n + N.rpcCount], true, at2 - world2.origin[0] + imds(e.vanishes, b, n)) : E_THROTTLED);
  if (code !== OK) w[n + S.drift] = 1;
  w[n + N.rpcLookAt] = FOREVER2;
  e.requests[action] += 1;
  if (code === E_THROTTLED) e.throttled[action] += 1;
  else if (code !== OK) e.errors[action] += 1;
  e.watch(at2, action, code, NONE);
  if (e.log !== null) logRelease(e.log, world2, b, n, node, at2, code);
  return at2 + 1;
}

// src/engine/ipamd/settings.ts
function createSettings(input, card = 0) {
  const slotsPerEni = input.ipv4PerEni - 1;
  const prefixMode = input.prefixDelegation && input.prefixCapable;
  const slotSize = prefixMode ? PREFIX_SIZE : 1;
  return Object.freeze({
    ...input,
    eniMax: input.maxEni >= 1 && input.maxEni < input.eniLimit ? input.maxEni : input.eniLimit,
    slotsPerEni,
    prefixMode,
    slotSize,
    addressesPerEni: slotsPerEni * slotSize,
    ipTargets: input.warmIpTarget > 0 || input.minimumIpTarget > 0,
    card,
    otherCards: card > 0 ? [] : Array.from({ length: (input.cards ?? 1) - 1 }, (_, k) => createSettings({ ...input, warmIpTarget: 1, minimumIpTarget: 1 }, k + 1))
  });
}

// src/scenarios/build.ts
const never = (ms) => ms >= FOREVER ? Number.POSITIVE_INFINITY : ms;
const CACHE_ROWS = 64;
const INBOX_ROWS = 1 << 18;
function buildPlan(scenario2, traces = /* @__PURE__ */ new Map()) {
  const scheduled = scenario2.workloads.some((w) => w.kind === "trace" || w.kind === "replicas" || w.kind === "churn" && w.placed === "scheduler" || w.kind === "daemonset" && !w.hostNetwork);
  const podLog = scenario2.outputs.tables.pods ? 1 : 0;
  const settings = [];
  const groups = [];
  const rows = [];
  const shapes = [];
  let id = 0;
  for (const [g, group] of scenario2.nodeGroups.entries()) {
    const total = group.count + addedNodes(scenario2, g);
    const layout = layOut(group, total);
    const registered = createSampler(group.launch.registered), agentStart = createSampler(group.launch.agentStart);
    for (const [k, shape] of group.shapes.entries()) {
      const members = [...layout.shape.keys()].filter((i) => layout.shape[i] === k);
      if (members.length === 0) continue;
      const versions = settingsVersions(scenario2, g, group, shape);
      const firstSettings = settings.length;
      settings.push(...versions);
      const daemons = scenario2.workloads.filter((w) => w.kind === "daemonset" && placedOn(w.placement.nodeGroups, g));
      groups.push({
        dims: dimsOf(versions.map(createSettings), shape, scheduled ? 1 : 0, podLog, restartsOf(scenario2, g).length > 0 ? 1 : 0),
        nodeCount: members.length,
        churn: churnOf(scenario2.workloads.find((w) => w.kind === "churn" && w.placed === "per-node" && placedOn(w.placement.nodeGroups, g)))
      });
      for (const launch2 of members) {
        const zone = group.zones[layout.zoneShare[launch2]];
        rows.push({
          id: id + launch2,
          settings: firstSettings,
          maxPods: shape.maxPods,
          zone: zone.zone,
          primarySubnet: layout.subnet[launch2],
          eniConfigSubnet: zone.eniConfig === NONE ? NONE : scenario2.eniConfigs[zone.eniConfig].subnet,
          sweeps: Number(versions[0].provisioning && !group.env.DISABLE_LEAKED_ENI_CLEANUP && !group.env.ENABLE_IPv6),
          hostPods: daemons.filter((d) => d.hostNetwork).length,
          daemonPods: daemons.filter((d) => !d.hostNetwork).length,
          ...lifeOf(scenario2, g, group, launch2, registered, agentStart, zone.zone),
          restarts: nodeRestarts(scenario2, g, launch2, total, firstSettings),
          name: `${group.name}-${launch2}`,
          group: g,
          shape: shapes.length
        });
      }
      shapes.push(shape);
    }
    id += total;
  }
  const column = (field) => rows.map((row) => row[field]);
  const words = (field) => Int32Array.from(column(field));
  const moments = (field) => Float64Array.from(column(field));
  const nodes = {
    id: words("id"),
    settings: words("settings"),
    maxPods: words("maxPods"),
    zone: words("zone"),
    primarySubnet: words("primarySubnet"),
    eniConfigSubnet: words("eniConfigSubnet"),
    hostPods: words("hostPods"),
    daemonPods: words("daemonPods"),
    launchAt: moments("launchAt"),
    startDelay: moments("startDelay"),
    cordonAt: moments("cordonAt"),
    uncordonAt: moments("uncordonAt"),
    terminateAt: moments("terminateAt"),
    drainAt: moments("drainAt"),
    lost: words("lost"),
    sweeps: words("sweeps")
  };
  const { tables, nodeSample, binMs } = scenario2.outputs;
  const podRows2 = groups.reduce((sum3, { dims, nodeCount }) => sum3 + dims.pods * nodeCount, 0);
  const stage = scheduled ? stageOf(scenario2, traces, rows, shapes) : null;
  const plan2 = {
    seed: scenario2.seed,
    durationMs: scenario2.durationMs,
    binMs,
    groups,
    settings,
    subnetCount: scenario2.subnets.length,
    nodes,
    restarts: flatten(rows),
    ec2: ec2Of(scenario2),
    nodeSample: tables.nodes ? nodeSample : 0,
    latency: byAction2(scenario2.ec2.latency),
    refusal: byAction2(scenario2.ec2.refusalLatency),
    addDelay: scenario2.kubelet.addDelay,
    retryDelay: scenario2.kubelet.retryDelay,
    containerStart: scenario2.kubelet.containerStart,
    grace: scenario2.kubelet.terminationGrace,
    tables: { nodes: tables.nodes, pods: tables.pods, decisions: tables.decisions },
    inboxSize: stage === null ? 0 : 2 * Math.min(INBOX_ROWS, podRows2) + stage.atOnce,
    newsSize: rows.length + (scheduled ? 2 * podRows2 : 0)
  };
  return {
    plan: plan2,
    stage,
    nodeName: (node) => rows[node].name,
    nodeGroupOf: Int32Array.from(rows, (row) => row.group),
    shapeOf: rows.map((row) => shapes[row.shape]),
    zoneOf: nodes.zone,
    sourceWorkloads: stage?.workloads ?? []
  };
}
const WAITING_ROWS = 1 << 20;
function stageOf(scenario2, traces, rows, shapes) {
  const classes = /* @__PURE__ */ new Map();
  const podClasses = [];
  const classOf = (requests2, placement) => {
    const tolerates = scenario2.nodeGroups.flatMap((group, g) => placedOn(placement.nodeGroups, g) && toleratesAll(placement, group) ? [g] : []);
    const key = JSON.stringify([requests2, tolerates]);
    const known = classes.get(key);
    if (known !== void 0) return known;
    classes.set(key, podClasses.length);
    return podClasses.push({ ...requests2, zone: NONE, group: NONE, tolerates }) - 1;
  };
  const sources = [];
  const workloads = [];
  let waiting = 0, atOnce = 0;
  for (const [i, w] of scenario2.workloads.entries()) {
    if (w.kind === "trace") {
      const pods = traces.get(w.name);
      if (pods === void 0) continue;
      sources.push({
        kind: "trace",
        created: pods.createdMs,
        deleted: pods.deletedMs,
        podClass: Int32Array.from(pods.cpuMilli, (cpuMilli, row) => classOf({ cpuMilli, memoryMib: pods.memoryMib[row], gpuMilli: pods.gpuMilli[row] }, w.placement))
      });
      waiting += pods.count;
      atOnce += largestBatch(pods.createdMs);
    } else if (w.kind === "replicas") {
      sources.push({ kind: "replicas", podClass: classOf(w.requests, w.placement), count: w.count, atMs: w.atMs, untilMs: never(w.untilMs) });
      waiting += w.count;
      atOnce += w.count;
    } else if (w.kind === "churn" && w.placed === "scheduler") {
      const initial = Math.round(w.podsPerNode * rows.length);
      sources.push({
        kind: "churn",
        podClass: classOf(w.requests, w.placement),
        meanGapMs: w.meanGapMs,
        batchMean: w.batchMean,
        life: w.lifetime,
        fromStart: w.lifetimeFrom === "start",
        initial,
        atMs: w.atMs,
        untilMs: never(w.untilMs)
      });
      waiting += WAITING_ROWS;
      atOnce += initial + 1e3;
    } else continue;
    workloads.push(i);
  }
  const daemons = scenario2.workloads.filter((w) => w.kind === "daemonset");
  const words = (of) => Int32Array.from(rows, of);
  const plan2 = {
    sources,
    podClasses,
    daemonSets: daemons.map((w) => ({ ...w.requests, zone: NONE, group: NONE, tolerates: scenario2.nodeGroups.flatMap((_, g) => placedOn(w.placement.nodeGroups, g) ? [g] : []) })),
    daemonAddressed: daemons.map((w) => !w.hostNetwork),
    zoneCount: scenario2.zones.length,
    taintTexts: scenario2.nodeGroups.map(({ taints, name: name2 }) => taints.length > 0 ? `{${taints.map(({ key, value }) => `${key}: ${value}`).join(", ")}}` : `{node group: ${name2}}`),
    scoring: scenario2.scheduler.scoring === "least-allocated" ? "leastAllocated" : "mostAllocated",
    delay: scenario2.scheduler.delay,
    watchDelay: scenario2.scheduler.watchDelay,
    waitingCapacity: Math.min(waiting + 1, 4 * WAITING_ROWS),
    cpuMilli: words((row) => shapes[row.shape].cpuMilli),
    memoryMib: words((row) => shapes[row.shape].memoryMib),
    gpuMilli: words((row) => shapes[row.shape].gpuMilli),
    taintClass: words((row) => row.group)
  };
  return { ...plan2, workloads, atOnce: atOnce + daemons.length * rows.length };
}
function largestBatch(created) {
  let largest = 0;
  for (let i = 0, from = 0; i < created.length; i++) {
    if (created[i] !== created[from]) from = i;
    largest = Math.max(largest, i - from + 1);
  }
  return largest;
}
const toleratesAll = ({ tolerations }, { taints }) => tolerations.includes("*") || taints.every(({ key, effect }) => effect === "PreferNoSchedule" || tolerations.includes(key));
const placedOn = (nodeGroups, group) => nodeGroups.length === 0 || nodeGroups.includes(group);
const addedNodes = ({ at: at2 }, group) => at2.reduce((sum3, entry) => sum3 + (entry.kind === "add" && entry.nodeGroup === group ? entry.count : 0), 0);
function lifeOf(scenario2, g, group, launch2, registered, agentStart, zone) {
  const { state, atMs, pacePerMinute } = group.launch;
  let launchAt = Number.NaN;
  if (launch2 < group.count) {
    if (state === "launching") launchAt = atMs + (pacePerMinute >= FOREVER ? 0 : Math.floor(launch2 * 6e4 / pacePerMinute));
  } else {
    let later2 = launch2 - group.count;
    for (const entry of scenario2.at) {
      if (entry.kind !== "add" || entry.nodeGroup !== g) continue;
      if (later2 < entry.count) {
        launchAt = entry.atMs + Math.floor(later2 * entry.overMs / entry.count);
        break;
      }
      later2 -= entry.count;
    }
  }
  let cordonAt = never(group.cordonAtMs), uncordonAt = Number.POSITIVE_INFINITY, terminateAt = never(group.terminateAtMs), drainAt = Number.POSITIVE_INFINITY, lost = 0;
  for (const entry of scenario2.at) {
    if (entry.kind === "failZone" && entry.zone === zone && entry.atMs < terminateAt) {
      terminateAt = entry.atMs;
      lost = 1;
    }
    if (!isPart(entry) || entry.nodeGroup !== g) continue;
    const touched = Math.ceil(entry.share * group.count);
    if (launch2 >= touched) continue;
    const moment2 = entry.atMs + Math.floor(launch2 * entry.overMs / touched);
    if (entry.kind === "cordon") cordonAt = Math.min(cordonAt, moment2);
    else if (entry.kind === "uncordon") uncordonAt = Math.min(uncordonAt, moment2);
    else if (entry.kind === "drain") drainAt = Math.min(drainAt, moment2);
    else if (moment2 < terminateAt) {
      terminateAt = moment2;
      lost = 0;
    }
  }
  const key = streamKey(scenario2.seed, STREAM.nodeStart, launch2 + g * 65536);
  const startDelay2 = sample(registered, key, 0) + sample(agentStart, key, 1);
  return { launchAt, startDelay: Math.max(1, startDelay2), cordonAt, uncordonAt, terminateAt, drainAt, lost };
}
const isPart = (entry) => entry.kind === "cordon" || entry.kind === "uncordon" || entry.kind === "drain" || entry.kind === "terminate";
const restartsOf = ({ at: at2 }, g) => at2.filter((entry) => (entry.kind === "set" || entry.kind === "restart") && placedOn(entry.nodeGroups, g));
function settingsVersions(scenario2, g, group, shape) {
  let env = group.env;
  const versions = [settingsOf(env, shape, scenario2)];
  for (const entry of restartsOf(scenario2, g)) {
    if (entry.kind !== "set") continue;
    env = { ...env, ...Object.fromEntries(Object.entries(entry.values).filter(([name2]) => !group.overrides.includes(name2))) };
    versions.push(settingsOf(env, shape, scenario2));
  }
  return versions;
}
function nodeRestarts(scenario2, g, launch2, total, firstSettings) {
  let version = firstSettings;
  return restartsOf(scenario2, g).map((entry) => {
    if (entry.kind === "set") version++;
    const batch = Math.max(1, Math.floor(total * entry.maxUnavailable));
    return { at: entry.atMs + Math.floor(launch2 / batch) * entry.batchMs, settings: entry.kind === "set" ? version : NONE, downMs: entry.downMs };
  }).sort((a, b) => a.at - b.at);
}
function flatten(rows) {
  const all = rows.flatMap((row) => row.restarts);
  const first = new Int32Array(rows.length + 1);
  rows.forEach((row, i) => {
    first[i + 1] = first[i] + row.restarts.length;
  });
  return { first, at: Float64Array.from(all, (r) => r.at), settings: Int32Array.from(all, (r) => r.settings), downMs: Int32Array.from(all, (r) => r.downMs) };
}
function settingsOf(env, shape, scenario2) {
  return {
    warmEniTarget: env.WARM_ENI_TARGET,
    warmIpTarget: env.WARM_IP_TARGET,
    minimumIpTarget: env.MINIMUM_IP_TARGET,
    warmPrefixTarget: env.WARM_PREFIX_TARGET,
    maxEni: env.MAX_ENI,
    prefixDelegation: env.ENABLE_PREFIX_DELEGATION,
    customNetworking: env.AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG,
    subnetDiscovery: env.ENABLE_SUBNET_DISCOVERY,
    podEni: env.ENABLE_POD_ENI,
    manageUntaggedEni: env.MANAGE_UNTAGGED_ENI,
    manageEnisNonSchedulable: env.AWS_MANAGE_ENIS_NON_SCHEDULABLE,
    provisioning: !(env.DISABLE_NETWORK_RESOURCE_PROVISIONING || env.ENABLE_IMDS_ONLY_MODE),
    cooldownMs: env.IP_COOLDOWN_PERIOD * 1e3,
    eniLimit: shape.enis,
    ipv4PerEni: shape.ipv4PerEni,
    prefixCapable: shape.hypervisor === "nitro" || shape.bareMetal,
    trunkingCompatible: shape.trunkCompatible,
    ipv6: env.ENABLE_IPv6,
    cards: env.ENABLE_MULTI_NIC && !env.ENABLE_IPv6 ? shape.networkCards.length : 1,
    lowestFirst: scenario2.cni.order === "lowest-first",
    turnWorkMs: scenario2.cni.turnWorkMs
  };
}
function dimsOf(versions, shape, scheduled, podLog, restarts) {
  const slots = versions[0].slotsPerEni;
  const enis = Math.min(32, shape.enis);
  const step2 = Math.max(1, ...versions.map((c) => Math.max(c.warmPrefixTarget, Math.ceil(Math.max(c.warmIpTarget, c.minimumIpTarget) / PREFIX_SIZE) + 1)));
  const prefixes = Math.min(enis * slots, Math.ceil(shape.maxPods / PREFIX_SIZE) + Math.min(slots, step2));
  return {
    enis,
    slots,
    attachedSlots: slots,
    pods: Math.min(1024, shape.maxPods),
    cooling: Math.max(1, enis * slots, versions.some((c) => c.prefixMode) ? prefixes * PREFIX_SIZE : 0),
    cache: versions.some((c) => c.prefixMode || c.ipTargets) ? CACHE_ROWS : 0,
    podLog,
    restarts,
    scheduled,
    cards: Math.max(...versions.map((c) => c.otherCards.length + 1))
  };
}
function churnOf(w) {
  if (w === void 0) return null;
  return { meanGapMs: w.meanGapMs, batchMean: w.batchMean, life: w.lifetime, atMs: w.atMs, untilMs: never(w.untilMs), podsPerNode: Math.round(w.podsPerNode) };
}
function byAction2(of) {
  return ACTIONS.map((action) => action === "none" ? { kind: "fixed", ms: 1 } : of[action]);
}
function ec2Of({ ec2: ec23, subnets, cni: cni2, durationMs, at: at2, seed: seed2 }) {
  return {
    subnets: subnets.map(({ cidr: cidr2, reservations }) => ({
      base: cidr2.first,
      prefixLength: cidr2.bits,
      reservations: reservations.map((r) => ({ base: r.cidr.first, prefixLength: r.cidr.bits, type: r.type }))
    })),
    subnetTag: subnets.map(({ tags }) => subnetTagOf(tags, cni2.env.CLUSTER_NAME)),
    subnetZone: subnets.map(({ zone }) => zone),
    buckets: ACTIONS.map((action) => {
      const bucket3 = action === "none" ? null : ec23.buckets[action];
      return bucket3 === null ? null : { ...bucket3, backgroundPerSecond: ec23.backgroundPerSecond[action] };
    }),
    smallDescribe: ec23.smallDescribeBucket === null ? null : { ...ec23.smallDescribeBucket, backgroundPerSecond: 0 },
    describeByIdIsSmall: ec23.describeByIdUsesSmallBucket,
    refusedCosts: ec23.throttledCostsToken,
    enisPerRegion: ec23.quotas.enisPerRegion,
    lowestFree: ec23.pick === "lowest-free",
    createWithoutFreeBlock: errorCode(ec23.createWithoutFreeBlock),
    appears: ec23.imds.eniAppears,
    ready: ec23.imds.addressesAppear,
    faults: faultsOf(at2, seed2),
    tagChanges: tagChangesOf(at2, subnets, cni2.env.CLUSTER_NAME),
    vanishes: ec23.imds.vanishes,
    held: heldOf(subnets, durationMs)
  };
}
function subnetTagOf(tags, cluster) {
  const role = tags["kubernetes.io/role/cni"];
  const clusters = Object.keys(tags).filter((key) => key.startsWith("cni.networking.k8s.aws/cluster/"));
  const foreign = cluster !== "" && clusters.length > 0 && !clusters.includes(`cni.networking.k8s.aws/cluster/${cluster}`);
  if (role === "0" || role !== void 0 && role !== "" && foreign) return SUBNET_TAG.excluded;
  return role === void 0 || role === "" ? SUBNET_TAG.none : SUBNET_TAG.usable;
}
function tagChangesOf(at2, subnets, cluster) {
  const tags = subnets.map((subnet2) => ({ ...subnet2.tags }));
  return at2.flatMap((entry) => {
    if (entry.kind !== "tag") return [];
    if (entry.value === null) delete tags[entry.subnet][entry.key];
    else tags[entry.subnet][entry.key] = entry.value;
    return [{ at: entry.atMs, subnet: entry.subnet, tag: subnetTagOf(tags[entry.subnet], cluster) }];
  });
}
const faultsOf = (at2, seed2) => at2.flatMap((entry, i) => entry.kind !== "fault" ? [] : [{
  action: entry.action === "any" ? NONE : ACTIONS.indexOf(entry.action),
  code: errorCode(entry.code),
  from: entry.atMs,
  until: entry.untilMs,
  share: entry.share,
  key: mix(seed2 + i)
}]);
function heldOf(subnets, durationMs) {
  const changes = [];
  let holder = 0;
  for (const [s2, { held: held2, cidr: cidr2 }] of subnets.entries()) {
    for (const { what, atMs, untilMs, perHour } of held2) {
      const lowest = what.kind === "count" && what.placement === "lowest";
      const offsets = what.kind === "addresses" ? what.addresses.map((a) => a - cidr2.first) : null;
      const count2 = what.kind === "count" ? what.count : what.addresses.length;
      changes.push({ at: atMs, subnet: s2, holder, count: count2, lowest, offsets });
      if (untilMs < FOREVER) changes.push({ at: untilMs, subnet: s2, holder, count: -Number.MAX_SAFE_INTEGER, lowest, offsets: null });
      for (let k = 1; perHour !== 0; k++) {
        const at2 = atMs + Math.floor(k * 36e5 / Math.abs(perHour));
        if (at2 > durationMs || at2 >= untilMs) break;
        changes.push({ at: at2, subnet: s2, holder, count: perHour > 0 ? 1 : -1, lowest, offsets: null });
      }
      holder++;
    }
  }
  return changes.sort((a, b) => a.at - b.at);
}

// src/core/histogram.ts
const EXACT = 1024;
const STEPS = EXACT / 2;
const POWERS = 32;
const COUNT = 0;
const SUM = 1;
const MAX = 2;
const BUCKETS = 4;
const HISTOGRAM_VALUE_MAX = 4398046511103;
const HISTOGRAM_SIZE = BUCKETS + EXACT + POWERS * STEPS;
const POWER_OF_TWO = Float64Array.from({ length: POWERS + 1 }, (_, power) => {
  let value = 1;
  for (let i = 0; i < power; i++) value *= 2;
  return value;
});
const createHistogram = () => new Float64Array(HISTOGRAM_SIZE);
function bucketOf(value) {
  if (value < EXACT) return value;
  const upper = Math.floor(value / 4294967296);
  const bits = upper > 0 ? 64 - Math.clz32(upper) : 32 - Math.clz32(value);
  const power = bits - 11;
  const step2 = Math.floor(value / POWER_OF_TWO[power + 1]) - STEPS;
  return EXACT + power * STEPS + step2;
}
function addValue(histogram, value) {
  const kept = value > HISTOGRAM_VALUE_MAX ? HISTOGRAM_VALUE_MAX : value;
  histogram[COUNT]++;
  histogram[SUM] += kept;
  if (kept > histogram[MAX]) histogram[MAX] = kept;
  histogram[BUCKETS + bucketOf(kept)]++;
}

// src/engine/plan.ts
const nodeCountOf = (plan2) => plan2.groups.reduce((sum3, group) => sum3 + group.nodeCount, 0);
const binCountOf = (plan2) => Math.ceil(plan2.durationMs / plan2.binMs);
function allocate2(plan2, threadCount) {
  const nodes = nodeCountOf(plan2);
  const shared = (bytes) => new SharedArrayBuffer(Math.ceil(bytes / 8) * 8);
  return {
    blocks: plan2.groups.map(({ dims, nodeCount }) => shared(createLayout(dims).stride * 4 * nodeCount)),
    nextAt: shared(nodes * 8),
    groupOf: shared(nodes),
    sampled: shared(nodes),
    origin: shared(8),
    subnetExcluded: shared(plan2.subnetCount),
    inbox: shared(plan2.inboxSize * 32),
    threads: Array.from({ length: threadCount }, () => ({
      bins: shared((binCountOf(plan2) + 1) * BIN_FIELDS * 8),
      waits: shared(createHistogram().byteLength),
      outbox: shared(8 + 2 * nodes * 24),
      news: shared(8 + plan2.newsSize * 24),
      work: shared(16),
      metrics: shared(METRICS_BYTES)
    }))
  };
}
function openWorld(plan2, memory3) {
  let firstNode = 0;
  const groups = plan2.groups.map(({ dims, nodeCount, churn: churn2 }, g) => {
    const group = {
      blocks: createBlocks(dims, nodeCount, memory3.blocks[g]),
      firstNode,
      nodeCount,
      churn: churn2 === null ? null : { ...churn2, life: createSampler(churn2.life), meanLifeMs: churn2.life.kind === "exponential" ? churn2.life.meanMs : 0 }
    };
    firstNode += nodeCount;
    return group;
  });
  const size = plan2.inboxSize;
  return {
    seed: plan2.seed,
    durationMs: plan2.durationMs,
    binMs: plan2.binMs,
    binCount: binCountOf(plan2),
    groups,
    nodeCount: firstNode,
    settings: plan2.settings.map(createSettings),
    groupOf: new Uint8Array(memory3.groupOf),
    nextAt: new Float64Array(memory3.nextAt),
    origin: new Float64Array(memory3.origin),
    sampled: new Uint8Array(memory3.sampled),
    subnetExcluded: new Uint8Array(memory3.subnetExcluded),
    latency: ACTIONS.map((_, action) => createSampler(plan2.latency[action])),
    refusal: ACTIONS.map((_, action) => createSampler(plan2.refusal[action])),
    addDelay: createSampler(plan2.addDelay),
    retryDelay: createSampler(plan2.retryDelay),
    containerStart: createSampler(plan2.containerStart),
    grace: createSampler(plan2.grace),
    restarts: plan2.restarts,
    inbox: {
      boundAt: new Float64Array(memory3.inbox, 0, size),
      deleteAt: new Float64Array(memory3.inbox, size * 8, size),
      createdAt: new Float64Array(memory3.inbox, size * 16, size),
      podId: new Int32Array(memory3.inbox, size * 24, size),
      life: new Int32Array(memory3.inbox, size * 28, size)
    }
  };
}
function openThread(plan2, memory3, world2, index) {
  const own = memory3.threads[index];
  const nodes = world2.nodeCount;
  const news = plan2.newsSize;
  return {
    world: world2,
    bins: new Float64Array(own.bins),
    waits: new Float64Array(own.waits),
    outbox: {
      count: new Int32Array(own.outbox, 0, 1),
      at: new Float64Array(own.outbox, 8, 2 * nodes),
      lookAt: new Float64Array(own.outbox, 8 + nodes * 16, 2 * nodes),
      node: new Int32Array(own.outbox, 8 + nodes * 32, 2 * nodes)
    },
    news: {
      count: new Int32Array(own.news, 0, 1),
      at: new Float64Array(own.news, 8, news),
      node: new Int32Array(own.news, 8 + news * 8, news),
      pod: new Int32Array(own.news, 8 + news * 12, news),
      kind: new Int32Array(own.news, 8 + news * 16, news)
    },
    work: new Float64Array(own.work),
    metrics: openMetrics(own.metrics),
    tally: new Int32Array(BIN_FIELDS),
    bin: 0,
    binEnd: 0,
    log: {
      pods: plan2.tables.pods ? createRows(POD_ROW) : null,
      nodes: plan2.tables.nodes ? createRows(NODE_ROW) : null,
      decisions: plan2.tables.decisions ? createRows(DECISION_ROW) : null
    }
  };
}

// src/engine/decisions.ts
function decisionOf(b, n, c, now) {
  const stats = statsOf(b, n);
  return {
    low: isLow(b, n, c, stats),
    high: isHigh(b, n, c, stats),
    hold: decreaseHeld(b, n, now),
    short: short(b, n, c, stats),
    over: over(b, n, c, stats),
    remove: mayRemoveEni(b, n, c, stats),
    paused: growthPaused(b, n, now)
  };
}
function decide(x2, b, n, c, now) {
  const rows = x2.log.decisions;
  if (rows === null) return;
  const { w } = b;
  const decision = decisionOf(b, n, c, now);
  const i = addRow(rows);
  const r = rows.columns;
  r.at[i] = x2.world.origin[0] + now;
  r.node[i] = w[n + N.index];
  r.number[i] = w[n + N.decisionNumber]++;
  for (const field of ["low", "high", "hold", "short", "over", "remove", "paused"]) r[field][i] = Number(decision[field]);
  for (const field of ["action", "eni", "requested", "granted", "error"]) r[field][i] = NONE;
}

// src/engine/ipamd/reconcile.ts
const reconcile_exports = {};
__export(reconcile_exports, {
  RECONCILE_INTERVAL_MS: () => RECONCILE_INTERVAL_MS,
  agreesWithMetadata: () => agreesWithMetadata,
  beginReconcile: () => beginReconcile,
  reconcileAddresses: () => reconcileAddresses,
  reconcileDescribed: () => reconcileDescribed,
  reconcileFetched: () => reconcileFetched,
  reconcileGated: () => reconcileGated,
  reconcileListed: () => reconcileListed,
  reconcileMark: () => reconcileMark,
  reconcileNext: () => reconcileNext,
  reconcileSetUp: () => reconcileSetUp,
  reconcileSweep: () => reconcileSweep,
  reconcileTagged: () => reconcileTagged,
  reconcileVerified: () => reconcileVerified
});
const RECONCILE_INTERVAL_MS = 6e4;
const PREFIXES = 1;
const FROM_EC2 = 2;
const VERIFIED = 4;
const reconcileGated = (b, n, c, now) => now - b.w[n + N.lastAction] <= RECONCILE_INTERVAL_MS && !trunkWanted(b, n, c);
function beginReconcile(b, n, c, now) {
  if (reconcileGated(b, n, c, now)) {
    b.w[n + N.result] = RESULT.gated;
    return PLACE.idle;
  }
  return askListing(b, n, CALL.getAttachedEnis, PLACE.reconcileListed, now);
}
function end3({ w }, n) {
  w[n + N.result] = RESULT.ok;
  return PLACE.idle;
}
const reconcileListed = (b, n, _c, now) => {
  const { w, at: at2 } = b;
  const count2 = attachedCount(b, n);
  if (w[n + N.replyError] !== OK || count2 === 0) return end3(b, n);
  countUnmanaged(b, n);
  w[n + N.cursor] = 0;
  for (let a = 0; a < count2; a++) {
    if (isManaged(b, n, a) && findEni(b, n, w[n + at2.attachedNumber + a]) === NONE) {
      return askListing(b, n, CALL.describeAllEnis, PLACE.reconcileDescribed, now);
    }
  }
  return PLACE.reconcileNext;
};
const reconcileDescribed = (b, n, c) => {
  if (b.w[n + N.replyError] !== OK) return end3(b, n);
  classify(b, n, c);
  countUnmanaged(b, n);
  return PLACE.reconcileNext;
};
const reconcileNext = (b, n, c) => {
  const { w, at: at2 } = b;
  const count2 = attachedCount(b, n);
  for (; w[n + N.cursor] < count2; w[n + N.cursor]++) {
    const a = w[n + N.cursor];
    if (!isManaged(b, n, a)) continue;
    const number = w[n + at2.attachedNumber + a];
    w[n + N.setupEni] = number;
    if (findEni(b, n, number) !== NONE) {
      w[n + N.flags] = 0;
      return PLACE.reconcileAddresses;
    }
    if ((w[n + at2.attachedFlags + a] & ENI_TRUNK) === 0 && c.provisioning) return ask(b, n, CALL.tagEni, PLACE.reconcileTagged, number);
    return setUpEni(b, n, number, PLACE.reconcileSetUp);
  }
  return PLACE.reconcileSweep;
};
const reconcileTagged = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] === OK) return setUpEni(b, n, w[n + N.setupEni], PLACE.reconcileSetUp);
  w[n + N.cursor]++;
  return PLACE.reconcileNext;
};
const reconcileSetUp = (b, n) => {
  const { w } = b;
  if (w[n + N.result] === RESULT.ok) w[n + N.eniReconcileAdds] += 1;
  w[n + N.cursor]++;
  return PLACE.reconcileNext;
};
const kindOf3 = ({ w }, n) => (w[n + N.flags] & PREFIXES) !== 0;
function isInList(b, n, c, a, slot) {
  const prefix = kindOf3(b, n);
  if (isAttachedPrefix(b, n, a, slot) !== prefix) return false;
  if ((b.w[n + N.flags] & FROM_EC2) !== 0) return isHeld(b, n, a, slot);
  return isListed(b, n, a, slot, b.w[n + N.walkAt]) && !(prefix && hidesPrefixes(b, n, c, a));
}
const reconcileAddresses = (b, n, c) => {
  const { w, at: at2 } = b;
  const a = w[n + N.cursor];
  const e = findEni(b, n, w[n + N.setupEni]);
  const prefix = kindOf3(b, n);
  for (let i = 0; i < at2.maskWords; i++) w[n + at2.eniSeen + e * at2.maskWords + i] = 0;
  w[n + N.tries] = 0;
  let listed = 0, stored = 0, known = true;
  for (let slot = 0; slot < at2.attachedSlots; slot++) {
    if (!isInList(b, n, c, a, slot)) continue;
    listed++;
    if (findCidr(b, n, e, w[n + at2.attachedAddress + a * at2.attachedSlots + slot], prefix) === NONE) known = false;
  }
  for (let slot = 0; slot < at2.slots; slot++) if (isTaken(b, n, e, slot) && isPrefix(b, n, e, slot) === prefix) stored++;
  if (listed === stored && known) return PLACE.reconcileMark;
  return ask(b, n, prefix ? CALL.getPrefixes : CALL.getIpv4s, PLACE.reconcileFetched, w[n + N.setupEni]);
};
const reconcileFetched = (b, n) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) return nextKind(b, n);
  w[n + N.flags] |= FROM_EC2;
  return PLACE.reconcileMark;
};
function nextKind({ w }, n) {
  if ((w[n + N.flags] & PREFIXES) === 0) {
    w[n + N.flags] = PREFIXES;
    return PLACE.reconcileAddresses;
  }
  w[n + N.cursor]++;
  return PLACE.reconcileNext;
}
const reconcileMark = (b, n, c, now) => {
  const { w, at: at2 } = b;
  const a = findAttached(b, n, w[n + N.setupEni]);
  const e = findEni(b, n, w[n + N.setupEni]);
  const prefix = kindOf3(b, n);
  if (a === NONE) return sweepSlots(b, n, c, e);
  for (; w[n + N.tries] < at2.attachedSlots; w[n + N.tries]++) {
    const slot = w[n + N.tries];
    if (!isInList(b, n, c, a, slot)) continue;
    const ip = w[n + at2.attachedAddress + a * at2.attachedSlots + slot];
    const cached = findCached(b, n, ip, prefix);
    if (cached !== NONE) {
      if (isRecent(b, n, cached, now)) continue;
      if ((w[n + N.flags] & (FROM_EC2 | VERIFIED)) === 0) {
        return ask(b, n, prefix ? CALL.getPrefixes : CALL.getIpv4s, PLACE.reconcileVerified, w[n + N.setupEni]);
      }
      if (findHeld(b, n, a, ip, prefix) === NONE) continue;
      forgetCached(b, n, cached);
    }
    mark2(b, n, c, e, ip, prefix);
  }
  return sweepSlots(b, n, c, e);
};
const reconcileVerified = (b, n) => {
  const { w, at: at2 } = b;
  if (w[n + N.replyError] === OK) w[n + N.flags] |= VERIFIED;
  else {
    const a = findAttached(b, n, w[n + N.setupEni]);
    const e = findEni(b, n, w[n + N.setupEni]);
    see(b, n, e, w[n + at2.attachedAddress + a * at2.attachedSlots + w[n + N.tries]], kindOf3(b, n));
    w[n + N.tries]++;
  }
  return PLACE.reconcileMark;
};
function see(b, n, e, ip, prefix) {
  const slot = findCidr(b, n, e, ip, prefix);
  if (slot !== NONE) b.w[n + b.at.eniSeen + e * b.at.maskWords + (slot >> 5)] |= 1 << (slot & 31);
}
function mark2(b, n, c, e, ip, prefix) {
  if (!addCidr(b, n, c, e, ip, prefix)) see(b, n, e, ip, prefix);
  b.w[n + N.reconcileAdds] += 1;
}
function sweepSlots(b, n, c, e) {
  const { w, at: at2 } = b;
  const prefix = kindOf3(b, n);
  for (let slot = at2.slots - 1; slot >= 0; slot--) {
    const seen = w[n + at2.eniSeen + e * at2.maskWords + (slot >> 5)] >>> (slot & 31) & 1;
    if (seen === 1 || !isTaken(b, n, e, slot) || isPrefix(b, n, e, slot) !== prefix) continue;
    removeCidr(b, n, c, e, slot, true);
    w[n + N.reconcileDels] += 1;
  }
  return nextKind(b, n);
}
const reconcileSweep = (b, n, c, now) => {
  const { w, at: at2 } = b;
  for (let e = at2.enis - 1; e >= 0; e--) {
    const number = w[n + at2.eniNumber + e];
    if (number === NONE) continue;
    const a = findAttached(b, n, number);
    if (a !== NONE && isManaged(b, n, a)) continue;
    removeEni(b, n, c, e);
    w[n + N.eniReconcileDels] += 1;
  }
  w[n + N.lastAction] = now;
  w[n + S.drift] = agreesWithMetadata(b, n, c) ? 0 : 1;
  return end3(b, n);
};
function agreesWithMetadata(b, n, c) {
  const { w, at: at2 } = b;
  let managed = 0;
  for (let a = 0, count2 = attachedCount(b, n); a < count2; a++) {
    const flags = w[n + at2.attachedFlags + a];
    if ((flags & (ENI_EFA | ENI_UNMANAGED)) !== 0) continue;
    const e = findEni(b, n, w[n + at2.attachedNumber + a]);
    if (e === NONE) return false;
    managed++;
    let held2 = 0;
    for (let slot = 0; slot < at2.attachedSlots; slot++) {
      const until = w[n + at2.attachedUntil + a * at2.attachedSlots + slot];
      if (until === NEVER) continue;
      if (until !== FOREVER2) return false;
      const prefix = isAttachedPrefix(b, n, a, slot);
      if (prefix && hidesPrefixes(b, n, c, a)) continue;
      const ip = w[n + at2.attachedAddress + a * at2.attachedSlots + slot];
      if (findCidr(b, n, e, ip, prefix) === NONE || findCached(b, n, ip, prefix) !== NONE) return false;
      held2++;
    }
    if (held2 !== w[n + at2.eniSlotCount + e]) return false;
  }
  return managed === w[n + S.eniCount];
}

// src/engine/ipamd/tick.ts
const tick_exports = {};
__export(tick_exports, {
  beginTick: () => beginTick,
  tickFreed: () => tickFreed,
  tickGrown: () => tickGrown,
  tickReleased: () => tickReleased
});
const RELEASED = 1;
const snapshot = ({ w }, n) => ({ total: w[n + N.snapTotal], assigned: w[n + N.snapAssigned] });
function beginTick(b, n, c, now) {
  const { w } = b;
  if (trunkWanted(b, n, c)) announceSecurityGroupsForPods(b, n, c);
  w[n + N.flags] = 0;
  w[n + N.snapTotal] = w[n + S.total];
  w[n + N.snapAssigned] = w[n + S.assigned];
  const stats = statsOf(b, n);
  if (isLow(b, n, c, stats)) return increase(b, n, PLACE.tickGrown);
  if (isHigh(b, n, c, stats) && !decreaseHeld(b, n, now)) {
    w[n + N.flags] = RELEASED;
    return decrease(b, n, c, over(b, n, c, stats));
  }
  return PLACE.tickReleased;
}
const tickGrown = () => PLACE.tickReleased;
const tickReleased = (b, n, c, now) => mayRemoveEni(b, n, c, snapshot(b, n)) ? freeEni(b, n, c, now) : PLACE.tickFreed;
const tickFreed = (b, n, _c, now) => {
  const { w } = b;
  if (w[n + N.replyError] !== OK) noteFailure(b, n);
  if ((w[n + N.flags] & RELEASED) !== 0) {
    w[n + N.lastDecrease] = now;
    w[n + N.lastAction] = now;
  }
  w[n + N.result] = RESULT.ok;
  return PLACE.idle;
};

// src/engine/ipamd/agent.ts
const STEPS2 = { ...grow_exports, ...init_exports, ...reconcile_exports, ...setup_exports, ...shrink_exports, ...tick_exports };
const STEP_AT = [];
for (const [name2, place] of Object.entries(PLACE)) {
  if (name2 === "idle") continue;
  assert(typeof STEPS2[name2] === "function", `agent: a step is named ${name2}`);
  STEP_AT[place] = STEPS2[name2];
}
function run(b, n, c, now, place) {
  const { w } = b;
  while (place !== PLACE.idle) {
    if (place === WAIT) return false;
    place = STEP_AT[place](b, n, c, now);
  }
  w[n + N.place] = PLACE.idle;
  w[n + N.call] = CALL.none;
  return true;
}
const startInit = (b, n, c, now) => run(b, n, c, now, beginInit(b, n, c, now));
const startTick = (b, n, c, now) => run(b, n, c, now, beginTick(b, n, c, now));
const startReconcile = (b, n, c, now) => run(b, n, c, now, beginReconcile(b, n, c, now));
const resume = (b, n, c, now) => run(b, n, c, now, b.w[n + N.place]);

// src/engine/ipamd/leftovers.ts
const CLEAN_UP_DELAY_MS = 5e3;
function tidyAfterDel(b, n, c, ref, now) {
  const { w, at: at2 } = b;
  if (at2.restarts === 0) return false;
  const row = ref >> PREFIX_BITS;
  const e = eniOfRef(b, ref);
  const slot = row - e * at2.slots;
  const prefix = isPrefix(b, n, e, slot);
  if ((w[n + at2.eniFlags + e] & ENI_EXCLUDED) !== 0 && ownedOfSlot(b, n, row) === 0) rememberEmptied(b, n, e, w[n + at2.slotAddress + row], prefix, now);
  if (c.prefixMode || !prefix) return false;
  w[n + N.rpcEni] = w[n + at2.eniNumber + e];
  w[n + N.rpcCount] = takeOutKind(b, n, c, e, true, n + at2.rpcList);
  return w[n + N.rpcCount] > 0;
}
function rememberEmptied({ w, at: at2 }, n, e, ip, prefix, now) {
  const count2 = w[n + S.cleanCount];
  assert(count2 < at2.cooling, "rememberEmptied: the ring has room");
  const place = (w[n + S.cleanHead] + count2) % at2.cooling;
  w[n + at2.cleanAt + place] = now + CLEAN_UP_DELAY_MS;
  w[n + at2.cleanEni + place] = w[n + at2.eniNumber + e];
  w[n + at2.cleanAddress + place] = ip;
  w[n + at2.cleanKind + place] = Number(prefix);
  w[n + S.cleanCount] = count2 + 1;
}
const cleanUpAt = ({ w, at: at2 }, n) => at2.restarts === 1 && w[n + S.cleanCount] > 0 ? w[n + at2.cleanAt + w[n + S.cleanHead]] : FOREVER2;
function cleanUpEmptied(b, n, c) {
  const { w, at: at2 } = b;
  const place = w[n + S.cleanHead];
  w[n + S.cleanHead] = (place + 1) % at2.cooling;
  w[n + S.cleanCount] -= 1;
  const e = findEni(b, n, w[n + at2.cleanEni + place]);
  if (e === NONE || (w[n + at2.eniFlags + e] & ENI_EXCLUDED) === 0) return false;
  const slot = findCidr(b, n, e, w[n + at2.cleanAddress + place], w[n + at2.cleanKind + place] === 1);
  if (slot === NONE || ownedOfSlot(b, n, e * at2.slots + slot) > 0) return false;
  forgetEmptied(b, n, c, e, slot);
  w[n + S.drift] = 1;
  return true;
}

// src/engine/ipamd/stop.ts
function stopServing({ w, at: at2, dropped }, n) {
  for (let i = 0, place = w[n + S.coolHead]; i < w[n + S.coolCount]; i++, place++) {
    if (place === at2.cooling) place = 0;
    dropped.at[dropped.count++] = w[n + at2.coolAt + place];
  }
  w[n + S.coolCount] = 0;
  w[n + S.pickable] = 0;
}

// src/engine/pods.ts
const RANK2 = { del: 0, stop: 1, add: 2 };
const RANK_SCALE = 1024;
const END_OF_LIST = 1073741823;
const ROW_MASK = RANK_SCALE - 1;
const RANK_SHIFT = 10;
const timeOfKey = (key) => key * (1 / KEY_SCALE) | 0;
const rowOfKey = (key) => key - timeOfKey(key) * KEY_SCALE & ROW_MASK;
function createPods({ w, at: at2 }, n) {
  for (let p = 0; p < at2.pods; p++) w[n + at2.podAddress + p] = -2 - (p + 1 < at2.pods ? p + 1 : END_OF_LIST);
  w[n + N.podFirstFree] = 0;
  w[n + N.podQueued] = 0;
}
function takePodRow({ w, at: at2 }, n) {
  const p = w[n + N.podFirstFree];
  assert(p !== END_OF_LIST, "takePodRow: the node has a free pod row");
  w[n + N.podFirstFree] = -2 - w[n + at2.podAddress + p];
  w[n + at2.podAddress + p] = NONE;
  return p;
}
function podRows({ w, at: at2 }, n) {
  const free = /* @__PURE__ */ new Set();
  for (let p = w[n + N.podFirstFree]; p !== END_OF_LIST; p = -2 - w[n + at2.podAddress + p]) free.add(p);
  return Array.from({ length: at2.pods }, (_, p) => p).filter((p) => !free.has(p));
}
function queuedRank({ w, d, at: at2 }, n, p) {
  const first = n + at2.podKey >> 1;
  for (let i = first; i < first + w[n + N.podQueued]; i++) if (rowOfKey(d[i]) === p) return d[i] - timeOfKey(d[i]) * KEY_SCALE >> RANK_SHIFT;
  return NONE;
}
function unqueuePod({ w, d, at: at2 }, n, p) {
  const first = n + at2.podKey >> 1;
  const count2 = w[n + N.podQueued];
  for (let i = first; i < first + count2; i++) {
    if (rowOfKey(d[i]) !== p) continue;
    d.copyWithin(i, i + 1, first + count2);
    w[n + N.podQueued] = count2 - 1;
    return;
  }
}
function freePodRow({ w, at: at2 }, n, p) {
  w[n + at2.podAddress + p] = -2 - w[n + N.podFirstFree];
  w[n + N.podFirstFree] = p;
}
function queuePod({ w, d, at: at2 }, n, time, rank, p) {
  const first = n + at2.podKey >> 1;
  const key = time * KEY_SCALE + rank * RANK_SCALE + p;
  let i = first + w[n + N.podQueued];
  w[n + N.podQueued] += 1;
  while (i > first) {
    const earlier = d[i - 1];
    if (earlier > key) break;
    d[i] = earlier;
    i--;
  }
  d[i] = key;
}

// src/engine/turns.ts
const HALF_TURN_MS = 2500;
const ALWAYS = FOREVER2;
const turnMs = (c) => 2 * HALF_TURN_MS + c.turnWorkMs;
function setBand(b, n, c) {
  const { w } = b;
  const total = w[n + S.total];
  const full = total >= w[n + N.maxPods] || !canGrow(b, n, c);
  let low, high, prefixes = ALWAYS, enis = ALWAYS;
  if (c.ipTargets) {
    low = total < c.minimumIpTarget ? ALWAYS : c.warmIpTarget;
    high = c.prefixMode || total <= c.minimumIpTarget ? ALWAYS : c.warmIpTarget + 1;
    if (c.prefixMode) prefixes = 0;
    enis = 0;
  } else if (c.prefixMode) {
    low = Math.max(1, PREFIX_SIZE * c.warmPrefixTarget);
    high = (c.warmPrefixTarget + 1) * c.addressesPerEni;
    prefixes = c.warmPrefixTarget;
    enis = 0;
  } else {
    low = Math.max(1, c.addressesPerEni * c.warmEniTarget);
    high = (c.warmEniTarget + 1) * c.addressesPerEni;
  }
  if (c.ipv6 === true) {
    high = ALWAYS;
    prefixes = ALWAYS;
    enis = ALWAYS;
  }
  w[n + S.lowBelow] = c.otherCards.length > 0 ? ALWAYS : full || c.ipv6 === true ? 0 : low;
  w[n + S.highFrom] = high;
  w[n + S.quietPrefixes] = prefixes;
  w[n + S.quietEnis] = enis;
}
function quiet({ w }, n) {
  const available = w[n + S.total] - w[n + S.assigned];
  return available >= w[n + S.lowBelow] && available < w[n + S.highFrom] && w[n + S.freePrefixes] <= w[n + S.quietPrefixes] && w[n + S.idleEnis] <= w[n + S.quietEnis];
}
const gridFrom = (on, period, t) => t <= on ? on : on + Math.ceil((t - on) / period) * period;
function canGrow(b, n, c) {
  const { w, at: at2 } = b;
  if (hasRoomForEni(b, n, c)) return !(c.customNetworking && w[n + N.eniConfigSubnet] === NONE);
  const barred = ENI_TRUNK | ENI_EXCLUDED | (c.customNetworking ? ENI_PRIMARY : 0);
  for (let e = 0; e < at2.enis; e++) {
    if (w[n + at2.eniNumber + e] !== NONE && (w[n + at2.eniFlags + e] & barred) === 0 && w[n + at2.eniSlotCount + e] < c.slotsPerEni) return true;
  }
  return false;
}
function actsFrom(b, n, c, now) {
  const { w, at: at2 } = b;
  if (!c.provisioning || c.ipv6 === true) return FOREVER2;
  const stats = statsOf(b, n);
  const frozen = enisFrozen(b, n, c);
  let from = FOREVER2;
  if (isLow(b, n, c, stats)) {
    if (!frozen && canGrow(b, n, c)) from = Math.max(now, w[n + N.lastInsufficient] + INSUFFICIENT_PAUSE_MS + 1);
  } else if (isHigh(b, n, c, stats)) from = Math.max(now, w[n + N.lastDecrease] + DECREASE_INTERVAL_MS + 1);
  if (from > now && !frozen && mayRemoveEni(b, n, c, stats)) {
    for (let e = 0; e < at2.enis; e++) {
      if (w[n + at2.eniNumber + e] === NONE || w[n + at2.eniOwned + e] > 0) continue;
      const old = Math.max(now, oldEnoughAt(b, n, c, e));
      if (old < from && isUnneeded(b, n, c, e)) from = old;
    }
  }
  if (c.podEni && from > now && trunkWanted(b, n, c) && (w[n + N.nodeFlags] & NODE_SGP_FEATURE) === 0 && hasRoomForEni(b, n, c)) from = now;
  return from;
}
function scheduleTurn(b, n, c, now) {
  const { w } = b;
  let from = actsFrom(b, n, c, now);
  for (let k = 1; k < cardCount(c); k++) {
    carryTo(b, n, k);
    from = Math.min(from, actsFrom(b, cardBlock(b.at, n, k), cardSettings(c, k), now));
  }
  w[n + N.tickAt] = from === FOREVER2 ? FOREVER2 : gridFrom(w[n + N.loopAt], turnMs(c), from);
}
function scheduleReconcile(b, n, c, now) {
  const { w } = b;
  const wanted = c.podEni && trunkWanted(b, n, c);
  if (c.ipv6 === true) return;
  if (sumOverCards(b, n, c, S.drift) === 0 && !wanted) {
    w[n + N.reconcileAt] = FOREVER2;
    return;
  }
  const from = wanted ? now : Math.max(now, w[n + N.lastAction] + RECONCILE_INTERVAL_MS + 1);
  w[n + N.reconcileAt] = gridFrom(w[n + N.loopAt] - HALF_TURN_MS, turnMs(c), from);
}
function quietReconciles({ w }, n, c, now) {
  if (w[n + S.drift] !== 0 || c.ipv6 === true) return { count: 0, last: NEVER };
  const period = turnMs(c);
  const phase = w[n + N.loopAt] - HALF_TURN_MS;
  const after = Math.max(w[n + N.lastAction] + RECONCILE_INTERVAL_MS + 1, w[n + N.readyAt] + 2 * HALF_TURN_MS);
  const first = phase + Math.ceil((after - phase) / period) * period;
  if (first >= now) return { count: 0, last: NEVER };
  const every = Math.ceil((RECONCILE_INTERVAL_MS + 1) / period) * period;
  const more = Math.floor((now - 1 - first) / every);
  return { count: 1 + more, last: first + more * every };
}
function quietReconcileAdds(b, n, c, now) {
  const { count: count2 } = quietReconciles(b, n, c, now);
  let slots = 0;
  for (let m = n; count2 > 0 && m < n + b.at.stride; m += b.at.cardStride) if (b.w[m + S.rawTotal] !== 0) slots += presentSlots(b, m);
  return count2 * slots;
}
function bookReconciles(b, n, c, now) {
  const { w } = b;
  const { count: count2, last } = quietReconciles(b, n, c, now);
  if (count2 === 0) return;
  w[n + N.reconcileAdds] += quietReconcileAdds(b, n, c, now);
  w[n + N.lastAction] = last;
}
function presentSlots({ w, at: at2 }, n) {
  let slots = 0;
  for (let e = 0; e < at2.enis; e++) if (w[n + at2.eniNumber + e] !== NONE) slots += w[n + at2.eniSlotCount + e];
  return slots;
}

// src/engine/agentLoop.ts
const PHASE = { absent: 0, launching: 1, initialising: 2, ready: 3, gone: 4 };
const INIT_RETRY_MS = 1e4;
const DOING = { nothing: 0, init: 1, tick: 2, reconcile: 3 };
function turn(x2, b, n, c, t, reconcile) {
  const { w } = b;
  bookReconciles(b, n, c, t);
  const before2 = levels(b, n);
  w[n + N.tickAt] = FOREVER2;
  w[n + N.reconcileAt] = FOREVER2;
  w[n + N.doing] = reconcile ? DOING.reconcile : DOING.tick;
  if (!reconcile && x2.log.decisions !== null) decide(x2, b, n, c, t);
  w[n + N.activeCard] = 0;
  w[n + N.loopAt] = reconcile ? t + HALF_TURN_MS : t + turnMs(c);
  drive(x2, b, n, c, t, begin(b, n, c, t));
  book(x2, b, n, c, t, before2);
}
function wake(x2, b, n, c, t) {
  const { w } = b;
  w[n + N.wakeAt] = FOREVER2;
  w[n + N.lookAt] = FOREVER2;
  const before2 = levels(b, n);
  if (w[n + N.phase] === PHASE.launching) {
    w[n + N.phase] = PHASE.initialising;
    w[n + N.doing] = DOING.init;
    w[n + N.initAt] = t;
    for (let k = 0; k < b.at.cards; k++) {
      w[cardBlock(b.at, n, k) + N.awsPlace] = 0;
      w[cardBlock(b.at, n, k) + N.ec2Action] = 0;
    }
    w[n + N.activeCard] = 0;
    drive(x2, b, n, c, t, begin(b, n, c, t));
  } else {
    const k = w[n + N.activeCard];
    const m = cardBlock(b.at, n, k);
    w[m + N.wakeAt] = FOREVER2;
    w[m + N.lookAt] = FOREVER2;
    if (wakeCall(x2, b, m, t)) {
      bookIpamdError(x2.metrics, b, m);
      drive(x2, b, n, c, t, resume(b, m, cardSettings(c, k), t));
    } else pass(b, n, m);
  }
  book(x2, b, n, c, t, before2);
}
function begin(b, n, c, t) {
  const { w } = b;
  const k = w[n + N.activeCard];
  if (k > 0) carryTo(b, n, k);
  const m = cardBlock(b.at, n, k);
  const own = cardSettings(c, k);
  switch (w[n + N.doing]) {
    case DOING.init:
      return startInit(b, m, own, t);
    case DOING.tick:
      return startTick(b, m, own, t);
    default:
      return startReconcile(b, m, own, t);
  }
}
function pass({ w }, n, m) {
  w[n + N.wakeAt] = w[m + N.wakeAt];
  w[n + N.lookAt] = w[m + N.lookAt];
}
function drive(x2, b, n, c, t, done) {
  const { w, at: at2 } = b;
  for (; ; ) {
    const k = w[n + N.activeCard];
    const m = cardBlock(at2, n, k);
    while (!done) {
      if (!startCall(x2, b, m, cardSettings(c, k), t)) {
        pass(b, n, m);
        return;
      }
      done = resume(b, m, cardSettings(c, k), t);
    }
    if (k > 0) {
      carryBack(b, n, k);
      if (w[m + N.result] === RESULT.failed) w[n + N.result] = RESULT.failed;
      if (w[n + N.doing] === DOING.init) markPods(b, n, k);
    }
    if (k + 1 >= cardCount(c) || w[n + N.result] === RESULT.failed) break;
    w[n + N.activeCard] = k + 1;
    done = begin(b, n, c, t);
  }
  w[n + N.activeCard] = 0;
  finish(x2, b, n, c, t);
}
function finish(x2, b, n, c, t) {
  const { w } = b;
  const doing = w[n + N.doing];
  w[n + N.doing] = DOING.nothing;
  if (doing === DOING.init) {
    bookInit(x2.metrics, w[n + N.result] !== RESULT.failed, t - w[n + N.initAt]);
    if (w[n + N.result] === RESULT.failed) {
      w[n + N.phase] = PHASE.launching;
      w[n + N.wakeAt] = t + INIT_RETRY_MS;
      return;
    }
    w[n + N.phase] = PHASE.ready;
    w[n + N.readyAt] = t;
    w[n + N.loopAt] = t + HALF_TURN_MS;
    if ((w[n + N.nodeFlags] & NODE_WAS_READY) === 0) {
      w[n + N.nodeFlags] |= NODE_WAS_READY;
      x2.bins[x2.bin + BIN.ready] += 1;
      startArrivals(x2.world, w[n + N.index], t + 1);
      tell2(x2, NEWS.nodeReady, x2.world.origin[0] + t, w[n + N.index], NONE);
    }
  } else if (doing === DOING.tick) {
    const next = t + turnMs(c);
    if (next > w[n + N.loopAt]) w[n + N.loopAt] = next;
  } else if (t + HALF_TURN_MS > w[n + N.loopAt]) w[n + N.loopAt] = t + HALF_TURN_MS;
  setBand(b, n, c);
  scheduleTurn(b, n, c, t + 1);
  scheduleReconcile(b, n, c, t + 1);
}
function plan(b, n) {
  const { w } = b;
  w[n + N.plannedAt] = Math.min(cleanUpAt(b, n), w[n + N.cordonAt], w[n + N.uncordonAt], w[n + N.drainAt], w[n + N.restartAt], w[n + N.terminateAt]);
}
function planned(x2, b, n, c, t) {
  const { w } = b;
  if (w[n + N.cordonAt] === t) {
    w[n + N.nodeFlags] |= NODE_CORDONED;
    w[n + N.cordonAt] = FOREVER2;
  }
  if (w[n + N.uncordonAt] === t) {
    w[n + N.nodeFlags] &= ~NODE_CORDONED;
    w[n + N.uncordonAt] = FOREVER2;
  }
  if (cleanUpAt(b, n) <= t) {
    const before2 = levels(b, n);
    cleanUpEmptied(b, n, c);
    book(x2, b, n, c, t, before2);
    if (w[n + N.place] === PLACE.idle) scheduleReconcile(b, n, c, t + 1);
  }
  if (w[n + N.drainAt] === t) {
    w[n + N.drainAt] = FOREVER2;
    drain(b, n, t);
  }
  if (w[n + N.restartAt] === t) restart(x2, b, n, c, t);
  if (w[n + N.terminateAt] === t) terminate(x2, b, n, c, t);
  plan(b, n);
  if (w[n + N.place] === 0 && w[n + N.phase] === PHASE.ready) scheduleTurn(b, n, c, t);
}
function drain(b, n, t) {
  const { w, at: at2 } = b;
  w[n + N.nodeFlags] |= NODE_CORDONED;
  for (const p of podRows(b, n)) {
    if (at2.scheduled === 1 && w[n + at2.podLife + p] === DAEMON_LIFE) continue;
    if (queuedRank(b, n, p) === RANK2.del) continue;
    unqueuePod(b, n, p);
    queuePod(b, n, t, RANK2.stop, p);
  }
}
function restart(x2, b, n, c, t) {
  const { w } = b;
  const downMs = x2.world.restarts.downMs[w[n + N.restartNext]];
  takeRestart(x2.world, b, n);
  const before2 = levels(b, n);
  bookReconciles(b, n, c, t);
  stopServing(b, n);
  book(x2, b, n, c, t, before2);
  if (w[n + N.lookAt] !== FOREVER2) w[n + N.nodeFlags] |= NODE_ABANDONED;
  for (let k = 0; k < b.at.cards; k++) {
    if (k > 0) stopServing(b, cardBlock(b.at, n, k));
    w[cardBlock(b.at, n, k) + N.place] = PLACE.idle;
  }
  w[n + N.doing] = DOING.nothing;
  w[n + N.tickAt] = FOREVER2;
  w[n + N.reconcileAt] = FOREVER2;
  const starts = w[n + N.phase] === PHASE.launching && w[n + N.wakeAt] !== FOREVER2 ? w[n + N.wakeAt] : NEVER;
  w[n + N.phase] = PHASE.launching;
  w[n + N.sdkTokens] = SDK_TOKENS;
  w[n + N.wakeAt] = Math.max(t + downMs, starts, earliestAnswer(b, cardBlock(b.at, n, w[n + N.activeCard])));
}
function takeRestart({ restarts, origin }, { w }, n) {
  const i = w[n + N.restartNext]++;
  const next = i + 1 < restarts.first[w[n + N.index] + 1] ? restarts.at[i + 1] - origin[0] : FOREVER2;
  w[n + N.restartAt] = Math.min(next, FOREVER2);
  if (restarts.settings[i] !== NONE) w[n + N.settings] = restarts.settings[i];
}
function terminate(x2, b, n, c, t) {
  const { w, at: at2 } = b;
  const { bins: bins2 } = x2;
  const before2 = levels(b, n);
  for (const p of podRows(b, n)) {
    bins2[x2.bin + BIN.ended] += 1;
    bins2[x2.bin + BIN.failed] += 1;
    if (w[n + at2.podSince + p] !== NEVER) bins2[x2.bin + BIN.neverAddressed] += 1;
    if (at2.podLog === 1) {
      const { ip, eni } = placeOfPod(b, n, p);
      logPod(x2, b, n, p, t, ip, eni, c.prefixMode, 1);
    }
  }
  if ((w[n + N.nodeFlags] & NODE_WAS_READY) !== 0) bins2[x2.bin + BIN.ready] -= 1;
  if (w[n + N.lookAt] !== FOREVER2) w[n + N.nodeFlags] |= NODE_ABANDONED;
  createPods(b, n);
  for (let k = 0; k < at2.cards; k++) {
    stopServing(b, cardBlock(at2, n, k));
    clearStore(b, cardBlock(at2, n, k));
  }
  book(x2, b, n, c, t, before2);
  w[n + N.phase] = PHASE.gone;
  w[n + N.podCount] = 0;
  w[n + N.podWaiting] = 0;
  for (const field of ["tickAt", "reconcileAt", "wakeAt", "arrivalAt", "bindAt", "cordonAt", "uncordonAt", "drainAt", "restartAt", "terminateAt"]) w[n + N[field]] = FOREVER2;
}
function levels(b, n) {
  const { w } = b;
  const sum3 = (field) => {
    let total = 0;
    for (let m = n; m < n + b.at.stride; m += b.at.cardStride) total += w[m + field];
    return total;
  };
  return {
    total: sum3(S.stored),
    assigned: sum3(S.rawAssigned),
    enis: sum3(S.eniCount),
    prefixes: sum3(S.rawPrefixes),
    ipamdErrors: sum3(N.ipamdErrors),
    forceRemovedEnis: sum3(N.forceRemovedEnis),
    forceRemovedIps: sum3(N.forceRemovedIps),
    eniReconcileAdds: sum3(N.eniReconcileAdds),
    eniReconcileDels: sum3(N.eniReconcileDels),
    ipReconcileDels: sum3(N.reconcileDels)
  };
}
function book(x2, b, n, c, t, before2) {
  const { bins: bins2, world: world2 } = x2;
  const after = levels(b, n);
  bins2[x2.bin + BIN.total] += after.total - before2.total;
  bins2[x2.bin + BIN.lost] += before2.assigned - after.assigned;
  bins2[x2.bin + BIN.enis] += after.enis - before2.enis;
  bins2[x2.bin + BIN.prefixes] += after.prefixes - before2.prefixes;
  for (const counter of COUNTERS) bins2[x2.bin + BIN[counter]] += after[counter] - before2[counter];
  for (let i = 0; i < b.dropped.count; i++) {
    const coolUntil = b.dropped.at[i] + c.cooldownMs + 1;
    if (coolUntil <= t) continue;
    bins2[x2.bin + BIN.cooling] -= 1;
    bins2[binOf(world2, coolUntil) * BIN_FIELDS + BIN.cooling] += 1;
  }
  b.dropped.count = 0;
}

// src/engine/ipamd/rpc.ts
function addNetwork(b, n, c, p, now) {
  const { w, at: at2 } = b;
  const has = w[n + at2.podAddress + p];
  if (has !== NONE) return has;
  const ref = c.ipv6 === true ? assignIpv6(b, n) : assignAddress(b, n, c, now);
  w[n + at2.podAddress + p] = ref;
  if (ref === NONE) return c.otherCards.length > 0 ? w[n + at2.podAddress + p] = assignOnOtherCards(b, n, c, p, now) : NONE;
  if (at2.restarts === 1) checkpoint(b, n, p, ref);
  return ref;
}
function checkpoint(b, n, p, ref) {
  const { w, at: at2 } = b;
  if (ref === IPV6_REF) {
    w[n + at2.podCheckpoint + p] = NONE;
    return;
  }
  w[n + at2.podCheckpoint + p] = addressOf(b, n, ref);
  w[n + at2.podCheckpointEni + p] = w[n + at2.eniNumber + eniOfRef(b, ref)];
}
function assignIpv6({ w }, n) {
  if (w[n + N.ipv6Prefix] === 0 || w[n + N.place] !== PLACE.idle) return NONE;
  w[n + S.rawAssigned] += 1;
  return IPV6_REF;
}
function delNetwork(b, n, c, p, now) {
  const { w, at: at2 } = b;
  const ref = w[n + at2.podAddress + p];
  if (ref === NONE) return NONE;
  w[n + at2.podAddress + p] = NONE;
  if (at2.restarts === 1) w[n + at2.podCheckpoint + p] = 0;
  if (ref >= IPV6_REF) releaseElsewhere(b, n, c, p, ref, now);
  else releaseAddress(b, n, c, ref, now);
  return ref;
}

// src/engine/kubelet.ts
function arrive(x2, group, n, c, t) {
  const { w } = group.blocks;
  const churn2 = group.churn;
  const key = w[n + N.arrivalKey];
  const next = t + exponentialMs(key, w[n + N.arrivals]++, churn2.meanGapMs);
  w[n + N.arrivalAt] = next < churn2.untilMs - x2.world.origin[0] ? next : FOREVER2;
  let wanted = 1;
  if (w[n + N.podInitial] > 0) {
    wanted = w[n + N.podInitial];
    w[n + N.podInitial] = 0;
  } else if (churn2.batchMean > 1) wanted += Math.floor(exponential(draw(key, w[n + N.arrivals]++)) * (churn2.batchMean - 0.5));
  const room = w[n + N.maxPods] - w[n + N.podCount];
  const { tally } = x2;
  if (wanted > room) {
    tally[BIN.dropped] += wanted - room;
    wanted = room;
  }
  tally[BIN.bound] += wanted;
  for (let i = 0; i < wanted; i++) admit(x2, group, n, c, takePodRow(group.blocks, n), t);
}
function admit(x2, group, n, c, p, t) {
  const { w, at: at2 } = group.blocks;
  w[n + N.podCount] += 1;
  w[n + N.podWaiting] += 1;
  w[n + at2.podSince + p] = t;
  if (at2.podLog === 1) beginStory(group.blocks, n, p, t);
  if (x2.world.addDelay.fixed === 0) tryAdd(x2, group, n, c, p, t);
  else queueFirstAdd(x2, group.blocks, n, p, t);
}
function beginStory({ w, at: at2 }, n, p, t) {
  w[n + at2.podBoundAt + p] = t;
  w[n + at2.podRetries + p] = 0;
  if (at2.scheduled === 1) return;
  w[n + at2.podCreatedAt + p] = t;
  w[n + at2.podId + p] = w[n + N.podNumber]++;
}
function queueFirstAdd(x2, b, n, p, t) {
  const { w, at: at2 } = b;
  const first = t + sample(x2.world.addDelay, streamKey(w[n + N.key], STREAM.containerStart, 1), w[n + N.delays]++);
  if (at2.scheduled === 1 && w[n + at2.podDeleteAt + p] <= first) queuePod(b, n, w[n + at2.podDeleteAt + p], RANK2.stop, p);
  else queuePod(b, n, first, RANK2.add, p);
}
const DAEMON_LIFE = -1;
function nextLife({ blocks: { w }, churn: churn2 }, n) {
  const count2 = w[n + N.lifetimes];
  const { meanLifeMs, life } = churn2;
  return meanLifeMs > 0 ? exponentialMs(w[n + N.lifetimeKey], count2, meanLifeMs) : sample(life, w[n + N.lifetimeKey], count2);
}
function tryAdd(x2, group, n, c, p, t) {
  const b = group.blocks;
  const { w, at: at2 } = b;
  w[n + N.addRequests] += 1;
  const life = at2.scheduled === 0 ? nextLife(group, n) : 0;
  let ref = NONE;
  if (w[n + N.phase] === PHASE.ready) ref = addNetwork(b, n, c, p, t);
  else w[n + N.noAvailable] += 1;
  if (ref === NONE) {
    queueRetry(x2, b, n, p, t);
    return;
  }
  x2.tally[BIN.addressed] += 1;
  w[n + N.podWaiting] -= 1;
  const wait2 = t - w[n + at2.podSince + p];
  w[n + at2.podSince + p] = NEVER;
  if (wait2 > 0) bookWait(x2, wait2);
  if (at2.podLog === 1) w[n + at2.podAddressedAt + p] = t;
  if (at2.scheduled === 1) {
    queueScheduledEnd(x2, b, n, p, t);
    return;
  }
  w[n + N.lifetimes] += 1;
  queuePod(b, n, t + life, RANK2.stop, p);
}
function bookWait({ bins: bins2, bin, waits }, wait2) {
  bins2[bin + BIN.waitSum] += wait2;
  if (wait2 > bins2[bin + BIN.waitMax]) bins2[bin + BIN.waitMax] = wait2;
  addValue(waits, wait2);
}
function queueRetry(x2, b, n, p, t) {
  const { w, at: at2 } = b;
  const delay2 = x2.world.retryDelay;
  x2.tally[BIN.noAvailable] += 1;
  if (at2.podLog === 1) w[n + at2.podRetries + p] += 1;
  const again2 = t + (delay2.fixed >= 0 ? delay2.fixed : sample(delay2, streamKey(w[n + N.key], STREAM.retryDelay, 0), w[n + N.retries]++));
  if (at2.scheduled === 1 && w[n + at2.podDeleteAt + p] <= again2) queuePod(b, n, w[n + at2.podDeleteAt + p], RANK2.stop, p);
  else queuePod(b, n, again2, RANK2.add, p);
}
function queueScheduledEnd(x2, b, n, p, t) {
  const { w, at: at2 } = b;
  const life = w[n + at2.podLife + p];
  if (life <= 0) {
    if (w[n + at2.podDeleteAt + p] !== FOREVER2) queuePod(b, n, Math.max(t, w[n + at2.podDeleteAt + p]), RANK2.stop, p);
    return;
  }
  const end4 = t + startDelay(x2, w[n + at2.podId + p]) + life;
  queuePod(b, n, end4, RANK2.stop, p);
  tell2(x2, NEWS.podEnds, x2.world.origin[0] + end4 + graceOf(x2, w[n + at2.podId + p]), w[n + N.index], w[n + at2.podId + p]);
}
const startDelay = (x2, pod) => {
  const { containerStart, seed: seed2 } = x2.world;
  return containerStart.fixed >= 0 ? containerStart.fixed : sample(containerStart, streamKey(seed2, STREAM.containerStart, pod), 0);
};
const graceOf = (x2, pod) => {
  const { grace, seed: seed2 } = x2.world;
  return grace.fixed >= 0 ? grace.fixed : sample(grace, streamKey(seed2, STREAM.grace, pod), 0);
};
function tell2(x2, kind, at2, node, pod) {
  const { news } = x2;
  const i = news.count[0]++;
  assert(i < news.at.length, "tell: the news of one round have room");
  news.kind[i] = kind;
  news.at[i] = at2;
  news.node[i] = node;
  news.pod[i] = pod;
}
function stopPod(x2, b, n, c, p, t) {
  const { w, at: at2 } = b;
  const grace = x2.world.grace.fixed === 0 ? 0 : at2.scheduled === 1 ? graceOf(x2, w[n + at2.podId + p]) : sample(x2.world.grace, streamKey(w[n + N.key], STREAM.grace, 0), w[n + N.graces]++);
  if (grace === 0) endPod(x2, b, n, c, p, t);
  else queuePod(b, n, t + grace, RANK2.del, p);
}
function endPod(x2, b, n, c, p, t) {
  const { w, at: at2 } = b;
  const { tally } = x2;
  const place = at2.podLog === 1 ? placeOfPod(b, n, p) : null;
  tally[BIN.ended] += 1;
  w[n + N.delRequests] += 1;
  const freed = delNetwork(b, n, c, p, t);
  if (freed !== NONE) {
    if (at2.restarts === 1 && w[n + S.uncounted] > 0 && freed < IPV6_REF) tidy(x2, b, n, c, freed, t);
    tally[BIN.released] += 1;
    const cooled = t + c.cooldownMs + 1;
    if (cooled >= x2.binEnd) {
      tally[BIN.cooling] += 1;
      x2.bins[binOf(x2.world, cooled) * BIN_FIELDS + BIN.cooling] -= 1;
    }
  } else if (w[n + at2.podSince + p] !== NEVER) {
    w[n + N.podWaiting] -= 1;
    tally[BIN.failed] += 1;
    tally[BIN.neverAddressed] += 1;
  }
  if (place !== null) logPod(x2, b, n, p, t, place.ip, place.eni, c.prefixMode);
  if (at2.restarts === 1) w[n + at2.podCheckpoint + p] = 0;
  w[n + N.podCount] -= 1;
  freePodRow(b, n, p);
}
function tidy(x2, b, n, c, freed, t) {
  const before2 = levels(b, n);
  if (b.w[n + N.rpcLookAt] === FOREVER2 && tidyAfterDel(b, n, c, freed, t)) sendRelease(x2, b, n, t);
  book(x2, b, n, c, t, before2);
  setBand(b, n, c);
  plan(b, n);
}
function logPod(x2, { w, at: at2 }, n, p, ended, ip, eni, prefix, nodeGone = 0) {
  const rows = x2.log.pods;
  if (rows === null) return;
  const o = x2.world.origin[0];
  const i = addRow(rows);
  const r = rows.columns;
  r.node[i] = w[n + N.index];
  r.pod[i] = w[n + at2.podId + p];
  r.created[i] = o + w[n + at2.podCreatedAt + p];
  r.bound[i] = o + w[n + at2.podBoundAt + p];
  r.addressed[i] = w[n + at2.podSince + p] === NEVER ? o + w[n + at2.podAddressedAt + p] : Number.NaN;
  r.ended[i] = ended === FOREVER2 ? Number.NaN : o + ended;
  r.retries[i] = w[n + at2.podRetries + p];
  r.ip[i] = ip;
  r.eni[i] = eni;
  r.prefix[i] = Number(prefix);
  r.reason[i] = nodeGone;
}
function bindPod(x2, group, n, c, t) {
  const b = group.blocks;
  const { w, at: at2 } = b;
  const { inbox, origin } = x2.world;
  const i = w[n + N.inbox]++;
  w[n + N.bindAt] = i + 1 < w[n + N.inboxEnd] ? inbox.boundAt[i + 1] - origin[0] : FOREVER2;
  const p = takePodRow(b, n);
  const deleteAt = inbox.deleteAt[i] - origin[0];
  w[n + at2.podDeleteAt + p] = deleteAt < FOREVER2 ? deleteAt : FOREVER2;
  w[n + at2.podLife + p] = inbox.life[i];
  w[n + at2.podId + p] = inbox.podId[i];
  if (at2.podLog === 1) w[n + at2.podCreatedAt + p] = inbox.createdAt[i] - origin[0];
  x2.tally[BIN.bound] += 1;
  admit(x2, group, n, c, p, t);
}
const binOf = ({ origin, binMs, binCount }, t) => Math.min(Math.floor((origin[0] + t) / binMs), binCount);
function startArrivals({ groups, groupOf, origin }, node, now) {
  const group = groups[groupOf[node]];
  const { churn: churn2, blocks: { w, at: at2 } } = group;
  if (churn2 === null) return;
  const n = (node - group.firstNode) * at2.stride;
  const from = Math.max(now, churn2.atMs - origin[0]);
  w[n + N.podInitial] = churn2.podsPerNode;
  w[n + N.arrivalAt] = churn2.podsPerNode > 0 ? from : from + exponentialMs(w[n + N.arrivalKey], w[n + N.arrivals]++, churn2.meanGapMs);
  if (w[n + N.arrivalAt] + origin[0] >= churn2.untilMs) w[n + N.arrivalAt] = FOREVER2;
}

// src/engine/settle.ts
const AGE_MS = 6e5;
const TURNS_MAX = 100;
function takePrimary(e, b, n, flags) {
  const { w } = b;
  const subnet2 = w[n + N.primarySubnet];
  const chance = e.lowestFree ? LOWEST : draw(streamKey(w[n + N.key], STREAM.addressPick, 0), w[n + N.picks]++);
  const offset = takeAddress(e.subnets, subnet2, USE.eniPrimary, chance);
  if (offset === NO_OFFSET) return false;
  attach(b, n, w[n + N.eniNumberNext], 0, ENI_PRIMARY | flags, subnet2, e.subnets.base[subnet2] + offset | 0, NEVER);
  e.eniCount++;
  return true;
}
function answer(e, b, n, c, excluded, at2) {
  const { w, at: layout } = b;
  const count2 = Math.min(w[n + N.callCount], c.slotsPerEni);
  let code = OK;
  switch (w[n + N.call]) {
    case CALL.allocEni: {
      const given = w[n + N.callSubnet];
      const many = given === NONE ? candidates(e, b, n, c) : 1;
      if (given !== NONE) w[n + layout.candidate] = given;
      code = E_NO_SUBNET;
      for (let i = 0; i < many && code !== OK; i++) code = createInterface(e, b, n, w[n + layout.candidate + i], count2, c.prefixMode);
      if (code === OK) {
        e.eniCount++;
        code = attachInterface(b, n, c.eniLimit, freeDevice(b, n), at2);
      }
      break;
    }
    case CALL.allocIps:
      code = assignAddresses(e, b, n, w[n + N.callEni], count2, c.prefixMode, c.slotsPerEni);
      break;
    case CALL.deallocIps:
    case CALL.deallocPrefixes:
      code = unassignAddresses(e, b, n, w[n + N.callEni], w[n + N.call] === CALL.deallocPrefixes, NEVER);
      break;
    case CALL.freeEni:
      deleteInterface(e, b, n, w[n + N.callEni]);
      e.eniCount--;
      break;
    case CALL.isSubnetExcluded:
      w[n + N.replyCount] = excluded[w[n + N.callSubnet]];
      break;
    default:
  }
  w[n + N.replyError] = code;
}
function settleNode(e, b, n, c, excluded) {
  const { w } = b;
  if (!takePrimary(e, b, n, ENI_TAGGED)) return false;
  let failed2 = false;
  for (let k = 0; k < cardCount(c) && !failed2; k++) failed2 = !settleCard(e, b, n, k, c, excluded);
  if (failed2) {
    w[n + N.phase] = PHASE.launching;
    w[n + N.wakeAt] = draw(streamKey(w[n + N.key], STREAM.loopPhase, 0), 0) % 1e4;
    return true;
  }
  w[n + N.phase] = PHASE.ready;
  w[n + N.readyAt] = -AGE_MS;
  w[n + N.nodeFlags] |= NODE_WAS_READY;
  w[n + N.loopAt] = draw(streamKey(w[n + N.key], STREAM.loopPhase, 0), 0) % turnMs(c);
  b.dropped.count = 0;
  bookReconciles(b, n, c, 0);
  w[n + N.reconcileAdds] = 0;
  setBand(b, n, c);
  scheduleTurn(b, n, c, 0);
  scheduleReconcile(b, n, c, 0);
  return true;
}
function settleCard(e, b, n, k, c, excluded) {
  const { w } = b;
  const m = cardBlock(b.at, n, k);
  const own = cardSettings(c, k);
  let t = -AGE_MS;
  const finish2 = (done) => {
    while (!done) {
      answer(e, b, m, own, excluded, t);
      done = resume(b, m, own, t);
    }
  };
  if (k > 0) carryTo(b, n, k);
  finish2(startInit(b, m, own, t));
  if (w[m + N.result] === RESULT.failed) return false;
  for (let turn2 = 0; turn2 < TURNS_MAX && c.provisioning && c.ipv6 !== true; turn2++) {
    t += turnMs(c);
    const done = startTick(b, m, own, t);
    if (done) break;
    finish2(done);
  }
  if (k > 0) carryBack(b, n, k);
  return true;
}

// src/engine/begin.ts
function createEc2({ ec2: e }, log, watch) {
  return {
    subnets: createSubnets(e.subnets),
    lowestFree: e.lowestFree,
    createWithoutFreeBlock: e.createWithoutFreeBlock,
    buckets: e.buckets.map(createBucket),
    smallDescribe: createBucket(e.smallDescribe),
    describeByIdIsSmall: e.describeByIdIsSmall,
    refusedCosts: e.refusedCosts,
    enisPerRegion: e.enisPerRegion,
    eniCount: 0,
    subnetTag: Uint8Array.from(e.subnetTag),
    subnetZone: Int32Array.from(e.subnetZone),
    appears: createSampler(e.appears),
    vanishes: createSampler(e.vanishes),
    ready: createSampler(e.ready),
    requests: new Float64Array(ACTIONS.length),
    throttled: new Float64Array(ACTIONS.length),
    errors: new Float64Array(ACTIONS.length),
    log,
    metrics: openMetrics(),
    watch,
    faults: e.faults,
    leaked: []
  };
}
function beginNodes(world2, ec23, plan2) {
  const { nodes } = plan2;
  for (const [g, group] of world2.groups.entries()) world2.groupOf.fill(g, group.firstNode, group.firstNode + group.nodeCount);
  for (let s2 = 0; s2 < plan2.subnetCount; s2++) world2.subnetExcluded[s2] = ec23.subnetTag[s2] === SUBNET_TAG.excluded ? 1 : 0;
  const every = Math.max(1, Math.ceil(world2.nodeCount / Math.max(1, plan2.nodeSample)));
  for (let node = 0; node < world2.nodeCount; node++) world2.sampled[node] = plan2.nodeSample > 0 && nodes.id[node] % every === 0 ? 1 : 0;
  world2.nextAt.fill(Number.POSITIVE_INFINITY);
  const order = Int32Array.from(nodes.id.keys()).sort((a, b) => nodes.id[a] - nodes.id[b]);
  for (const node of order) beginNode(world2, ec23, plan2, node);
}
function identify(b, n, plan2, node, k) {
  const { w } = b;
  const { nodes, seed: seed2 } = plan2;
  clearBlock(b, n);
  w[n + N.id] = nodes.id[node];
  w[n + N.key] = (k === 0 ? mix(mix(seed2) + nodes.id[node]) : mix(mix(mix(seed2) + nodes.id[node]) + k)) | 0;
  w[n + N.index] = node;
  w[n + N.arrivalKey] = streamKey(w[n + N.key], STREAM.arrival, 0);
  w[n + N.lifetimeKey] = streamKey(w[n + N.key], STREAM.lifetime, 0);
  w[n + N.orderKey] = streamKey(w[n + N.key], STREAM.mapOrder, 0);
  w[n + N.sdkTokens] = SDK_TOKENS;
  w[n + N.eniNumberNext] = 100 * k;
  for (const field of ["settings", "maxPods", "zone", "primarySubnet", "eniConfigSubnet"]) w[n + N[field]] = nodes[field][node];
  w[n + N.eniConfigNamed] = nodes.eniConfigSubnet[node] === NONE ? 0 : 1;
}
const moment = (at2) => at2 < FOREVER2 ? at2 : FOREVER2;
function beginNode(world2, ec23, plan2, node) {
  const { group, n } = blockOf(world2, node);
  const b = group.blocks;
  const { w } = b;
  const { nodes } = plan2;
  for (let k = 0; k < b.at.cards; k++) identify(b, cardBlock(b.at, n, k), plan2, node, k);
  createPods(b, n);
  w[n + N.podCount] = nodes.hostPods[node];
  w[n + N.podHost] = nodes.hostPods[node];
  w[n + N.cordonAt] = moment(nodes.cordonAt[node]);
  w[n + N.uncordonAt] = moment(nodes.uncordonAt[node]);
  w[n + N.terminateAt] = moment(nodes.terminateAt[node]);
  w[n + N.drainAt] = moment(nodes.drainAt[node]);
  const { first, at: at2 } = plan2.restarts;
  w[n + N.restartNext] = first[node];
  w[n + N.restartAt] = first[node] < first[node + 1] ? moment(at2[first[node]]) : FOREVER2;
  plan(b, n);
  if (Number.isNaN(nodes.launchAt[node])) {
    if (!settleNode(ec23, b, n, world2.settings[nodes.settings[node]], world2.subnetExcluded)) return;
    startArrivals(world2, node, 0);
  } else {
    w[n + N.phase] = PHASE.absent;
    return;
  }
  world2.nextAt[node] = Math.min(w[n + N.wakeAt], w[n + N.arrivalAt], w[n + N.tickAt], w[n + N.reconcileAt], w[n + N.plannedAt]);
  if (world2.nextAt[node] === FOREVER2) world2.nextAt[node] = Number.POSITIVE_INFINITY;
}

// src/core/heap.ts
function createHeap(capacity) {
  return { count: 0, rows: new Int32Array(capacity), place: new Int32Array(capacity), time: new Float64Array(capacity), tie: new Uint32Array(capacity) };
}
const before = ({ time, tie }, a, b) => time[a] !== time[b] ? time[a] < time[b] : tie[a] !== tie[b] ? tie[a] < tie[b] : a < b;
function rise(h, row, i) {
  const { rows, place } = h;
  while (i > 0) {
    const parent = i - 1 >> 1;
    const above = rows[parent];
    if (!before(h, row, above)) break;
    rows[i] = above;
    place[above] = i;
    i = parent;
  }
  rows[i] = row;
  place[row] = i;
}
function sink(h, row, i) {
  const { rows, place, count: count2 } = h;
  for (; ; ) {
    let child = 2 * i + 1;
    if (child >= count2) break;
    if (child + 1 < count2 && before(h, rows[child + 1], rows[child])) child++;
    const below = rows[child];
    if (!before(h, below, row)) break;
    rows[i] = below;
    place[below] = i;
    i = child;
  }
  rows[i] = row;
  place[row] = i;
}
function push(h, row, time, tie) {
  h.time[row] = time;
  h.tie[row] = tie;
  rise(h, row, h.count++);
}
const firstTime = (h) => h.count === 0 ? Number.POSITIVE_INFINITY : h.time[h.rows[0]];
function pop(h) {
  const row = h.rows[0];
  remove(h, row);
  return row;
}
function remove(h, row) {
  const i = h.place[row];
  const last = h.rows[--h.count];
  if (last === row) return;
  rise(h, last, i);
  if (h.place[last] === i) sink(h, last, i);
}

// src/engine/ec2/sweep.ts
const PERIOD_MS = 36e5;
const STARTUP_MAX_S = 300;
const MIN_AGE_MS = 3e5;
const FIRST_NUMBER = 1073741824;
function createSweeps(plan2) {
  const { sweeps, launchAt, startDelay: startDelay2, terminateAt, id } = plan2.nodes;
  const count2 = sweeps.length;
  const s2 = { due: createHeap(count2), attempt: new Uint8Array(count2), number: new Int32Array(count2), found: /* @__PURE__ */ new Map(), ends: terminateAt, id };
  for (let node = 0; node < count2; node++) {
    if (sweeps[node] === 0) continue;
    const key = streamKey(plan2.seed, STREAM.sweepDelay, id[node]);
    const settled = Number.isNaN(launchAt[node]);
    const first = settled ? drawBelow(key, 0, PERIOD_MS) : launchAt[node] + startDelay2[node] + drawBelow(key, 0, STARTUP_MAX_S) * 1e3;
    if (first < plan2.durationMs) push(s2.due, node, first, id[node]);
  }
  return s2;
}
function sweep(s2, e, world2, at2) {
  const node = pop(s2.due);
  if (s2.ends[node] <= at2) {
    s2.found.delete(node);
    return;
  }
  const found = s2.found.get(node);
  const victim = found?.at(-1);
  const action = victim === void 0 ? ACTION.describeEnis : ACTION.delete;
  const key = streamKey(world2.seed, STREAM.sweepDelay, 536870912 + s2.id[node]);
  const number = s2.number[node]++;
  let code = faultOf(e, action, at2, s2.id[node]) || (take(e.buckets[action], at2, e.refusedCosts) ? OK : E_THROTTLED);
  if (code === OK && victim !== void 0 && !deleteLeaked(e, victim)) code = E_ENI_NOT_FOUND;
  const latency = sample(code === OK ? world2.latency[action] : world2.refusal[action], key, number);
  record(e, node, number, at2, latency, action, code, s2.attempt[node] + 1, victim);
  const answered = at2 + latency;
  if (code === E_THROTTLED && ++s2.attempt[node] < MAX_ATTEMPTS) {
    push(s2.due, node, answered + 1 + Math.floor(draw(key, 268435456 + number) * 1e3 * (1 << s2.attempt[node]) / 4294967296), s2.id[node]);
    return;
  }
  s2.attempt[node] = 0;
  bookCall(e.metrics, action, code, latency);
  if (victim !== void 0 && code !== OK) bookUtilsError(e.metrics, "cleanUpLeakedENIDeleteErr", code);
  if (victim !== void 0) found.pop();
  else if (code === OK) s2.found.set(node, e.leaked.filter(({ since }) => answered - since >= MIN_AGE_MS).reverse());
  const more = (s2.found.get(node)?.length ?? 0) > 0;
  if (!more) s2.found.delete(node);
  push(s2.due, node, more ? answered : answered + PERIOD_MS, s2.id[node]);
}
function deleteLeaked(e, eni) {
  const i = e.leaked.indexOf(eni);
  if (i < 0) return false;
  e.leaked.splice(i, 1);
  const offset = (ip) => (ip >>> 0) - e.subnets.base[eni.subnet];
  release(e.subnets, eni.subnet, offset(eni.ip));
  for (const ip of eni.addresses) release(e.subnets, eni.subnet, offset(ip));
  for (const ip of eni.prefixes) releasePrefix(e.subnets, eni.subnet, offset(ip));
  e.eniCount--;
  return true;
}
function record(e, node, number, at2, latency, action, code, attempt, victim) {
  e.requests[action] += 1;
  if (code === E_THROTTLED) e.throttled[action] += 1;
  else if (code !== OK) e.errors[action] += 1;
  const subnet2 = victim?.subnet ?? -1;
  e.watch(at2, action, code, subnet2);
  if (e.log === null) return;
  const i = addRow(e.log);
  const r = e.log.columns;
  r.requested[i] = at2;
  r.latency[i] = latency;
  r.action[i] = action;
  r.node[i] = node;
  r.number[i] = FIRST_NUMBER + number;
  r.attempt[i] = attempt;
  r.code[i] = code;
  r.subnet[i] = subnet2;
  r.eni[i] = -1;
  r.countRequested[i] = 0;
  r.countGranted[i] = 0;
}

// src/engine/scheduler/state.ts
const NODE = {
  cpu: 0,
  memory: 1,
  gpu: 2,
  pods: 3,
  freeCpu: 4,
  freeMemory: 5,
  freeGpu: 6,
  freePods: 7,
  scoreFreeCpu: 8,
  scoreFreeMemory: 9,
  kind: 10,
  flags: 11,
  id: 12,
  position: 13,
  daemons: 14,
  daemonPods: 15
};
const RECORD_BITS = 4;
const ABSENT = 0;
const PRESENT = 1;
const READY = 2;
const CORDONED = 4;
const OPEN = PRESENT | READY;
const COMPATIBLE = 0;
const FAN_BITS = 4;
const FAN = 1 << FAN_BITS;
const COUNTER = {
  nodeCount: 0,
  positionEnd: 1,
  lastId: 2,
  orderLost: 3,
  changeCount: 4,
  openings: 5,
  waitingCount: 6,
  freeRow: 7,
  unchecked: 8,
  checkedAt: 9
};
const AMOUNT_END = 2 ** 30;
const NOT_ASKED = -AMOUNT_END;
const isPresent = (s2, n) => s2.nodes[(n << RECORD_BITS) + NODE.flags] !== ABSENT;

// src/engine/stage/deliver.ts
function deliver(s2) {
  const { world: world2, binds, perNode } = s2;
  const { inbox } = world2;
  if (binds.count === 0) return;
  perNode.fill(0);
  for (let i = 0; i < binds.count; i++) perNode[binds.node[i] + 1]++;
  for (let node = 0; node < world2.nodeCount; node++) {
    const first = perNode[node];
    const end4 = first + perNode[node + 1];
    perNode[node + 1] = end4;
    if (first === end4) continue;
    const { group, n } = blockOf(world2, node);
    group.blocks.w[n + N.inbox] = first;
    group.blocks.w[n + N.inboxEnd] = end4;
  }
  for (let i = 0; i < binds.count; i++) {
    const to = perNode[binds.node[i]]++;
    inbox.boundAt[to] = binds.at[i];
    inbox.podId[to] = binds.podId[i];
    inbox.deleteAt[to] = binds.deleteAt[i];
    inbox.life[to] = binds.life[i];
    inbox.createdAt[to] = binds.created[i];
  }
  for (let i = 0; i < binds.count; i++) {
    const node = binds.node[i];
    const { group, n } = blockOf(world2, node);
    const first = inbox.boundAt[group.blocks.w[n + N.inbox]];
    group.blocks.w[n + N.bindAt] = Math.min(first - world2.origin[0], FOREVER2);
    if (first < world2.nextAt[node]) world2.nextAt[node] = first;
  }
  binds.count = 0;
}

// src/engine/scheduler/score.ts
const UNFIT = 0;
function scoreRecord(nodes, r, match, row, needCpu, needMemory, needGpu, askedCpu, askedMemory, mostAllocated) {
  if (nodes[r + NODE.flags] !== OPEN || match[row + nodes[r + NODE.kind]] !== COMPATIBLE) return UNFIT;
  if ((nodes[r + NODE.freePods] - 1 | nodes[r + NODE.freeCpu] - needCpu | nodes[r + NODE.freeMemory] - needMemory | nodes[r + NODE.freeGpu] - needGpu) < 0) return UNFIT;
  const cpu3 = nodes[r + NODE.cpu];
  const memory3 = nodes[r + NODE.memory];
  const leftCpu = Math.max(nodes[r + NODE.scoreFreeCpu] - askedCpu, 0);
  const leftMemory = Math.max(nodes[r + NODE.scoreFreeMemory] - askedMemory, 0);
  const shares = mostAllocated ? ((cpu3 - leftCpu) * 100 / cpu3 | 0) + ((memory3 - leftMemory) * 100 / memory3 | 0) : (leftCpu * 100 / cpu3 | 0) + (leftMemory * 100 / memory3 | 0);
  return 1 + (shares >> 1);
}
function fits({ nodes, demand }, d, n) {
  const r = n << RECORD_BITS;
  return (nodes[r + NODE.freePods] - 1 | nodes[r + NODE.freeCpu] - demand.needCpu[d] | nodes[r + NODE.freeMemory] - demand.needMemory[d] | nodes[r + NODE.freeGpu] - demand.needGpu[d]) >= 0;
}

// src/engine/scheduler/best.ts
const FAN2 = 1 << FAN_BITS;
function noteChange(s2, position) {
  s2.changes[s2.counter[COUNTER.changeCount]++ & s2.changeMask] = position;
}
function findBest(s2, d, drawn) {
  catchUp(s2, d);
  const { best, bestCount, score, levelStart } = s2;
  const tree = d * s2.uppers;
  const top = tree + levelStart[levelStart.length - 1];
  const target = best[top];
  if (target === UNFIT) return NONE;
  let rank = Math.floor(drawn * bestCount[top] / 4294967296);
  let block2 = 0;
  for (let level = levelStart.length - 2; level >= 0; level--) {
    block2 <<= FAN_BITS;
    for (let at2 = tree + levelStart[level] + block2; ; at2++, block2++) {
      if (best[at2] !== target) continue;
      if (rank < bestCount[at2]) break;
      rank -= bestCount[at2];
    }
  }
  let position = block2 << FAN_BITS;
  for (let at2 = d * s2.leaves + position; ; at2++, position++) if (score[at2] === target && rank-- === 0) break;
  return s2.nodeAt[position];
}
function catchUp(s2, d) {
  const { counter, demand } = s2;
  if (counter[COUNTER.orderLost] === 1) orderNodes(s2);
  const end4 = counter[COUNTER.changeCount];
  const seen = demand.seen[d];
  if (seen === end4) return;
  demand.seen[d] = end4;
  if (seen === NONE || end4 - seen > Math.max(FAN2, counter[COUNTER.positionEnd] >> 1)) build(s2, d);
  else replay(s2, d, seen, end4);
}
function replay(s2, d, from, end4) {
  const { nodes, nodeAt, match, changes, changeMask, mostAllocated, best, bestCount, score, levelStart } = s2;
  const needCpu = s2.demand.needCpu[d];
  const needMemory = s2.demand.needMemory[d];
  const needGpu = s2.demand.needGpu[d];
  const askedCpu = s2.demand.scoreCpu[d];
  const askedMemory = s2.demand.scoreMemory[d];
  const row = d * s2.kinds;
  const firstLeaf = d * s2.leaves;
  const tree = d * s2.uppers;
  const levels2 = levelStart.length;
  for (let i = from; i < end4; i++) {
    const position = changes[i & changeMask];
    const n = nodeAt[position];
    let oldBest = score[firstLeaf + position];
    let newBest = n === NONE ? UNFIT : scoreRecord(nodes, n << RECORD_BITS, match, row, needCpu, needMemory, needGpu, askedCpu, askedMemory, mostAllocated);
    if (oldBest === newBest) continue;
    score[firstLeaf + position] = newBest;
    let oldCount = 1;
    let newCount = 1;
    let block2 = position;
    for (let level = 0; level < levels2; level++) {
      block2 >>= FAN_BITS;
      const at2 = tree + levelStart[level] + block2;
      const b = best[at2];
      const c = bestCount[at2];
      if (newBest > b) {
        best[at2] = newBest;
        bestCount[at2] = newCount;
      } else {
        const count2 = c - (oldBest === b ? oldCount : 0) + (newBest === b ? newCount : 0);
        if (count2 > 0) bestCount[at2] = count2;
        else sum(s2, d, level, block2);
      }
      oldBest = b;
      oldCount = c;
      newBest = best[at2];
      newCount = bestCount[at2];
      if (oldBest === newBest && oldCount === newCount) break;
    }
  }
}
function sum(s2, d, level, block2) {
  const { best, bestCount, score, levelStart } = s2;
  let b = 0;
  let c = 0;
  if (level === 0) {
    const first = d * s2.leaves + (block2 << FAN_BITS);
    for (let i = first; i < first + FAN2; i++) {
      const value = score[i];
      if (value > b) {
        b = value;
        c = 1;
      } else if (value === b) c++;
    }
  } else {
    const first = d * s2.uppers + levelStart[level - 1] + (block2 << FAN_BITS);
    for (let i = first; i < first + FAN2; i++) {
      const value = best[i];
      if (value > b) {
        b = value;
        c = bestCount[i];
      } else if (value === b) c += bestCount[i];
    }
  }
  best[d * s2.uppers + levelStart[level] + block2] = b;
  bestCount[d * s2.uppers + levelStart[level] + block2] = c;
}
function build(s2, d) {
  const { nodes, nodeAt, match, mostAllocated, score, levelStart } = s2;
  const needCpu = s2.demand.needCpu[d];
  const needMemory = s2.demand.needMemory[d];
  const needGpu = s2.demand.needGpu[d];
  const askedCpu = s2.demand.scoreCpu[d];
  const askedMemory = s2.demand.scoreMemory[d];
  const row = d * s2.kinds;
  const first = d * s2.leaves;
  const end4 = s2.counter[COUNTER.positionEnd];
  for (let position = 0; position < end4; position++) {
    const n = nodeAt[position];
    score[first + position] = n === NONE ? UNFIT : scoreRecord(nodes, n << RECORD_BITS, match, row, needCpu, needMemory, needGpu, askedCpu, askedMemory, mostAllocated);
  }
  score.fill(UNFIT, first + end4, first + s2.leaves);
  let blocks = s2.leaves;
  for (let level = 0; level < levelStart.length; level++) {
    blocks = Math.ceil(blocks / FAN2);
    for (let block2 = 0; block2 < blocks; block2++) sum(s2, d, level, block2);
  }
}
function orderNodes(s2) {
  const { nodes, nodeAt, counter } = s2;
  const present = new Int32Array(counter[COUNTER.nodeCount]);
  let count2 = 0;
  for (let n = 0; n < s2.nodeCapacity; n++) if (nodes[(n << RECORD_BITS) + NODE.flags] !== ABSENT) present[count2++] = n;
  present.sort((a, b) => nodes[(a << RECORD_BITS) + NODE.id] - nodes[(b << RECORD_BITS) + NODE.id]);
  nodeAt.fill(NONE);
  for (const [position, n] of present.entries()) {
    nodeAt[position] = n;
    nodes[(n << RECORD_BITS) + NODE.position] = position;
    assert(
      position === 0 || nodes[(present[position - 1] << RECORD_BITS) + NODE.id] < nodes[(n << RECORD_BITS) + NODE.id],
      "scheduler: two nodes have one id"
    );
  }
  counter[COUNTER.positionEnd] = count2;
  counter[COUNTER.lastId] = count2 === 0 ? NONE : nodes[(present[count2 - 1] << RECORD_BITS) + NODE.id];
  counter[COUNTER.orderLost] = 0;
  s2.demand.seen.fill(NONE);
}

// src/engine/scheduler.ts
function addNode(s2, nodeIndex, nodeId, spec) {
  const { nodes, counter } = s2;
  assert(nodeIndex >= 0 && nodeIndex < s2.nodeCapacity, "addNode: the index is beyond nodeCapacity");
  assert(!isPresent(s2, nodeIndex), "addNode: the index is in use");
  assert(Number.isInteger(nodeId) && nodeId >= 0 && nodeId < 2 ** 31, "addNode: the id does not fit its word");
  assert(spec.cpuMilli > 0 && spec.memoryMib > 0, "addNode: a node has CPU and memory");
  for (const amount of [spec.cpuMilli, spec.memoryMib, spec.gpuMilli, spec.pods]) {
    assert(Number.isInteger(amount) && amount >= 0 && amount < AMOUNT_END, "addNode: an allocatable is not a whole number below 2^30");
  }
  assert(spec.zone >= 0 && spec.zone < s2.zoneCount, "addNode: the zone is not known");
  assert(spec.group >= 0 && spec.group < s2.groupCount, "addNode: the group is not known");
  assert(spec.taintClass >= 0 && spec.taintClass < s2.taintTexts.length, "addNode: the taint class is not known");
  const r = nodeIndex << RECORD_BITS;
  nodes[r + NODE.cpu] = nodes[r + NODE.freeCpu] = nodes[r + NODE.scoreFreeCpu] = spec.cpuMilli;
  nodes[r + NODE.memory] = nodes[r + NODE.freeMemory] = nodes[r + NODE.scoreFreeMemory] = spec.memoryMib;
  nodes[r + NODE.gpu] = nodes[r + NODE.freeGpu] = spec.gpuMilli;
  nodes[r + NODE.pods] = nodes[r + NODE.freePods] = spec.pods;
  nodes[r + NODE.kind] = (spec.zone * s2.groupCount + spec.group) * s2.taintTexts.length + spec.taintClass;
  nodes[r + NODE.flags] = PRESENT;
  nodes[r + NODE.id] = nodeId;
  nodes[r + NODE.position] = NONE;
  nodes[r + NODE.daemons] = nodes[r + NODE.daemonPods] = 0;
  counter[COUNTER.nodeCount]++;
  const position = counter[COUNTER.positionEnd];
  if (position < s2.positionCapacity && nodeId > counter[COUNTER.lastId] && counter[COUNTER.orderLost] === 0) {
    nodes[r + NODE.position] = position;
    s2.nodeAt[position] = nodeIndex;
    counter[COUNTER.positionEnd]++;
    counter[COUNTER.lastId] = nodeId;
  } else counter[COUNTER.orderLost] = 1;
  for (let i = 0; i < s2.daemonSetCount; i++) {
    const daemonClass = s2.podClassCount + i;
    const d = s2.demandOf[daemonClass];
    if (s2.match[d * s2.kinds + nodes[r + NODE.kind]] !== COMPATIBLE || !fits(s2, d, nodeIndex)) continue;
    occupy(s2, nodeIndex, daemonClass, 1);
    nodes[r + NODE.daemons] |= 1 << i;
    nodes[r + NODE.daemonPods]++;
  }
  changed(s2, nodeIndex);
  return nodes[r + NODE.daemons];
}
function removeNode(s2, nodeIndex) {
  assert(isPresent(s2, nodeIndex), "removeNode: there is no such node");
  const r = nodeIndex << RECORD_BITS;
  const position = s2.nodes[r + NODE.position];
  s2.nodes[r + NODE.flags] = ABSENT;
  s2.counter[COUNTER.nodeCount]--;
  if (position === NONE) return;
  s2.nodeAt[position] = NONE;
  noteChange(s2, position);
}
const setReady = (s2, nodeIndex, ready) => setFlag(s2, nodeIndex, READY, ready);
const setCordoned = (s2, nodeIndex, cordoned) => setFlag(s2, nodeIndex, CORDONED, cordoned);
function setFlag(s2, nodeIndex, flag, on) {
  assert(isPresent(s2, nodeIndex), "scheduler: a flag of a node that is not there");
  const at2 = (nodeIndex << RECORD_BITS) + NODE.flags;
  const flags = on ? s2.nodes[at2] | flag : s2.nodes[at2] & ~flag;
  if (flags === s2.nodes[at2]) return;
  s2.nodes[at2] = flags;
  changed(s2, nodeIndex);
  if (flags === OPEN) s2.counter[COUNTER.openings]++;
}
function schedule(s2, podClass, podId) {
  const d = s2.demandOf[podClass];
  const openings = s2.counter[COUNTER.openings];
  if (s2.demand.blockedAt[d] === openings) return NONE;
  const n = findBest(s2, d, placementDraw(s2, podId));
  if (n === NONE) s2.demand.blockedAt[d] = openings;
  else bind(s2, n, podClass);
  return n;
}
const placementDraw = ({ drawKey }, podId) => draw(drawKey + Math.floor(podId / 4294967296), podId);
function bind(s2, nodeIndex, podClass) {
  assert(isPresent(s2, nodeIndex), "bind: there is no such node");
  occupy(s2, nodeIndex, podClass, 1);
  changed(s2, nodeIndex);
}
function release2(s2, nodeIndex, podClass) {
  assert(podCountOf(s2, nodeIndex) > 0, "release: the node has no pod but those of DaemonSets");
  occupy(s2, nodeIndex, podClass, -1);
  changed(s2, nodeIndex);
  s2.counter[COUNTER.openings]++;
}
function podCountOf({ nodes }, nodeIndex) {
  const r = nodeIndex << RECORD_BITS;
  return nodes[r + NODE.flags] === ABSENT ? 0 : nodes[r + NODE.pods] - nodes[r + NODE.freePods] - nodes[r + NODE.daemonPods];
}
function occupy({ nodes, demand, demandOf }, n, podClass, pods) {
  const r = n << RECORD_BITS;
  const d = demandOf[podClass];
  nodes[r + NODE.freeCpu] -= pods * demand.cpu[d];
  nodes[r + NODE.freeMemory] -= pods * demand.memory[d];
  nodes[r + NODE.freeGpu] -= pods * demand.gpu[d];
  nodes[r + NODE.freePods] -= pods;
  nodes[r + NODE.scoreFreeCpu] -= pods * demand.scoreCpu[d];
  nodes[r + NODE.scoreFreeMemory] -= pods * demand.scoreMemory[d];
}
function changed(s2, n) {
  const position = s2.nodes[(n << RECORD_BITS) + NODE.position];
  if (position !== NONE) noteChange(s2, position);
}

// src/engine/stage/state.ts
const KIND = { end: 0, node: 1, attempt: 2, cancel: 3 };
const STATE = { free: 0, attempt: 1, pending: 2, bound: 3 };
const binAt = ({ world: world2 }, at2) => Math.min(Math.floor(at2 / world2.binMs), world2.binCount);
const watchDelay = (s2, pod) => sample(s2.watch, streamKey(s2.world.seed, STREAM.backoff, pod), 0);
function scheduleEvent(s2, row, kind, at2) {
  s2.inHeap[row] = 1;
  push(s2.events, row, at2, kind * 268435456 + (s2.podId[row] & 268435455));
}
function takeRow(s2, created, source, number) {
  assert(s2.freeCount > 0, "stage: more pods are alive or pending than there are rows");
  const row = s2.freeRows[--s2.freeCount];
  s2.podId[row] = s2.nextPod++;
  s2.created[row] = created;
  s2.source[row] = source;
  s2.node[row] = NONE;
  s2.createdIn[binAt(s2, created)] += 1;
  s2.pendingIn[binAt(s2, created)] += 1;
  if (s2.origin !== null) {
    if (s2.podId[row] >= s2.origin.source.length) {
      for (const field of ["source", "number"]) {
        const grown = new Int32Array(s2.origin[field].length * 2);
        grown.set(s2.origin[field]);
        s2.origin[field] = grown;
      }
    }
    s2.origin.source[s2.podId[row]] = source;
    s2.origin.number[s2.podId[row]] = number;
  }
  return row;
}
function freeRow(s2, row) {
  s2.state[row] = STATE.free;
  s2.freeRows[s2.freeCount++] = row;
}
function bind2(s2, row, node, at2) {
  s2.state[row] = STATE.bound;
  s2.node[row] = node;
  s2.pendingIn[binAt(s2, at2)] -= 1;
  const i = s2.binds.count++;
  assert(i < s2.binds.at.length, "stage: the binds of one window fit the inbox");
  s2.binds.at[i] = at2;
  s2.binds.node[i] = node;
  s2.binds.podId[i] = s2.podId[row];
  s2.binds.life[i] = s2.life[row];
  s2.binds.created[i] = s2.created[row];
  s2.binds.deleteAt[i] = s2.deleteAt[row];
  if (s2.life[row] > 0) s2.rowOf.set(s2.podId[row], row);
  else if (s2.deleteAt[row] !== Number.POSITIVE_INFINITY) {
    scheduleEvent(s2, row, KIND.end, s2.deleteAt[row] + graceOf(s2, s2.podId[row]) + watchDelay(s2, s2.podId[row]));
  }
}

// src/engine/stage/nodes.ts
function register(s2, plan2, node) {
  const { cpuMilli, memoryMib, gpuMilli, taintClass, daemonAddressed } = s2.plan;
  const daemons = addNode(s2.scheduler, node, plan2.nodes.id[node], {
    cpuMilli: cpuMilli[node],
    memoryMib: memoryMib[node],
    gpuMilli: gpuMilli[node],
    pods: plan2.nodes.maxPods[node],
    zone: plan2.nodes.zone[node],
    group: 0,
    taintClass: taintClass[node]
  });
  for (let i = 0; i < daemonAddressed.length; i++) {
    if ((daemons >> i & 1) === 0 || !daemonAddressed[i]) continue;
    const row = takeRow(s2, s2.clock, NONE, 0);
    s2.deleteAt[row] = Number.POSITIVE_INFINITY;
    s2.life[row] = DAEMON_LIFE;
    s2.podClass[row] = NONE;
    bind2(s2, row, node, s2.clock);
  }
}
function changeNode(s2, plan2, { at: at2, node, what }) {
  switch (what) {
    case "ready":
      s2.starting--;
      if (plan2.nodes.terminateAt[node] <= at2) return;
      if (!Number.isNaN(plan2.nodes.launchAt[node])) register(s2, plan2, node);
      setReady(s2.scheduler, node, true);
      if (plan2.nodes.cordonAt[node] <= at2 && plan2.nodes.uncordonAt[node] > at2) setCordoned(s2.scheduler, node, true);
      s2.dirty = true;
      return;
    case "cordon":
    case "uncordon":
      if (isKnown(s2, node)) setCordoned(s2.scheduler, node, what === "cordon");
      s2.dirty = true;
      return;
    case "drain":
      if (isKnown(s2, node)) drain2(s2, node);
      return;
    case "terminate":
      if (isKnown(s2, node)) terminate2(s2, node);
  }
}
const isKnown = (s2, node) => isPresent(s2.scheduler, node);
function podsOn(s2, node) {
  const rows = [];
  for (let row = 0; row < s2.state.length; row++) if (s2.state[row] === STATE.bound && s2.node[row] === node && s2.source[row] !== NONE) rows.push(row);
  return rows.sort((a, b) => s2.podId[a] - s2.podId[b]);
}
function forgetEnd(s2, row) {
  if (s2.life[row] > 0 && s2.rowOf.delete(s2.podId[row])) return;
  if (s2.inHeap[row] === 1) {
    remove(s2.events, row);
    s2.inHeap[row] = 0;
  }
}
function recreate(s2, row) {
  const at2 = s2.clock + Math.max(1, s2.watch.min);
  if (s2.deleteAt[row] <= at2) return;
  const source = s2.source[row];
  const { plan: plan2 } = s2.sources[source];
  const number = plan2.kind === "trace" ? s2.origin?.number[s2.podId[row]] ?? 0 : s2.sources[source].next++;
  const made = takeRow(s2, at2, source, number);
  s2.podClass[made] = s2.podClass[row];
  s2.deleteAt[made] = s2.deleteAt[row];
  s2.life[made] = s2.life[row];
  s2.state[made] = STATE.attempt;
  scheduleEvent(s2, made, KIND.attempt, at2 + sample(s2.delay, streamKey(s2.world.seed, STREAM.placement, s2.podId[made]), 0));
}
function terminate2(s2, node) {
  removeNode(s2.scheduler, node);
  for (const row of podsOn(s2, node)) {
    forgetEnd(s2, row);
    recreate(s2, row);
    freeRow(s2, row);
  }
}
function drain2(s2, node) {
  setCordoned(s2.scheduler, node, true);
  for (const row of podsOn(s2, node)) {
    const end4 = s2.clock + graceOf(s2, s2.podId[row]) + watchDelay(s2, s2.podId[row]);
    if (s2.inHeap[row] === 1 && s2.events.time[row] <= end4) continue;
    forgetEnd(s2, row);
    recreate(s2, row);
    scheduleEvent(s2, row, KIND.end, end4);
  }
}

// src/engine/scheduler/pending.ts
function enqueue(s2, podClass, podId, createdAt) {
  const { wait: wait2, demand, counter } = s2;
  const row = counter[COUNTER.freeRow];
  assert(row !== NONE, "enqueue: more pods wait than waitingCapacity");
  counter[COUNTER.freeRow] = wait2.next[row];
  counter[COUNTER.waitingCount]++;
  counter[COUNTER.unchecked] = 1;
  const d = s2.demandOf[podClass];
  wait2.podId[row] = podId;
  wait2.createdAt[row] = createdAt;
  wait2.podClass[row] = podClass;
  let before2 = demand.tail[d];
  while (before2 !== NONE && isBefore2(s2, row, before2)) before2 = wait2.previous[before2];
  const after = before2 === NONE ? demand.head[d] : wait2.next[before2];
  link(s2, d, before2, row);
  link(s2, d, row, after);
  demand.waiting[d]++;
  return row;
}
function cancelPending(s2, row) {
  unlink(s2, s2.demandOf[s2.wait.podClass[row]], row);
}
function takePending(s2, out) {
  const { demand, heap, counter, wait: wait2 } = s2;
  if (counter[COUNTER.waitingCount] === 0) return 0;
  const openings = counter[COUNTER.openings];
  if (counter[COUNTER.unchecked] === 0 && counter[COUNTER.checkedAt] === openings) return 0;
  let size = 0;
  for (let d = 0; d < s2.demandCount; d++) if (demand.waiting[d] > 0 && demand.blockedAt[d] !== openings) heap[size++] = d;
  for (let i = (size >> 1) - 1; i >= 0; i--) siftDown(s2, i, size);
  let placed = 0;
  while (size > 0 && placed < out.node.length) {
    const d = heap[0];
    const row = demand.head[d];
    const n = schedule(s2, wait2.podClass[row], wait2.podId[row]);
    if (n !== NONE) {
      out.podId[placed] = wait2.podId[row];
      out.podClass[placed] = wait2.podClass[row];
      out.createdAt[placed] = wait2.createdAt[row];
      out.node[placed] = n;
      placed++;
      unlink(s2, d, row);
    }
    if (n === NONE || demand.head[d] === NONE) heap[0] = heap[--size];
    siftDown(s2, 0, size);
  }
  counter[COUNTER.checkedAt] = openings;
  counter[COUNTER.unchecked] = size > 0 ? 1 : 0;
  return placed;
}
function isBefore2({ wait: wait2 }, a, b) {
  return wait2.createdAt[a] < wait2.createdAt[b] || wait2.createdAt[a] === wait2.createdAt[b] && wait2.podId[a] < wait2.podId[b];
}
function link({ wait: wait2, demand }, d, before2, after) {
  if (before2 === NONE) demand.head[d] = after;
  else wait2.next[before2] = after;
  if (after === NONE) demand.tail[d] = before2;
  else wait2.previous[after] = before2;
}
function unlink(s2, d, row) {
  const { wait: wait2, counter } = s2;
  assert(wait2.podClass[row] !== NONE, "pending: the row is free");
  link(s2, d, wait2.previous[row], wait2.next[row]);
  s2.demand.waiting[d]--;
  wait2.podClass[row] = NONE;
  wait2.next[row] = counter[COUNTER.freeRow];
  counter[COUNTER.freeRow] = row;
  counter[COUNTER.waitingCount]--;
}
function siftDown(s2, from, size) {
  const { heap, demand } = s2;
  let at2 = from;
  for (; ; ) {
    let first = 2 * at2 + 1;
    if (first >= size) return;
    if (first + 1 < size && isBefore2(s2, demand.head[heap[first + 1]], demand.head[heap[first]])) first++;
    if (!isBefore2(s2, demand.head[heap[first]], demand.head[heap[at2]])) return;
    const d = heap[at2];
    heap[at2] = heap[first];
    heap[first] = d;
    at2 = first;
  }
}

// src/engine/stage/pods.ts
function forgetCancel(s2, row) {
  if (s2.inHeap[row] === 0) return;
  remove(s2.events, row);
  s2.inHeap[row] = 0;
}
function placePending(s2, at2) {
  s2.dirty = false;
  for (; ; ) {
    const count2 = takePending(s2.scheduler, s2.placed);
    for (let i = 0; i < count2; i++) {
      const pod = s2.placed.podId[i];
      const row = s2.rowOf.get(pod);
      s2.rowOf.delete(pod);
      forgetCancel(s2, row);
      bind2(s2, row, s2.placed.node[i], at2);
    }
    if (count2 < s2.placed.node.length) return;
  }
}
function happen(s2, row, at2) {
  switch (s2.state[row]) {
    case STATE.attempt: {
      if (s2.deleteAt[row] <= at2) {
        neverBound(s2, row, s2.deleteAt[row]);
        return;
      }
      if (s2.dirty) placePending(s2, at2);
      const node = schedule(s2.scheduler, s2.podClass[row], s2.podId[row]);
      if (node !== NONE) {
        bind2(s2, row, node, at2);
        return;
      }
      s2.state[row] = STATE.pending;
      s2.waiting[row] = enqueue(s2.scheduler, s2.podClass[row], s2.podId[row], s2.created[row]);
      s2.rowOf.set(s2.podId[row], row);
      if (s2.deleteAt[row] !== Number.POSITIVE_INFINITY) scheduleEvent(s2, row, KIND.cancel, s2.deleteAt[row]);
      return;
    }
    case STATE.pending:
      cancelPending(s2.scheduler, s2.waiting[row]);
      s2.rowOf.delete(s2.podId[row]);
      neverBound(s2, row, at2);
      return;
    default:
      release2(s2.scheduler, s2.node[row], s2.podClass[row]);
      s2.dirty = true;
      freeRow(s2, row);
  }
}
function neverBound(s2, row, at2) {
  s2.neverBound++;
  s2.pendingIn[binAt(s2, at2)] -= 1;
  s2.endedIn[binAt(s2, at2)] += 1;
  logNeverBound(s2, row, at2);
  freeRow(s2, row);
}
function logNeverBound(s2, row, at2) {
  if (s2.log === null) return;
  const i = addRow(s2.log);
  const r = s2.log.columns;
  r.pod[i] = s2.podId[row];
  r.node[i] = NONE;
  r.created[i] = s2.created[row];
  r.bound[i] = Number.NaN;
  r.addressed[i] = Number.NaN;
  r.ended[i] = at2;
  r.retries[i] = 0;
  r.ip[i] = 0;
  r.eni[i] = NONE;
  r.prefix[i] = 0;
  r.reason[i] = 2;
}

// src/engine/stage/sources.ts
function nextBatch(source, now) {
  const { plan: plan2, key } = source;
  if (plan2.kind !== "churn") return;
  source.nextAt = now + exponentialMs(key, source.drawn++, plan2.meanGapMs);
  source.left = 1;
  if (plan2.batchMean > 1) source.left += Math.floor(exponential(draw(key, source.drawn++)) * (plan2.batchMean - 0.5));
  if (source.nextAt >= plan2.untilMs) source.nextAt = Number.POSITIVE_INFINITY;
}
function earliestSource(s2) {
  let best = null;
  for (const source of s2.sources) if (source.nextAt !== Number.POSITIVE_INFINITY && (best === null || source.nextAt < best.nextAt)) best = source;
  return best;
}
function createPod(s2, source) {
  const { plan: plan2 } = source;
  const at2 = source.nextAt;
  const row = takeRow(s2, at2, s2.sources.indexOf(source), source.next);
  s2.life[row] = 0;
  switch (plan2.kind) {
    case "trace":
      s2.podClass[row] = plan2.podClass[source.next];
      s2.deleteAt[row] = plan2.deleted[source.next];
      source.next++;
      source.nextAt = source.next < plan2.created.length ? plan2.created[source.next] : Number.POSITIVE_INFINITY;
      break;
    case "replicas":
      s2.podClass[row] = plan2.podClass;
      s2.deleteAt[row] = plan2.untilMs;
      source.next++;
      if (--source.left === 0) source.nextAt = Number.POSITIVE_INFINITY;
      break;
    case "churn": {
      const life = Math.max(1, sample(s2.lives[s2.source[row]], streamKey(s2.world.seed, STREAM.lifetime, s2.podId[row]), 0));
      s2.podClass[row] = plan2.podClass;
      s2.deleteAt[row] = plan2.fromStart ? Number.POSITIVE_INFINITY : at2 + life;
      s2.life[row] = plan2.fromStart ? life : 0;
      source.next++;
      if (--source.left === 0) nextBatch(source, at2);
      break;
    }
  }
  s2.state[row] = STATE.attempt;
  scheduleEvent(s2, row, KIND.attempt, at2 + sample(s2.delay, streamKey(s2.world.seed, STREAM.placement, s2.podId[row]), 0));
}

// src/engine/stage/stage.ts
function stageLimit(s2, nodesAt) {
  return s2.closedLoop || s2.starting > 0 ? nodesAt + s2.watch.min : Number.POSITIVE_INFINITY;
}
function hearNews(s2, plan2, news) {
  for (const { count: count2, kind, at: at2, node, pod } of news) {
    for (let i = 0; i < count2[0]; i++) {
      if (kind[i] === NEWS.nodeReady) {
        const heard = at2[i] + sample(s2.watch, streamKey(plan2.seed, STREAM.nodeStart, 1073741824 + plan2.nodes.id[node[i]]), 0);
        push(s2.ready, node[i], heard, 0);
        continue;
      }
      const row = s2.rowOf.get(pod[i]);
      if (row === void 0) continue;
      s2.rowOf.delete(pod[i]);
      scheduleEvent(s2, row, KIND.end, at2[i] + watchDelay(s2, pod[i]));
    }
    count2[0] = 0;
  }
}
function advanceStage(s2, plan2, until) {
  const roomy = s2.binds.at.length >> 1;
  let reached = until;
  for (; ; ) {
    const source = earliestSource(s2);
    const created = source === null ? Number.POSITIVE_INFINITY : source.nextAt;
    const event = firstTime(s2.events);
    const plannedAt = s2.plannedDone < s2.planned.length ? s2.planned[s2.plannedDone].at : Number.POSITIVE_INFINITY;
    const change = Math.min(plannedAt, firstTime(s2.ready));
    const at2 = Math.min(created, event, change);
    if (at2 >= until) break;
    if (s2.binds.count >= roomy && at2 > s2.clock) {
      reached = at2;
      break;
    }
    if (at2 > s2.clock) {
      if (s2.dirty) {
        placePending(s2, s2.clock);
        continue;
      }
      s2.clock = at2;
    }
    if (created === at2) {
      createPod(s2, source);
      continue;
    }
    if (change === at2 && (event > at2 || s2.events.tie[s2.events.rows[0]] >= KIND.node * 268435456)) {
      changeNode(s2, plan2, plannedAt === at2 ? s2.planned[s2.plannedDone++] : { at: at2, node: pop(s2.ready), what: "ready" });
      continue;
    }
    const row = pop(s2.events);
    s2.inHeap[row] = 0;
    happen(s2, row, at2);
  }
  if (s2.dirty) placePending(s2, s2.clock);
  s2.clock = reached;
  deliver(s2);
  return reached;
}

// src/engine/sample.ts
const exists = ({ w }, n) => w[n + N.phase] !== PHASE.absent && w[n + N.phase] !== PHASE.gone;
function overCards({ w, at: at2 }, n, c, of) {
  let sum3 = 0;
  for (let k = 0; k < cardCount(c); k++) {
    const own = cardSettings(c, k);
    sum3 += of(own, own.eniMax - w[cardBlock(at2, n, k) + N.unmanagedEnis]);
  }
  return sum3;
}
const eniMax = (b, n, c) => overCards(b, n, c, (_, enis) => enis);
const ipMax = (b, n, c) => overCards(b, n, c, ({ addressesPerEni }, enis) => addressesPerEni * enis);
function reconcileAdds(b, n, c, now) {
  const { w } = b;
  const skips = w[n + N.phase] === PHASE.ready && w[n + N.doing] === DOING.nothing;
  return sumOverCards(b, n, c, N.reconcileAdds) + (skips ? quietReconcileAdds(b, n, c, now) : 0);
}
function sampleNode(x2, b, n, c, bin) {
  const rows = x2.log.nodes;
  const { w } = b;
  if (rows === null || w[n + N.phase] === PHASE.absent) return;
  const { binMs, origin } = x2.world;
  for (; w[n + N.sampleBin] < bin; w[n + N.sampleBin]++) {
    const end4 = (w[n + N.sampleBin] + 1) * binMs - origin[0];
    const i = addRow(rows);
    const r = rows.columns;
    r.bin[i] = w[n + N.sampleBin];
    r.node[i] = w[n + N.index];
    const held2 = levels(b, n);
    r.total[i] = held2.total;
    r.assigned[i] = held2.assigned;
    r.cooling[i] = coolingAt(b, n, c, end4);
    r.enis[i] = held2.enis;
    r.prefixes[i] = held2.prefixes;
    r.waiting[i] = w[n + N.podWaiting];
    r.adds[i] = w[n + N.addRequests] - w[n + N.sampledAdds];
    r.failedAdds[i] = w[n + N.noAvailable] - w[n + N.sampledFailed];
    r.dels[i] = w[n + N.delRequests] - w[n + N.sampledDels];
    r.eniMax[i] = exists(b, n) ? eniMax(b, n, c) : 0;
    r.ipMax[i] = exists(b, n) ? ipMax(b, n, c) : 0;
    for (const counter of COUNTERS) r[counter][i] = held2[counter];
    r.reconcileAdds[i] = reconcileAdds(b, n, c, end4);
    w[n + N.sampledAdds] = w[n + N.addRequests];
    w[n + N.sampledFailed] = w[n + N.noAvailable];
    w[n + N.sampledDels] = w[n + N.delRequests];
  }
}

// src/engine/node.ts
function runNode(x2, group, n, horizon) {
  const { world: world2 } = x2;
  const b = group.blocks;
  const { w } = b;
  const origin = world2.origin[0];
  x2.binEnd = NEVER;
  x2.work[WORK.visits] += 1;
  for (; ; ) {
    const c = world2.settings[w[n + N.settings]];
    const stop = Math.min(horizon - origin, w[n + N.lookAt], w[n + N.rpcLookAt]) | 0;
    const t = runPods(x2, group, n, c, stop);
    if (t >= stop || t >= w[n + N.rpcLookAt]) {
      bookTally(x2);
      return t === FOREVER2 ? Number.POSITIVE_INFINITY : origin + t;
    }
    if (t === w[n + N.wakeAt]) wake(x2, b, n, c, t);
    else if (t === w[n + N.reconcileAt]) turn(x2, b, n, c, t, true);
    else if (t === w[n + N.tickAt]) turn(x2, b, n, c, t, false);
    else planned(x2, b, n, c, t);
  }
}
function bookTally({ bins: bins2, bin, tally }) {
  for (let f = 0; f < BIN_FIELDS; f++) {
    bins2[bin + f] += tally[f];
    tally[f] = 0;
  }
}
function enterBin(x2, b, n, c, t) {
  bookTally(x2);
  const { world: world2 } = x2;
  const origin = world2.origin[0];
  const bin = (origin + t) / world2.binMs | 0;
  if (world2.sampled[b.w[n + N.index]] === 1) sampleNode(x2, b, n, c, bin);
  x2.bin = bin * BIN_FIELDS;
  x2.binEnd = (bin + 1) * world2.binMs - origin;
}
function runPods(x2, group, n, c, horizon) {
  const b = group.blocks;
  const { w, d, at: at2 } = b;
  let stop = horizon;
  const lastKey = (n + at2.podKey >> 1) - 1;
  const wakeAt = w[n + N.wakeAt];
  let turnAt = Math.min(w[n + N.reconcileAt], w[n + N.tickAt], w[n + N.plannedAt]);
  let bindAt = w[n + N.bindAt];
  let arrivalAt = w[n + N.arrivalAt];
  const idle = w[n + N.place] === PLACE.idle && w[n + N.phase] === PHASE.ready;
  const noGrace = x2.world.grace.fixed === 0;
  for (; ; ) {
    const queued = w[n + N.podQueued];
    const key = queued > 0 ? d[lastKey + queued] : LAST_KEY;
    const others2 = bindAt < arrivalAt ? bindAt : arrivalAt;
    const isPod = key < (others2 + 1) * KEY_SCALE;
    const t = isPod ? timeOfKey(key) : others2;
    if (wakeAt <= t || turnAt < t || t >= stop) {
      const next = Math.min(t, wakeAt, turnAt);
      if (next < stop && next >= x2.binEnd) enterBin(x2, b, n, c, next);
      return next;
    }
    if (t >= x2.binEnd) enterBin(x2, b, n, c, t);
    if (isPod) {
      w[n + N.podQueued] = queued - 1;
      const low = key - t * KEY_SCALE;
      const rank = low >> RANK_SHIFT;
      if (rank === RANK2.stop && !noGrace) stopPod(x2, b, n, c, low & ROW_MASK, t);
      else if (rank === RANK2.add) tryAdd(x2, group, n, c, low & ROW_MASK, t);
      else endPod(x2, b, n, c, low & ROW_MASK, t);
    } else if (t === bindAt) {
      bindPod(x2, group, n, c, t);
      bindAt = w[n + N.bindAt];
    } else {
      arrive(x2, group, n, c, t);
      arrivalAt = w[n + N.arrivalAt];
    }
    if (at2.restarts === 1 && w[n + N.rpcLookAt] < stop) stop = w[n + N.rpcLookAt];
    if (!idle) continue;
    if (!quiet(b, n)) scheduleTurn(b, n, c, t);
    else if (w[n + N.tickAt] !== FOREVER2) w[n + N.tickAt] = FOREVER2;
    else continue;
    turnAt = Math.min(w[n + N.reconcileAt], w[n + N.tickAt], w[n + N.plannedAt]);
  }
}

// src/engine/run.ts
const ORIGIN_SPAN_MS = 1 << 30;
function createRun(world2, plan2, ec23, stage, executor, happenings, originSpanMs = ORIGIN_SPAN_MS) {
  return {
    world: world2,
    plan: plan2,
    ec2: ec23,
    executor,
    stage,
    clock: 0,
    originSpanMs,
    requests: createHeap(2 * world2.nodeCount),
    looks: createHeap(2 * world2.nodeCount),
    answered: new Int32Array(2 * world2.nodeCount),
    happenings: [...happenings].sort((a, b) => a.at - b.at || a.order - b.order),
    happened: 0,
    sweeps: createSweeps(plan2)
  };
}
function runRange(x2, from, end4, horizon) {
  const { world: world2 } = x2;
  const { nextAt } = world2;
  for (let node = from; node < end4; node++) {
    if (nextAt[node] >= horizon) continue;
    const group = world2.groups[world2.groupOf[node]];
    nextAt[node] = runNode(x2, group, (node - group.firstNode) * group.blocks.at.stride, horizon);
  }
}
function runList(x2, nodes, from, end4, horizon) {
  const { world: world2 } = x2;
  for (let i = from; i < end4; i++) {
    const { group, n } = blockOf(world2, nodes[i]);
    world2.nextAt[nodes[i]] = runNode(x2, group, n, horizon);
  }
}
function collect(run3) {
  const { world: world2, requests: requests2, looks } = run3;
  for (const { count: count2, node, at: at2, lookAt } of run3.executor.outboxes) {
    for (let i = 0; i < count2[0]; i++) {
      const { group, n } = blockOf(world2, node[i] % world2.nodeCount);
      push(requests2, node[i], at2[i], tieOf(world2.seed, at2[i], group.blocks.w[n + N.id]));
      push(looks, node[i], lookAt[i], 0);
    }
    count2[0] = 0;
  }
}
function advance(run3, horizon) {
  assert(horizon > run3.clock, "advance: the horizon lies ahead");
  const { stage, plan: plan2, executor } = run3;
  shiftOrigin(run3, horizon);
  while (run3.clock < horizon) {
    let until = horizon;
    if (stage !== null) {
      if (stage.clock <= run3.clock) advanceStage(stage, plan2, Math.min(horizon, stageLimit(stage, run3.clock)));
      until = Math.min(horizon, stage.clock);
    }
    advanceNodes(run3, until);
    if (stage !== null) hearNews(stage, plan2, executor.news);
    else for (const { count: count2 } of executor.news) count2[0] = 0;
  }
}
function advanceNodes(run3, horizon) {
  const { world: world2, ec2: ec23, executor, requests: requests2, looks, answered, happenings } = run3;
  executor.runAll(horizon);
  collect(run3);
  for (; ; ) {
    let answeredCount = 0;
    let earliestAnswer2 = horizon;
    for (; ; ) {
      const bound2 = Math.min(earliestAnswer2, firstTime(looks));
      const request2 = firstTime(requests2);
      const happening = run3.happened < happenings.length ? happenings[run3.happened].at : Number.POSITIVE_INFINITY;
      const sweepAt = firstTime(run3.sweeps.due);
      if (Math.min(request2, happening, sweepAt) >= bound2) break;
      if (sweepAt < Math.min(request2, happening)) {
        sweep(run3.sweeps, ec23, world2, sweepAt);
        continue;
      }
      let node;
      let wakesAt;
      if (happening <= request2) {
        node = happenings[run3.happened++].act(run3);
        if (node < 0) continue;
        wakesAt = world2.nextAt[node];
      } else {
        const row = pop(requests2);
        remove(looks, row);
        node = row % world2.nodeCount;
        wakesAt = row === node ? serve(ec23, world2, node, request2) : serveRelease(ec23, world2, node, request2);
        if (wakesAt < world2.nextAt[node]) world2.nextAt[node] = wakesAt;
      }
      if (wakesAt < earliestAnswer2) earliestAnswer2 = wakesAt;
      if (world2.nextAt[node] < horizon) answered[answeredCount++] = node;
    }
    if (answeredCount === 0) break;
    executor.runSome(answered, answeredCount, horizon);
    collect(run3);
  }
  assert(requests2.count === 0, "advance: every request before the horizon is served");
  run3.clock = horizon;
}
function shiftOrigin({ world: world2, clock, originSpanMs }, horizon) {
  const [origin] = world2.origin;
  if (horizon - origin < originSpanMs) return;
  const by = Math.floor((clock - origin) / world2.binMs) * world2.binMs;
  for (const { blocks, nodeCount } of world2.groups) {
    for (let part2 = 0; part2 < nodeCount * blocks.at.cards; part2++) rebase(blocks.w, blocks.d, part2 * blocks.at.cardStride, blocks.at.times, by);
  }
  world2.origin[0] = origin + by;
}

// ../h.ts
const file2 = process.argv[2];
var { scenario, warnings } = readScenario(readFileSync4(file2, "utf8"), { file: file2, load: loaderBeside(file2), overrides: process.argv.slice(3) });
const built = buildPlan(scenario);
const cpu2 = () => {
  const u = (process.threadCpuUsage ?? process.cpuUsage)();
  return (u.user + u.system) / 1e6;
};
const t00 = cpu2();
const memory2 = allocate2(built.plan, 1);
const world = openWorld(built.plan, memory2);
const x = openThread(built.plan, memory2, world, 0);
const ec22 = createEc2(built.plan, null, () => {
});
const tb = cpu2();
beginNodes(world, ec22, built.plan);
const begin2 = cpu2() - tb;
const run2 = createRun(world, built.plan, ec22, null, { outboxes: [x.outbox], news: [x.news], runAll: (h) => runRange(x, 0, world.nodeCount, h), runSome: (l, c, h) => runList(x, l, 0, c, h) }, []);
const t0 = cpu2();
const step = Number(process.env.STEP ?? 6e5);
var storm = 0;
for (let h = step; h <= scenario.durationMs; h += step) {
  advance(run2, h);
  x.news.count[0] = 0;
  if (h === step) storm = cpu2() - t0;
}
const s = cpu2() - t0;
const bins = new Float64Array(built.plan.durationMs / built.plan.binMs * 0 + x.bins.length);
bins.set(x.bins);
const sum2 = (f) => {
  let v = 0;
  for (let i = 0; i < bins.length / BIN_FIELDS; i++) v += bins[i * BIN_FIELDS + f];
  return v;
};
const hash = createHash("sha256");
hash.update(new Uint8Array(bins.buffer.slice(0)));
hash.update(JSON.stringify([...ec22.requests, ...ec22.errors, ...ec22.throttled, ec22.eniCount]));
hash.update(new Uint8Array(new Float64Array(x.waits).buffer));
const fields2 = ["podCount", "podWaiting", "addRequests", "delRequests", "noAvailable", "ipamdErrors", "ec2Number", "arrivals", "lifetimes", "retries", "orders", "reconcileAdds", "tickAt", "loopAt", "arrivalAt", "lastAction", "lastDecrease", "decisionNumber", "forceRemovedIps", "podQueued"];
for (let node = 0; node < world.nodeCount; node++) {
  const g = world.groups[world.groupOf[node]];
  const n = (node - g.firstNode) * g.blocks.at.stride;
  const w = g.blocks.w, at2 = g.blocks.at;
  hash.update(String(world.nextAt[node]));
  hash.update(fields2.map((f) => w[n + N[f]]).join());
  for (const f of ["slotState", "slotAddress"]) hash.update(w.slice(n + at2[f], n + at2[f] + at2.enis * at2.slots));
  const q = w[n + N.podQueued];
  const d0 = n + at2.podKey >> 1;
  hash.update([...g.blocks.d.slice(d0, d0 + q)].sort().join());
}
const ev = sum2(BIN.addressed) + sum2(BIN.released);
console.log(JSON.stringify({ ev, s, rate: ev / s / 1e6, begin: begin2, storm, visits: x.work[0], hash: hash.digest("hex").slice(0, 12), noAvail: sum2(BIN.noAvailable), dropped: sum2(BIN.dropped), req: ec22.requests.reduce((a, b) => a + b, 0) }));
