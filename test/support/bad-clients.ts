import { createConnection } from 'node:net';

/** So much unread is left by one that never reads. */
const LARGE = 10 * 1024 * 1024;

/** What each kind of bad client sends; some never read what comes. */
const KINDS = [
  { count: 1000, reads: true, request: 'GET /metrics HTTP/1.1\r\nHost:' },
  {
    count: 20,
    reads: false,
    request: 'GET /v1/misses?limit=100000 HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(10),
  },
  { count: 20, reads: false, request: 'GET /v1/misses/follow HTTP/1.1\r\nHost: localhost\r\n\r\n' },
  {
    count: 4,
    reads: true,
    request: `GET /../metrics HTTP/1.1\r\nHost: localhost\r\nA: ${'x'.repeat(LARGE)}\r\n\r\n`,
  },
  { count: 4, reads: true, request: 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100) },
];

/** Between the end of a connection and the next try, in milliseconds. */
const PAUSE = 100;

/** Sends again and again until this process is ended. Prints how many connections were dropped, once a second. */
function storm(port: number): void {
  let dropped = 0;
  for (const { count, reads, request } of KINDS) {
    const again = () => {
      const socket = createConnection({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        dropped += 1;
        setTimeout(again, PAUSE);
      });
      if (reads) {
        socket.resume();
      }
      socket.write(request);
    };
    for (let client = 0; client < count; client++) {
      again();
    }
  }
  setInterval(() => process.stdout.write(`${JSON.stringify({ dropped })}\n`), 1000);
}

storm(Number(process.argv[2]));
