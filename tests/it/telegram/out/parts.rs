//! Texts and captions that are too long for one message: cut by the rules, each part sent once.

use parom_tests::{TelegramLine, TelegramWorld, both};
use simulator::crm::{Attachment, HookMessage};
use simulator::telegram::Fault;

use super::chatting;

/// A text of three parts.
fn long() -> String {
    "Слово за словом 👨‍👩‍👧‍👦 идёт. ".repeat(340)
}

async fn a_long_text_is_cut_between_words_and_stays_whole(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let said = line.manager_sends(world, HookMessage::text(&long())).await;
    world.deliver_all().await;
    let texts: Vec<_> = line.sent(world).into_iter().map(|message| message.text).collect();
    assert_eq!(texts.len(), 3);
    assert!(texts.iter().all(|text| text.encode_utf16().count() <= 4096));
    let words = |text: &str| text.split_whitespace().collect::<String>();
    assert!(words(&texts.join(" ")) == words(&long()), "nothing is lost");
    let whole = long();
    let begins = |text: &String| whole.split(' ').any(|word| !word.is_empty() && text.starts_with(word));
    assert!(texts.iter().all(begins), "no sign and no word is torn");
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1], "one message for the manager");
}

async fn a_long_caption_follows_its_file(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let caption = "word ".repeat(300);
    line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture")).caption(caption.trim())).await;
    world.deliver_all().await;
    let sent: Vec<_> = line.sent(world).into_iter().map(|message| (message.kind, message.text)).collect();
    assert_eq!(sent, [("photo".to_owned(), String::new()), ("text".to_owned(), caption.trim().to_owned())]);
}

/// Two texts and the first part of a third went out, then the chat rests.
async fn halfway(world: &mut TelegramWorld) -> (TelegramLine, String) {
    let line = chatting(world).await;
    for text in ["one", "two"] {
        line.manager_sends(world, HookMessage::text(text)).await;
    }
    let said = line.manager_sends(world, HookMessage::text(&long())).await;
    world.deliver_all().await;
    assert_eq!(line.sent(world).len(), 3, "a burst of three");
    (line, said.message_id)
}

/// Every part once, in order.
fn assert_whole(world: &TelegramWorld, line: &TelegramLine) {
    let texts: Vec<_> = line.sent(world).into_iter().skip(2).map(|message| message.text).collect();
    assert_eq!(texts.len(), 3);
    let signs = |text: &str| text.split_whitespace().map(str::len).sum::<usize>();
    assert_eq!(signs(&texts.join(" ")), signs(&long()));
}

async fn parts_sent_before_a_failure_are_not_sent_again(world: &mut TelegramWorld) {
    let (line, message_id) = halfway(world).await;
    world.restart().await;
    world.telegram().faults().next_to(&line.person.to_string(), "sendMessage", 1, Fault::ServerError { status: 500 });
    world.deliver_to_the_end().await;
    assert_whole(world, &line);
    assert_eq!(world.statuses_at_crm(&line.line, &message_id), [1]);
}

async fn a_dead_letter_continues_at_the_failed_part(world: &mut TelegramWorld) {
    let (line, message_id) = halfway(world).await;
    let fault = Fault::refuse(400, serde_json::Value::Null, "Bad Request: CHAT_RESTRICTED");
    world.telegram().faults().next_to(&line.person.to_string(), "sendMessage", 1, fault);
    world.deliver_to_the_end().await;
    assert_eq!(world.statuses_at_crm(&line.line, &message_id), [-1]);
    let dead = world.api.get(&line.line.dead_letters()).await.is(200);
    let path = format!("/api/v1/dead-letters/{}/retry", dead.text_at("/items/0/id"));
    world.api.post(&path, &serde_json::json!({})).await.is(202);
    world.deliver_to_the_end().await;
    assert_whole(world, &line);
    assert_eq!(world.statuses_at_crm(&line.line, &message_id), [-1, 1]);
}

both!(
    a_long_text_is_cut_between_words_and_stays_whole,
    a_long_caption_follows_its_file,
    parts_sent_before_a_failure_are_not_sent_again,
    a_dead_letter_continues_at_the_failed_part,
);
