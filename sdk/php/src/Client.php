<?php

declare(strict_types=1);

namespace Parom;

/** Sends requests, and repeats those that failed for a time. */
abstract class Client
{
    /**
     * @param string $url the server's address, e.g. `https://parom.example`
     * @param float $timeout seconds that an attempt may take
     * @param int $retries how often a request is repeated
     * @param float $longestPause longer pauses, in seconds, are not waited for
     */
    public function __construct(
        private readonly string $url,
        #[\SensitiveParameter] private readonly string $key,
        private readonly float $timeout = 30,
        private readonly int $retries = 2,
        private readonly float $longestPause = 60,
    ) {
    }

    /** An id in a path. */
    protected static function segment(string $id): string
    {
        if (in_array($id, ['', '.', '..'], true)) {
            throw new \ValueError("\"$id\" is no id in a path");
        }
        return rawurlencode($id);
    }

    /**
     * @param ?string $type of a body that is not JSON
     * @param array<string, string|int|bool|null> $query
     * @param bool $keyed whether a repeat needs an `Idempotency-Key`
     */
    protected function call(
        string $method,
        string $path,
        array|string|null $body = null,
        ?string $type = null,
        array $query = [],
        ?string $idempotencyKey = null,
        ?string $ifMatch = null,
        bool $keyed = false,
    ): mixed {
        $words = array_map(fn ($value) => is_bool($value) ? var_export($value, true) : $value, $query);
        $url = rtrim($this->url, '/') . $path . rtrim('?' . http_build_query($words), '?');
        $headers = ["Authorization: Bearer $this->key", 'Connection: close'];
        if ($body !== null) {
            $headers[] = 'Content-Type: ' . ($type ?? 'application/json');
        }
        if ($idempotencyKey !== null || $keyed) {
            $headers[] = 'Idempotency-Key: ' . ($idempotencyKey ?? bin2hex(random_bytes(16)));
        }
        if ($ifMatch !== null) {
            $headers[] = "If-Match: $ifMatch";
        }
        $content = is_array($body) ? json_encode($body === [] ? new \stdClass() : $body, JSON_THROW_ON_ERROR) : $body;
        $context = stream_context_create(['http' => [
            'method' => $method,
            'header' => $headers,
            'content' => $content ?? '',
            'timeout' => $this->timeout,
            'protocol_version' => 1.1,
            'user_agent' => 'parom-php',
            'ignore_errors' => true,
            // The API redirects nothing, and a key belongs to no other server.
            'follow_location' => 0,
        ]]);
        for ($failures = 0; ; $failures++) {
            $pause = 0.5 * 2 ** $failures;
            try {
                return self::once($url, $context);
            } catch (Problem $problem) {
                $pause = $problem->retryAfter ?? $pause;
                if ($failures >= $this->retries || !$problem->isTemporary() || $pause > $this->longestPause) {
                    throw $problem;
                }
            } catch (Unreachable $unreachable) {
                if ($failures >= $this->retries) {
                    throw $unreachable;
                }
            }
            usleep((int) ($pause * 1_000_000));
        }
    }

    /** @param resource $context */
    private static function once(string $url, $context): mixed
    {
        $stream = @fopen($url, 'r', false, $context);
        $text = $stream === false ? false : stream_get_contents($stream);
        if ($stream === false || $text === false || stream_get_meta_data($stream)['timed_out']) {
            throw new Unreachable('Parom does not answer: ' . (error_get_last()['message'] ?? 'the time is over'));
        }
        $lines = stream_get_meta_data($stream)['wrapper_data'];
        $status = (int) explode(' ', $lines[0])[1];
        $headers = [];
        foreach (array_slice($lines, 1) as $line) {
            [$name, $value] = explode(':', $line, 2);
            $headers[strtolower($name)] = trim($value);
        }
        $isJson = preg_match('#^application/(problem\+)?json#', $headers['content-type'] ?? '') === 1;
        try {
            $given = $isJson ? json_decode($text, true, 512, JSON_THROW_ON_ERROR) : $text;
        } catch (\JsonException) {
            throw new Unreachable('Parom\'s answer broke off');
        }
        if ($status >= 300) {
            throw new Problem($status, $headers, $given);
        }
        return $given;
    }

    /**
     * @param array<string, string|int|bool|null> $query
     * @return Page<mixed>
     */
    protected function list(string $path, array $query): Page
    {
        return new Page(fn (?string $cursor): array => $this->call('GET', $path, query: ['cursor' => $cursor] + $query));
    }
}
