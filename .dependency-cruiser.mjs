/** The house in one table (DESIGN.md section 5): a folder may import itself and what is listed. */
const mayImport = {
  ledger: [],
  prompts: [],
  constraints: ['ledger'],
  solver: ['ledger'],
  tools: ['ledger', 'constraints', 'solver'],
  agents: ['ledger', 'prompts', 'tools', 'solver'],
  graph: ['ledger', 'constraints', 'agents'],
  service: ['ledger', 'prompts', 'constraints', 'solver', 'tools', 'agents', 'graph'],
  console: [],
  evals: ['ledger', 'prompts', 'constraints', 'solver', 'tools', 'agents', 'graph', 'service'],
};
/** Package → its one home. */
const livesIn = {
  '@langchain/langgraph': '^(graph/|service/checkpoints[.]ts$|evals/bench/)',
  '@langchain/langgraph-checkpoint-sqlite': '^(graph/|service/)',
  '@langchain/langgraph-checkpoint-postgres': '^service/',
  '@langchain/openai': '^agents/model[.]ts$',
  'better-sqlite3': '^(ledger/stores/|service/|evals/bench/)',
  kysely: '^(ledger/stores/|service/)',
  pg: '^(ledger/stores/|service/|evals/bench/)',
  bullmq: '^service/doorbell/',
  ioredis: '^service/doorbell/',
  'prom-client': '^service/metrics[.]ts$',
  '@opentelemetry/api': '^service/tracing[.]ts$',
  '@opentelemetry/sdk-node': '^service/tracing[.]ts$',
  '@opentelemetry/exporter-trace-otlp-http': '^service/tracing[.]ts$',
  pino: '^service/',
  commander: '^service/',
  yaml: '^(service|prompts)/',
  '@slack/web-api': '^service/notices/',
  cockatiel: '^(service|agents)/',
  'ical-generator': '^service/notices/',
  jose: '^service/',
  nodemailer: '^service/notices/',
  'rate-limiter-flexible': '^service/',
  'request-filtering-agent': '^service/notices/',
  standardwebhooks: '^service/',
  '@inquirer/prompts': '^service/',
  'openid-client': '^service/identity/',
  hono: '^(service|evals/report)/',
  vega: '^evals/report/',
  'vega-lite': '^evals/report/',
  'fast-check': '^evals/engine/',
  tinypool: '^service/askApart[.]ts$',
  canonicalize: '^ledger/canonical[.]ts$',
  '@noble/hashes': '^ledger/canonical[.]ts$',
};
const any = (names) => `^(${names.join('|')})/`;
const folders = [...Object.keys(mayImport), 'tests'];
const isTest = '[.](test|eval|bench)[.]ts$';
const layer = ([from, below]) => ({
  name: `${from}-imports-downward-only`,
  comment: 'Each layer knows only the ones below it; see the table above and DECISIONS.md.',
  severity: 'error',
  from: { path: `^${from}/`, pathNot: [isTest, '^evals/bench/'] },
  to: { path: any(folders), pathNot: any([from, ...below]) },
});
const home = ([pkg, path]) => ({
  name: `${pkg}-has-one-home`,
  comment: 'A package used in one place can be replaced in one place.',
  severity: 'error',
  from: { path: any(folders), pathNot: [path, isTest, '^tests/'] },
  to: { path: `^node_modules/${pkg}/` },
});
export default {
  forbidden: [
    ...Object.entries(mayImport).map(layer),
    ...Object.entries(livesIn).map(home),
    {
      name: 'pure-core-touches-no-machine',
      comment:
        'Ledger, constraints, solver and graph are given time, ids and stores; they never reach for them.',
      severity: 'error',
      from: {
        path: '^(ledger|constraints|solver|graph|tools)/',
        pathNot: ['^ledger/stores/', isTest],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'stores-are-chosen-in-service',
      comment: 'Only the service knows which database it runs on.',
      severity: 'error',
      from: { pathNot: ['^service/', '^ledger/stores/', '^tests/', '^evals/', isTest] },
      to: { path: '^ledger/stores/' },
    },
    {
      name: 'only-graph-and-service-write',
      comment: 'Agents, tools, rules and the solver propose; they never write.',
      severity: 'error',
      from: { path: '^(constraints|solver|tools|agents|console)/', pathNot: isTest },
      to: { path: '^ledger/(decide|handle|store)[a-z]*[.]ts$' },
    },
    {
      name: 'constraints-and-solver-never-meet',
      comment: 'Two independent paths to one truth.',
      severity: 'error',
      from: { path: '^(constraints|solver)/' },
      to: { path: '^(constraints|solver)/', pathNot: '^$1/' },
    },
    {
      name: 'nobody-imports-tests',
      comment: 'What ships stands without its tests; a bench may ask their generators and oracles.',
      severity: 'error',
      from: { pathNot: ['^tests/', '^evals/bench/', isTest] },
      to: { path: `(${isTest}|^tests/)` },
    },
    {
      name: 'no-cycles',
      comment: 'A cycle is one file pretending to be two.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Code that nothing reaches is dead.',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '[.](config|test|eval|bench)[.](ts|mjs)$',
          '[.]dependency-cruiser[.]mjs$',
          '[.]d[.]ts$',
        ],
      },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
