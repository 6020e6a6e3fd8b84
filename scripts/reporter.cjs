// Mocha's spec report of failures behind dots, closed by the plain line `N passed, N failed` from the runner's own counts.

const { reporters } = require('mocha');

module.exports = class PlainCount extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      process.stdout.write(`\n${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ''}\n`);
    });
  }
};
