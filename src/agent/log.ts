import { isatty } from 'node:tty';
import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';
import { describeError } from '../base/fault.ts';
import type { Log } from '../base/log.ts';
import { withoutCredentials } from './redact.ts';
import type { LogFormat, LogLevel } from './run-options.ts';

/** The field that holds what was thrown. */
const ERROR = 'err';

export interface CreateLogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** The descriptor that entries go to; 2 (stderr) unless told. */
  readonly fd?: number;
  /** NO_COLOR, when set and not empty, keeps a terminal's text plain (no-color.org). */
  readonly environment?: { readonly NO_COLOR?: string | undefined };
}

/**
 * A log that writes each entry before its call returns, so that none is lost when the process ends. One entry is one
 * line. Passwords, and credentials in URLs, are never written.
 */
export function createLog({ level, format, fd = 2, environment = process.env }: CreateLogOptions): Log {
  const destination = pino.destination({ dest: fd, sync: true });
  // A full disk or a reader that went away: there is nowhere left to say so, and a log is no reason to end.
  destination.on('error', () => undefined);
  const serialiseError = (error: unknown) =>
    format === 'text' ? describeError(error) : errorFields(error, level);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { [ERROR]: serialiseError },
      redact: { paths: ['password', '*.password'], censor: '[redacted]' },
      hooks: { streamWrite: withoutCredentials },
    },
    format === 'text'
      ? textStream(destination, isatty(fd) && (environment.NO_COLOR ?? '') === '')
      : destination,
  );
}

function textStream(destination: DestinationStream, colorize: boolean): DestinationStream {
  return pretty({
    destination,
    sync: true,
    colorize,
    singleLine: true,
    translateTime: 'SYS:yyyy-mm-dd HH:MM:ss.l',
    // pino-pretty would spread an error over several lines, so it becomes the end of the sentence.
    ignore: ERROR,
    messageFormat: (entry, key) => [entry[key], entry[ERROR]].map(printable).filter(Boolean).join(': '),
  });
}

/** A sentence may quote foreign text; a line break or a terminal's control sequence in it must not get through. */
function printable(message: unknown): string {
  return typeof message === 'string' ? message.replace(/\p{Cc}+/gu, ' ') : '';
}

/** An error with its chain of causes. Stacks are for the debug level: expected failures need none. */
function errorFields(error: unknown, level: LogLevel): object | string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return {
    type: error.name,
    message: error.message,
    ...('code' in error ? { code: error.code } : {}),
    ...(level === 'debug' ? { stack: error.stack } : {}),
    ...(error.cause === undefined ? {} : { cause: errorFields(error.cause, level) }),
  };
}
