// Which room may import which: the allowed directions of dependency (docs/architecture.md), as lint rules.
// Every import across folders goes through a door (`@holdfast/core/volumes`), so the import text alone decides.

const CORE_ORDER = ['base', 'authorization', 'resources', 'volumes', 'tasks', 'verification', 'offers', 'fair-share', 'membership'];

/** Files → the `@holdfast/…` doors they may use. Tests may use more: see TEST_DOORS. */
const ROOMS = [
  ...CORE_ORDER.map((folder, at) => ({
    files: [`libs/core/src/${folder}/**/*.ts`],
    doors: CORE_ORDER.slice(0, at).map((earlier) => `core/${earlier}`),
    packages: [],
  })),
  { files: ['libs/contracts/src/**/*.ts'], doors: ['core/[a-z-]+'] },
  { files: ['libs/platform/src/**/*.ts'], doors: ['core/[a-z-]+', 'contracts', 'platform/[a-z-]+'] },
  { files: ['libs/scheduler-sdk/src/**/*.ts'], doors: ['core/[a-z-]+', 'contracts', 'platform/[a-z-]+'] },
  { files: ['libs/testing/src/**/*.ts'], doors: ['core/[a-z-]+', 'contracts', 'platform/[a-z-]+', 'scheduler-sdk', 'testing/[a-z-]+'] },
  ...['master', 'allocator', 'volume-registry', 'agent'].map((app) => ({
    files: [`apps/${app}/src/**/*.ts`],
    doors: ['core/[a-z-]+', 'contracts', 'platform/[a-z-]+'],
  })),
  { files: ['apps/cli/src/**/*.ts'], doors: ['core/[a-z-]+', 'contracts', 'platform/[a-z-]+', 'scheduler-sdk'] },
  {
    files: ['e2e/**/*.ts', 'tools/**/*.ts'],
    // The bench measures the ledger without the RPC around it.
    doors: ['core/[a-z-]+', 'contracts', 'platform/[a-z-]+', 'scheduler-sdk', 'testing(/[a-z-]+)?', 'volume-registry/ledger'],
  },
  { files: ['examples/**/*.ts'], doors: ['scheduler-sdk', 'core/[a-z-]+'] },
];

const TEST_DOORS = ['testing(/[a-z-]+)?'];
const TEST_PACKAGES = ['fast-check'];
const TEST_FILES = ['**/*.spec.ts', '**/*.contract.ts', '**/*.fixture.ts'];

const onlyDoors = (doors) => ({
  regex: `^@holdfast/(?!(${doors.join('|') || 'none'})$)`,
  message: `From here only ${doors.map((door) => `@holdfast/${door}`).join(', ') || 'nothing of ours'} may be imported, through its door.`,
});

/** No climbing out of one's own app, library or core folder by a relative path. */
const noClimbing = (inCore) => ({
  regex: inCore ? '^\\.\\./' : '^(\\.\\./)+(.*/)?src/',
  message: 'Leave a room through its door (@holdfast/…), not by a relative path.',
});

const onlyPackages = (packages) => ({
  regex: `^(?!\\.|@holdfast/${packages.map((name) => `|${name}$`).join('')})`,
  message: 'libs/core is pure: it has no dependencies, not even on Node.js.',
});

const onlyCodecReadsGenerated = {
  regex: '(^|/)gen(/|$)',
  message: 'Only libs/contracts/src/codec reads generated code.',
};

const rule = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] });

export const rooms = ROOMS.flatMap(({ files, doors, packages }) => {
  const inCore = packages !== undefined;
  const readsGenerated = files[0].startsWith('libs/contracts');
  const common = [noClimbing(inCore), ...(readsGenerated ? [] : [onlyCodecReadsGenerated])];
  return [
    { files, ignores: TEST_FILES, rules: rule([onlyDoors(doors), ...common, ...(inCore ? [onlyPackages(packages)] : [])]) },
    {
      files: files.map((glob) => glob.replace(/\*\.ts$/, '*.{spec,contract,fixture}.ts')),
      rules: rule([onlyDoors([...doors, ...TEST_DOORS]), ...common, ...(inCore ? [onlyPackages(TEST_PACKAGES)] : [])]),
    },
  ];
}).concat([
  {
    files: ['libs/contracts/src/messages/**/*.ts', 'libs/contracts/src/services/**/*.ts', 'libs/contracts/src/*.ts'],
    ignores: ['libs/contracts/src/services/descriptors.ts'],
    rules: rule([onlyDoors(['core/[a-z-]+']), onlyCodecReadsGenerated]),
  },
]);

/** Clocks, randomness, the environment and I/O come into core as arguments. */
export const purity = {
  files: ['libs/core/src/**/*.ts'],
  ignores: TEST_FILES,
  rules: {
    'no-restricted-globals': ['error', 'process', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'performance', 'crypto', 'console'],
    'no-restricted-properties': [
      'error',
      { object: 'Date', property: 'now', message: 'Time comes in as an argument.' },
      { object: 'Math', property: 'random', message: 'Randomness comes in as an argument.' },
    ],
  },
};
