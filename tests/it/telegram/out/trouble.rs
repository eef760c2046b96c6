//! Telegram's refusals, and unknown outcomes.

use std::time::Duration;

use parom_tests::{TelegramWorld, both};
use serde_json::Value;
use simulator::crm::{Attachment, HookMessage};
use simulator::telegram::{Act, Fault, NewPerson};

use super::{chatting, last};

/// The error that a manager was shown: code and text.
fn shown(world: &TelegramWorld, line: &parom_tests::TelegramLine, message_id: &str) -> (i64, String) {
    let messages = world.sandbox.messages(&line.line.host);
    let found = messages.into_iter().find(|message| message.id == message_id).expect("amoCRM has the message");
    let status = found.statuses.last().expect("a status").clone();
    assert_eq!(status.code, -1);
    (status.error_code.unwrap_or_default(), status.error.unwrap_or_default().replace('\u{a0}', " "))
}

async fn a_customer_who_blocked_the_bot_is_named_to_the_manager(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).blocks().unwrap();
    let said = line.manager_sends(world, HookMessage::text("Hello?")).await;
    world.deliver_all().await;
    let text = "Клиент заблокировал бота. Свяжитесь с ним другим способом.".to_owned();
    assert_eq!(shown(world, &line, &said.message_id), (901, text));
    // The lane goes on.
    line.customer(world).unblocks().unwrap();
    world.telegram_arrives().await;
    line.manager_sends(world, HookMessage::text("Welcome back")).await;
    world.deliver_all().await;
    assert_eq!(last(world, &line).text, "Welcome back");
}

async fn a_deleted_account_is_named_to_the_manager(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    world.telegram().act(Act::own("delete_account").who(line.person)).unwrap();
    let said = line.manager_sends(world, HookMessage::text("Hello?")).await;
    world.deliver_all().await;
    assert_eq!(shown(world, &line, &said.message_id).0, 901);
}

async fn an_account_that_is_taken_back_stops_its_own_chats_alone(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let owner = world.telegram().add_person(NewPerson { id: 6_098_765_432, ..NewPerson::default() });
    world.telegram().act(Act::own("connect").line(line.bot).with("owner", owner).with("can_reply", true)).unwrap();
    world.telegram().correspondent(line.person, owner).writes("Is this Pavel?").unwrap();
    world.telegram_arrives().await;
    let chat = line.chat_of(world, &format!("b{owner}/{}", line.person));
    // Before the news of it comes, and after.
    world.telegram().hold_hooks(true);
    world.telegram().act(Act::own("disconnect").line(line.bot).with("owner", owner)).unwrap();
    for text in ["early", "late"] {
        let said = line.manager_sends_to(world, &chat, HookMessage::text(text)).await;
        world.deliver_all().await;
        let told = "Бот отключён в Telegram Business. Подключите его снова.".to_owned();
        assert_eq!(shown(world, &line, &said.message_id), (902, told), "{text}");
        world.telegram().hold_hooks(false);
        world.telegram_arrives().await;
    }
    line.manager_sends(world, HookMessage::text("Hello, Maria")).await;
    world.deliver_all().await;
    assert_eq!((super::chat(&last(world, &line)), last(world, &line).text.as_str()), (line.person, "Hello, Maria"));
    let source = world.api.get(&line.line.path("")).await.is(200);
    assert_eq!(source.json["held"]["count"], 0, "{}", source.text);
}

async fn a_revoked_token_pauses_the_source_and_a_new_one_lets_everything_go(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let token = world.telegram().renew_token(line.bot);
    for text in ["one", "two"] {
        line.manager_sends(world, HookMessage::text(text)).await;
    }
    world.deliver_all().await;
    let source = world.api.get(&line.line.path("")).await.is(200);
    assert_eq!(source.json["held"]["count"], 2, "{}", source.text);
    assert_ne!(source.json["status"], "working");
    let settings = serde_json::json!({ "settings": { "bot_token": token } });
    world.api.patch(&line.line.path(""), &settings).await.is(200);
    world.deliver_to_the_end().await;
    let texts: Vec<_> = line.sent(world).into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["one", "two"]);
}

async fn an_unknown_outcome_is_sent_once_more_and_then_failed(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let said = line.manager_sends(world, HookMessage::text("Twice?")).await;
    world.telegram().faults().next_to(&line.person.to_string(), "sendMessage", 2, Fault::ResetAfter);
    world.deliver_all().await;
    assert_eq!(line.sent(world).len(), 1, "it arrived, but this cannot be known");
    world.advance(Duration::from_secs(60));
    world.deliver_all().await;
    assert_eq!(line.sent(world).len(), 2, "one resend");
    world.deliver_to_the_end().await;
    assert_eq!(line.sent(world).len(), 2, "and no more");
    assert_eq!(shown(world, &line, &said.message_id).0, 903);
}

async fn an_undelivered_message_is_retried_until_it_arrives(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.manager_sends(world, HookMessage::text("At last")).await;
    let faults = world.telegram().faults();
    faults.next("sendMessage", 1, Fault::HtmlPage { status: 502 });
    faults.next("sendMessage", 1, Fault::ServerError { status: 503 });
    world.deliver_to_the_end().await;
    let texts: Vec<_> = line.sent(world).into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["At last"]);
}

async fn a_picture_that_telegram_does_not_like_is_a_document(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let fault = Fault::refuse(400, Value::Null, "Bad Request: PHOTO_INVALID_DIMENSIONS");
    world.telegram().faults().next_to(&line.person.to_string(), "sendPhoto", 1, fault);
    let said = line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture"))).await;
    world.deliver_all().await;
    assert_eq!(last(world, &line).kind, "document");
    assert_eq!(world.statuses_at_crm(&line.line, &said.message_id), [1]);
}

async fn the_timeline_shows_the_reason_of_a_failure_without_the_token(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    line.customer(world).blocks().unwrap();
    line.manager_sends(world, HookMessage::text("Hello?")).await;
    world.deliver_all().await;
    let dead = world.api.get(&line.line.dead_letters()).await.is(200);
    let id = dead.text_at("/items/0/message_id");
    let told = world.api.get(&format!("/api/v1/messages/{id}")).await.is(200);
    let answers: Vec<&Value> = told.json["timeline"].as_array().unwrap().iter().map(|step| &step["answer"]).collect();
    assert!(answers.iter().any(|answer| answer["status"] == 403), "{}", told.text);
    assert!(told.text.contains("bot was blocked by the user"), "{}", told.text);
    let secret = line.token.split_once(':').expect("a token").1;
    assert!(!told.text.contains(secret));
    // The message's page says what the error catalog makes of it.
    let page = world.panel(line.line.tenant_id).await.opens(&format!("/panel/messages/{id}")).await.is(200);
    page.says(&[
        "Not delivered. The customer blocked the bot. Use another way to reach them.",
        "bot was blocked by the user",
    ]);
    page.never_says(&[secret]);
}

both!(
    a_customer_who_blocked_the_bot_is_named_to_the_manager,
    a_deleted_account_is_named_to_the_manager,
    an_account_that_is_taken_back_stops_its_own_chats_alone,
    a_revoked_token_pauses_the_source_and_a_new_one_lets_everything_go,
    an_unknown_outcome_is_sent_once_more_and_then_failed,
    an_undelivered_message_is_retried_until_it_arrives,
    a_picture_that_telegram_does_not_like_is_a_document,
    the_timeline_shows_the_reason_of_a_failure_without_the_token,
);
