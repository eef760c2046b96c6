import type { WebhookEvent } from "./types.js";

/** Seconds that a webhook's timestamp may be off. */
const TOLERANCE = 300;

/** Parom did not send this, or not lately. Answer 401. */
export class InvalidSignature extends Error {
  override name = "InvalidSignature";
}

type Given = Headers | Record<string, string | string[] | undefined>;

/**
 * A webhook, if it was signed with this secret (`whsec_…`) within the last five minutes.
 *
 * @param body the bytes as they came, before anything parses them
 * @param now milliseconds since 1970
 */
export async function verify(
  secret: string,
  headers: Given,
  body: string | Uint8Array<ArrayBuffer>,
  now: number = Date.now(),
): Promise<WebhookEvent> {
  const header = (name: string) => String((headers instanceof Headers ? headers.get(name) : headers[name]) ?? "");
  const [id, timestamp] = [header("webhook-id"), header("webhook-timestamp")];
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE) {
    throw new InvalidSignature("webhook-timestamp is more than five minutes off");
  }
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = new Blob([`${id}.${timestamp}.`, bytes]);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", decoded(secret.replace(/^whsec_/, "")), hmac, false, ["verify"]);
  // There are several while a secret is rotated.
  for (const signature of header("webhook-signature").split(" ")) {
    const given = signature.startsWith("v1,") ? decoded(signature.slice(3)) : null;
    if (given && (await crypto.subtle.verify(hmac, key, given, await signed.arrayBuffer()))) {
      return JSON.parse(new TextDecoder().decode(bytes)) as WebhookEvent;
    }
  }
  throw new InvalidSignature("webhook-signature is of another secret or body");
}

function decoded(base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  } catch {
    throw new InvalidSignature("a signature or the secret is not base64");
  }
}
