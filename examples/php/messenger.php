<?php

// A whole messenger in one file, connected to Parom: it accepts signed webhooks and reports customers' actions to Parom.
//
// Anyone who calls /chats/… is a customer; a real messenger would have its own network there. See README.md.

declare(strict_types=1);

use Parom\InvalidSignature;
use Parom\Parom;
use Parom\Webhook;

// With Composer: vendor/autoload.php.
require __DIR__ . '/../../sdk/php/autoload.php';

// --- what is kept: in a file, because PHP forgets everything after each request --------------------------------------

/** Runs one piece of work at a time on what is kept, and saves it before the response: Parom sends nothing twice. */
function kept(callable $work): array
{
    $file = getenv('MESSENGER_FILE') ?: sys_get_temp_dir() . '/messenger-' . getenv('PORT') . '.json';
    $lock = fopen("$file.lock", 'c');
    flock($lock, LOCK_EX);
    // `answers`: webhook-id → our answer. A repeat gets the same one and shows nothing twice. Keep them for two days.
    $kept = is_file($file) ? json_decode(file_get_contents($file), true) : ['chats' => [], 'answers' => []];
    $done = $work($kept);
    file_put_contents("$file.new", json_encode($kept, JSON_THROW_ON_ERROR));
    rename("$file.new", $file);
    fclose($lock);
    return $done;
}

function &chat(array &$kept, string $id): array
{
    $kept['chats'][$id] ??= ['messages' => [], 'typing_until' => null];
    return $kept['chats'][$id];
}

/** Changes a message that Parom names by its id or by ours; unknown ones are left alone. */
function change(array &$kept, string $id, array $fields): void
{
    foreach ($kept['chats'] as &$chat) {
        foreach ($chat['messages'] as &$message) {
            if ($message['parom_id'] === $id || $message['id'] === $id) {
                $message = [...$message, ...$fields];
            }
        }
    }
}

// --- from Parom -----------------------------------------------------------------------------------------------------

/** What a manager did. The answer may name what Parom wants to know; `{}` is enough. */
function take(array &$kept, array $event): array
{
    $data = $event['data'] ?? [];
    switch ($event['type']) {
        case 'message.created':
            return keep($kept, $data['message']['conversation']['id'], $data['message']);
        case 'conversation.started':
            // The manager knows a phone number only: find or create the dialogue, and return its id.
            $id = 'phone-' . ltrim($data['message']['receiver']['phone'], '+');
            return [...keep($kept, $id, $data['message']), 'conversation' => ['id' => $id], 'receiver' => ['id' => $id]];
        case 'message.edited':
            change($kept, $data['message']['id'], ['content' => $data['message']['content']]);
            return [];
        case 'typing':
            chat($kept, $data['conversation']['id'])['typing_until'] = $data['until'];
            return [];
        case 'reaction':
            change($kept, $data['message']['id'], ['reaction' => $data['emoji']]);
            return [];
        default:
            // Unknown types are for later versions of Parom.
            return [];
    }
}

function keep(array &$kept, string $chatId, array $message): array
{
    $id = 'm-' . bin2hex(random_bytes(16));
    chat($kept, $chatId)['messages'][] = [
        'id' => $id,
        'parom_id' => $message['id'],
        'by' => 'manager',
        'content' => $message['content'],
        'reply_to' => $message['reply_to'] ?? null,
        'read' => false,
    ];
    // Our customers receive messages at once, so "delivered" is reported in the response.
    return ['id' => $id, 'status' => 'delivered'];
}

// --- to Parom -------------------------------------------------------------------------------------------------------

/** What a customer does. Safe to repeat: messages have ids of ours. */
function customer(array &$kept, string $chatId, string $action, array $body): array
{
    $parom = new Parom(getenv('PAROM_URL'), getenv('PAROM_KEY'));
    $source = getenv('PAROM_SOURCE');
    $conversation = ['id' => $chatId];
    switch ($action) {
        case 'messages':
            $id = 'c-' . bin2hex(random_bytes(16));
            $sender = ['role' => 'client', 'id' => $chatId, 'name' => $chatId];
            $content = ['type' => 'text', 'text' => $body['text']];
            $accepted = $parom->sendMessage($source, compact('id', 'conversation', 'sender', 'content'));
            $message = ['id' => $id, 'parom_id' => $accepted['id'], 'by' => 'customer', 'content' => $content];
            chat($kept, $chatId)['messages'][] = $message;
            return $accepted;
        case 'typing':
            $parom->showTyping($source, ['conversation' => $conversation, 'sender' => ['id' => $chatId]]);
            return [];
        case 'reactions':
            $message = ['id' => $body['message']];
            $parom->setReaction($source, ['message' => $message, 'sender' => ['id' => $chatId], 'emoji' => $body['emoji']]);
            return [];
        case 'read':
            $count = 0;
            foreach (chat($kept, $chatId)['messages'] as &$message) {
                if (($message['read'] ?? null) === false) {
                    $parom->reportStatus($source, $message['parom_id'], ['status' => 'read']);
                    $message['read'] = true;
                    $count++;
                }
            }
            return ['read' => $count];
        default:
            throw new RuntimeException("unknown action $action");
    }
}

// --- both come by HTTP ----------------------------------------------------------------------------------------------

function respond(int $status, array $body): void
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo $body === [] ? '{}' : json_encode($body, JSON_THROW_ON_ERROR);
}

$body = (string) file_get_contents('php://input');
$parts = array_map('rawurldecode', explode('/', (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)));
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $parts[1] === 'parom') {
    try {
        // The raw bytes, before parsing: timestamp, signature, then JSON.
        $event = Webhook::verify((string) getenv('PAROM_WEBHOOK_SECRET'), getallheaders(), $body);
    } catch (InvalidSignature) {
        respond(401, ['error' => 'not signed by Parom']);
        return;
    }
    $answer = kept(function (array &$kept) use ($event): array {
        return $kept['answers'][$_SERVER['HTTP_WEBHOOK_ID']] ??= take($kept, $event);
    });
    respond(200, $answer);
} elseif ($_SERVER['REQUEST_METHOD'] === 'GET') {
    respond(200, kept(fn (array &$kept): array => chat($kept, $parts[2])));
} else {
    $wish = json_decode($body ?: '{}', true) ?? [];
    respond(200, kept(fn (array &$kept): array => customer($kept, $parts[2], $parts[3], $wish)));
}
