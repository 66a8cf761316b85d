/** Takes user and password out of every URL in the text: `http://root:secret@host` becomes `http://[redacted]@host`. */
export function withoutCredentials(text: string): string {
  return text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/"'@,]+(?:@[^\s/"'@,]+)*@/gi, '$1[redacted]@');
}
