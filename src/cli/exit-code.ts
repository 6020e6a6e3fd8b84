// How a command ends whose answer is an exit code: everything has been printed by then.

export class ExitCode extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit code ${code}`);
    this.code = code;
  }
}
