// What the WebAssembly file is made from: exact versions, archives with their sha256, and the compiler.

/** The only compiler version the recipe is written for; also pinned in package.json. */
export const compilerVersion = '22.0.0-git20542-10';

export const libyangVersion = '3.12.2';
export const pcre2Version = '10.46';

/** sha256 over the files that are used from libyang, for an archive that was packed by somebody else than the distribution. */
export const libyangTreeSha256 = 'f62094bf8e5ade9c5eeb675faeedbfcb5175f5d189bfeeb264afbc09114faa99';

/**
 * The archives, each with all file names it is known under. `tree` marks an archive that may also be accepted by the
 * digest of its files. `optional` archives are built without when they cannot be had, with a warning.
 */
export const archives = {
  libyang: {
    files: [
      {
        name: 'libyang_3.12.2.orig.tar.xz',
        sha256: 'd7b35a5f9f3a5b929b9c9ee0c2b1b63fbef7be788d88f74e1362b85990002db3',
      },
      { name: 'libyang-3.12.2.tar.gz', treeSha256: libyangTreeSha256 },
    ],
    upstream: {
      name: 'libyang-3.12.2.tar.gz',
      url: 'https://github.com/CESNET/libyang/archive/refs/tags/v3.12.2.tar.gz',
    },
  },
  pcre2: {
    files: [
      { name: 'pcre2_10.46.orig.tar.gz', sha256: '8d28d7f2c3b970c3a4bf3776bcbb5adfc923183ce74bc8df1ebaad8c1985bd07' },
      { name: 'pcre2-10.46.tar.gz', sha256: '8d28d7f2c3b970c3a4bf3776bcbb5adfc923183ce74bc8df1ebaad8c1985bd07' },
    ],
    upstream: {
      name: 'pcre2-10.46.tar.gz',
      url: 'https://github.com/PCRE2Project/pcre2/releases/download/pcre2-10.46/pcre2-10.46.tar.gz',
    },
  },
  pcre2Fixes: {
    optional: true,
    // The later one differs only in the JIT compiler, which is not built: both give the same result.
    files: [
      {
        name: 'pcre2_10.46-1~deb13u3.diff.gz',
        sha256: '28734c85365f431a4494c2efe2cdb42ed432673f962e421826f3c3b7aa76c4cf',
      },
      {
        name: 'pcre2_10.46-1~deb13u2.diff.gz',
        sha256: '4523b65a28a1fc9c418be7e70af68a354ae128d541243b1e1ea5c03a9e542236',
      },
    ],
  },
};

/** Source packages of the distribution that hold these archives, newest first where several would do. */
export const sourcePackages = [
  { archive: 'libyang', packages: ['libyang=3.12.2-1'] },
  { archive: 'pcre2', packages: ['pcre2=10.46-1~deb13u3', 'pcre2=10.46-1~deb13u2'] },
  { archive: 'pcre2Fixes', packages: ['pcre2=10.46-1~deb13u3', 'pcre2=10.46-1~deb13u2'] },
];

/** Suites in which the distribution keeps them, by whether the configured base serves security updates. */
export const suites = { archive: ['trixie', 'trixie-updates'], security: ['trixie-security'] };
