<?php

declare(strict_types=1);

namespace Parom;

/**
 * Parom refused a request: an RFC 9457 problem. Decide by `type`, e.g. `/problems/validation`.
 *
 * @phpstan-import-type FieldError from Parom
 */
final class Problem extends \RuntimeException
{
    /** Statuses after which the same request may succeed. */
    private const TEMPORARY = [429, 500, 502, 503, 504];

    public readonly string $type;
    public readonly string $title;
    public readonly string $detail;
    /** @var list<FieldError> the invalid fields */
    public readonly array $errors;
    /** Names the request in the server's log. */
    public readonly ?string $requestId;
    /** Seconds after which the request may be repeated, if the server says so. */
    public readonly ?int $retryAfter;

    /** @param array<string, string> $headers */
    public function __construct(public readonly int $status, array $headers, mixed $body)
    {
        // What stands between here and the server answers without a problem.
        $said = is_array($body) ? $body : [];
        $this->type = $said['type'] ?? 'about:blank';
        $this->title = $said['title'] ?? "HTTP $status";
        $this->detail = $said['detail'] ?? '';
        $this->errors = $said['errors'] ?? [];
        $this->requestId = $said['request_id'] ?? $headers['x-request-id'] ?? null;
        $seconds = $headers['retry-after'] ?? '';
        $this->retryAfter = ctype_digit($seconds) ? (int) $seconds : null;
        parent::__construct($this->detail === '' ? $this->title : "$this->title: $this->detail", $status);
    }

    /** Whether the same request may succeed later. */
    public function isTemporary(): bool
    {
        return in_array($this->status, self::TEMPORARY, true) || ($this->status === 409 && $this->retryAfter !== null);
    }
}
