<?php

declare(strict_types=1);

namespace Parom;

/**
 * Verifies webhooks, which are signed as Standard Webhooks has it.
 *
 * @phpstan-import-type WebhookEvent from Parom
 */
final class Webhook
{
    /** Seconds that a webhook's timestamp may be off. */
    private const TOLERANCE = 300;

    /**
     * A webhook, if it was signed with this secret (`whsec_…`) within the last five minutes.
     *
     * @param array<string, string|list<string>> $headers as `getallheaders()` gives them
     * @param string $body the bytes as they came, before anything parses them
     * @param ?int $now seconds since 1970
     * @return WebhookEvent
     * @throws InvalidSignature
     */
    public static function verify(string $secret, array $headers, string $body, ?int $now = null): array
    {
        $headers = array_change_key_case($headers);
        $header = fn (string $name): string => (string) (((array) ($headers[$name] ?? ''))[0] ?? '');
        $timestamp = $header('webhook-timestamp');
        if (!ctype_digit($timestamp) || abs(($now ?? time()) - (int) $timestamp) > self::TOLERANCE) {
            throw new InvalidSignature('webhook-timestamp is more than five minutes off');
        }
        $key = base64_decode(preg_replace('/^whsec_/', '', $secret));
        $signed = "{$header('webhook-id')}.$timestamp.$body";
        $right = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
        // There are several while a secret is rotated.
        foreach (explode(' ', $header('webhook-signature')) as $signature) {
            if (hash_equals($right, $signature)) {
                return json_decode($body, true, 512, JSON_THROW_ON_ERROR);
            }
        }
        throw new InvalidSignature('webhook-signature is of another secret or body');
    }
}
