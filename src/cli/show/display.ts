/** Where a command shows what it found, injected so that tests need no terminal. */
export interface Display {
  readonly out: (text: string) => void;
  /** Undefined where the output is none, or one that cannot move its cursor. */
  readonly terminal?: Terminal;
  /** Aborts when nobody reads any more: a pipe whose other end was closed, a terminal that is gone. */
  readonly closed: AbortSignal;
}

/** A terminal: keys come from the one stream, pictures go to the other. */
export interface Terminal {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  /** Whether it shows more than ASCII, as far as the locale tells. */
  readonly isUnicode: boolean;
}

/** What process.stdin is. Without `setRawMode` it is no terminal, and no keys come. */
export interface TerminalInput {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  on(event: 'data', listener: (bytes: Buffer) => void): unknown;
  on(event: 'end' | 'error', listener: () => void): unknown;
  removeAllListeners(event: 'data' | 'end' | 'error'): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** What process.stdout is. A terminal that does not know its size says 0, or nothing. */
export interface TerminalOutput {
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** In characters. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export function sizeOf({ columns = 0, rows = 0 }: TerminalOutput): Size {
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 };
}
