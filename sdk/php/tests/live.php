<?php

// A developer's walk through the API, against a server; each step is told in a line of JSON. `tests/it/clients/packages.rs`
// starts it, plays the manager and looks at amoCRM.

declare(strict_types=1);

use Parom\{InvalidSignature, Parom, Problem, Webhook};

require __DIR__ . '/../autoload.php';

function tell(array $line): void
{
    echo json_encode($line, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE), "\n";
}

function holds(bool $what): void
{
    $what || throw new AssertionError('it does not hold');
}

function message(string $id, string $said): array
{
    return [
        'id' => $id,
        'conversation' => ['id' => 'chat-7'],
        'sender' => ['role' => 'client', 'id' => 'user-7', 'name' => 'Anna'],
        'content' => ['type' => 'text', 'text' => $said],
    ];
}

/** Takes one request and answers it; gives its headers and body. */
function request($server, string $answer): array
{
    $stream = stream_socket_accept($server, 60);
    $headers = [];
    fgets($stream);
    while (($line = trim(fgets($stream))) !== '') {
        [$name, $value] = explode(': ', $line, 2);
        $headers[strtolower($name)] = $value;
    }
    $body = stream_get_contents($stream, (int) $headers['content-length']);
    fwrite($stream, "HTTP/1.1 200 OK\r\nContent-Length: " . strlen($answer) . "\r\nConnection: close\r\n\r\n$answer");
    fclose($stream);
    return [$headers, $body];
}

function isRefused(string $secret, array $headers, string $body, ?int $now = null): bool
{
    try {
        Webhook::verify($secret, $headers, $body, $now);
        return false;
    } catch (InvalidSignature) {
        return true;
    }
}

['url' => $url, 'key' => $key, 'tenant' => $tenant, 'flaky' => $flaky] = getopt('', ['url:', 'key:', 'tenant:', 'flaky:']);
$parom = new Parom($url, $key);
$server = stream_socket_server('tcp://127.0.0.1:0');
$settings = ['webhook_url' => 'http://' . stream_socket_get_name($server, false) . '/'];
$source = $parom->createSource($tenant, ['kind' => 'custom', 'name' => 'Mine', 'external_id' => 'mine', 'settings' => $settings]);

// Sending
$first = $parom->sendMessage($source['id'], message('c-1', 'Hello'));
$again = $parom->sendMessage($source['id'], message('c-1', 'Hello'));
holds(!$first['duplicate'] && $again == [...$first, 'duplicate' => true]);
$parom->sendMessage($source['id'], message('c-2', 'Is anyone there?'));
holds($parom->uploadFile($source['id'], 'Price list', fileName: 'prices.txt')['size'] === 10);

// A problem
try {
    $parom->sendMessage($source['id'], message('c-3', ' '));
} catch (Problem $problem) {
    tell(['problem' => [
        'type' => $problem->type,
        'status' => $problem->status,
        'pointer' => $problem->errors[0]['pointer'],
        'has_request_id' => (bool) $problem->requestId,
    ]]);
}
fgets(STDIN); // All of it has arrived at amoCRM.

// Statuses and lists
$seen = $parom->getMessage($first['id']);
$page = $parom->listMessages($source['id'], $seen['conversation']['id'], limit: 1);
$texts = [];
foreach ($page as $one) {
    $texts[] = $one['content']['text'];
}
holds($parom->listSources($tenant)->items[0]['id'] === $source['id']);
tell(['status' => $seen['status'], 'has_timeline' => $seen['timeline'] !== [], 'page' => count($page->items), 'texts' => $texts]);

// A manager's message
[$headers, $body] = request($server, '{"id":"m-1","status":"delivered"}');
$event = Webhook::verify($source['webhook_secret'], $headers, $body);
holds($event['type'] === 'message.created');
holds(isRefused($source['webhook_secret'], $headers, "$body "));
holds(isRefused($source['webhook_secret'], $headers, $body, time() + 302));
holds(isRefused($source['webhook_secret'], [], $body));
holds(isRefused('whsec_YW5vdGhlcg==', $headers, $body));
$parom->reportStatus($source['id'], $event['data']['message']['id'], ['status' => 'read']);
tell(['received' => $event['data']['message']['content']['text']]);
fgets(STDIN); // amoCRM knows that it was read.

$parom->deleteSource($source['id']);
tell(['deleted' => count($parom->listSources($tenant)->items)]);

// A server that is overloaded at first
tell(['steps' => (new Parom($flaky, $key))->testSource($source['id'])]);
try {
    (new Parom($flaky, $key, retries: 0))->testSource($source['id']);
    holds(false);
} catch (Problem $problem) {
    holds($problem->status === 503 && $problem->retryAfter === 0 && $problem->isTemporary());
}
