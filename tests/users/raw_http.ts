/**
 * HTTP requests as someone types them who means no good: fetch would put paths in order first.
 *
 * @module
 */

/** Sends bytes as they stand and returns all that comes back. */
export async function raw(
  address: string,
  request: string,
): Promise<{ status: number; text: string }> {
  const [hostname = "", port] = address.split(":");
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const decoder = new TextDecoder();
  let text = "";
  try {
    const writer = connection.writable.getWriter();
    writer.write(new TextEncoder().encode(request)).catch(() => {}); // it may be too long to be read
    for await (const part of connection.readable) text += decoder.decode(part, { stream: true });
  } catch {
    // It was cut off, as too long requests are; the answer came before that.
  }
  return { status: Number(/^HTTP\/1\.[01] (\d+)/.exec(text)?.[1]), text };
}

/** Asks for a path as it stands. */
export const get = (
  address: string,
  path: string,
  { method = "GET", host = address }: { method?: string; host?: string } = {},
): Promise<{ status: number; text: string }> =>
  raw(address, `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
