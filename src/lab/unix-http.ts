import { request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One HTTP request over a unix socket, which reaches into any network namespace: the socket is a file.
 *
 * @throws the system's error when nobody listens, or when there is no answer within five seconds
 */
export function askOverUnixSocket(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: string,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, method, path, agent: false, signal: AbortSignal.timeout(5000) },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
