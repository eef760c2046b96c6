//! The route itself: its authentication, and unreadable updates.

use entity::raw_hook;
use parom_tests::{TelegramLine, TelegramWorld, answer, both};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{at_crm, chatting, last};
use crate::connections::Raw;

/// Posts a body to the door of a source.
pub(super) async fn posts(
    world: &TelegramWorld,
    path: &str,
    secret: Option<&str>,
    body: impl Into<reqwest::Body>,
) -> StatusCode {
    let url = format!("{}{path}", world.app().public_url());
    let mut request = parom_tests::client().post(url).header("content-type", "application/json");
    if let Some(secret) = secret {
        request = request.header("x-telegram-bot-api-secret-token", secret);
    }
    request.body(body).send().await.unwrap().status()
}

/// Where Telegram calls, and with what.
pub(super) fn door(world: &TelegramWorld, line: &TelegramLine) -> (String, String) {
    let hook = world.telegram().webhook(line.bot).unwrap();
    (format!("/hooks/telegram/{}", line.line.source_id), hook.secret.unwrap())
}

fn text(update: i64, message: i64, person: i64, text: &str) -> String {
    let who = json!({"id": person, "is_bot": false, "first_name": "Maria"});
    let chat = json!({"id": person, "first_name": "Maria", "type": "private"});
    json!({"update_id": update, "message": {"message_id": message, "from": who, "chat": chat, "date": 1_795_165_200, "text": text}})
        .to_string()
}

async fn only_telegram_is_let_in(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    let body = || text(1, 900, line.person, "Hi");
    assert_eq!(posts(world, &path, None, body()).await, 401);
    assert_eq!(posts(world, &path, Some("wrong"), body()).await, 401);
    assert_eq!(posts(world, &path, Some(&secret[1..]), body()).await, 401);
    let other = "/hooks/telegram/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0001";
    for path in [other, "/hooks/telegram/1", "/hooks/custom/1", "/hooks/x/1"] {
        assert_eq!(posts(world, path, Some(&secret), body()).await, 404, "{path}");
    }
    let before = at_crm(world).len();
    assert_eq!(posts(world, &path, Some(&secret), body()).await, 200);
    world.deliver_all().await;
    assert_eq!(at_crm(world).len(), before + 1);
    let counted = answer(world.api.anonymous(Method::GET, "/metrics")).await.is(200);
    counted.says(&["parom_hooks_total{door=\"telegram\",status=\"401\"}"]);
}

/// H3: callers without the secret are refused before the server waits for a byte of a body.
async fn h3_without_the_secret_no_body_is_read(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    for wrong in ["", "wrong", &secret[1..]] {
        let mut caller = Raw::to(world.app().public_url(), 1).await;
        let headers = [("X-Telegram-Bot-Api-Secret-Token", wrong), ("Content-Length", "1048576")];
        let heard = caller.posts(&path, &headers).await.hears().await;
        assert!(heard.starts_with("HTTP/1.1 401 "), "{heard}");
    }
}

/// What the database does not take is not answered 200, and Telegram brings it again.
async fn an_update_is_answered_when_it_is_stored(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let before = at_crm(world).len();
    for (number, fault) in ["accept.before_commit=error:1", "accept.after_commit=error:1"].into_iter().enumerate() {
        world.faults.add(fault).unwrap();
        line.customer(world).writes(&format!("message {number}")).unwrap();
        world.telegram_arrives().await;
        world.advance(std::time::Duration::from_secs(120));
        world.telegram_arrives().await;
        assert_eq!((at_crm(world).len(), last(world).text), (before + number + 1, format!("message {number}")));
    }
}

async fn a_body_that_is_too_large_is_refused(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    assert_eq!(posts(world, &path, Some(&secret), vec![b' '; 1024 * 1024 + 1]).await, 413);
}

async fn unreadable_bodies_are_kept_and_block_no_others(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    let deep = format!("{{\"message\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    let bodies: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b"not json".to_vec(),
        vec![0xff, 0xfe, 0x00],
        deep.into_bytes(),
        json!({"update_id": 7, "subscription": {"user": {"id": 5}, "state": "active"}}).to_string().into_bytes(),
        json!({"update_id": 8, "message": {"message_id": "x"}}).to_string().into_bytes(),
        json!([]).to_string().into_bytes(),
        Value::Null.to_string().into_bytes(),
    ];
    let count = bodies.len();
    for body in bodies {
        assert_eq!(posts(world, &path, Some(&secret), body).await, 200);
    }
    let kept = raw_hook::Entity::of_tenant(line.line.tenant_id).all(world.app().store.read()).await.unwrap();
    assert_eq!(kept.iter().filter(|raw| raw.kind == "telegram" && !raw.quarantine.is_empty()).count(), count);
    line.customer(world).writes("Вы здесь?").unwrap();
    world.telegram_arrives().await;
    assert_eq!(last(world).text, "Вы здесь?");
}

async fn odd_updates_are_taken_as_they_are(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    let before = at_crm(world).len();
    let person = 9_007_199_254_740_993;
    // A day old, out of order, twice under other numbers of updates, with a zero byte.
    for (update, message, words) in [(9, 12, "второе"), (8, 11, "первое"), (77, 12, "второе"), (10, 13, "нуль\0здесь")]
    {
        assert_eq!(posts(world, &path, Some(&secret), text(update, message, person, words)).await, 200);
    }
    world.deliver_all().await;
    let texts: Vec<_> = at_crm(world).into_iter().skip(before).map(|message| message.text).collect();
    assert_eq!(texts, ["второе", "первое", "нуль\u{fffd}здесь"]);
}

async fn an_edit_of_an_unknown_message_is_not_lost(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    let edit = text(9, 500, line.person, "Поправил").replace("\"message\":", "\"edited_message\":");
    for _ in 0..2 {
        assert_eq!(posts(world, &path, Some(&secret), edit.clone()).await, 200);
    }
    assert_eq!(posts(world, &path, Some(&secret), text(8, 500, line.person, "Было")).await, 200);
    world.deliver_all().await;
    assert_eq!((last(world).text.as_str(), last(world).edited), ("Поправил", false));
}

/// Telegram sends several updates at a time, and repeats one that got no answer after newer ones.
async fn older_events_undo_no_newer_ones(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let (path, secret) = door(world, &line);
    let edit = |update: i64, second: i64, says: &str| {
        let edit = text(update, 500, line.person, says).replace("\"message\":", "\"edited_message\":");
        edit.replace("\"date\":", &format!("\"edit_date\":{},\"date\":", 1_795_165_200 + second))
    };
    let reaction = |update: i64, second: i64, emoji: &[&str]| {
        let (chat, user) = (json!({"id": line.person, "type": "private"}), json!({"id": line.person}));
        let emoji: Vec<_> = emoji.iter().map(|emoji| json!({"type": "emoji", "emoji": emoji})).collect();
        let at = 1_795_165_200 + second;
        let told = json!({"chat": chat, "message_id": 500, "user": user, "date": at, "new_reaction": emoji});
        json!({"update_id": update, "message_reaction": told}).to_string()
    };
    let all = [
        reaction(12, 30, &["🔥"]),
        reaction(11, 20, &["👍"]),
        text(8, 500, line.person, "Было"),
        edit(10, 20, "Вторая"),
        edit(9, 10, "Первая"),
    ];
    for body in all {
        assert_eq!(posts(world, &path, Some(&secret), body).await, 200);
    }
    world.deliver_to_the_end().await;
    let shown = last(world);
    let reactions: Vec<_> = shown.reactions.iter().map(|(_, emoji)| emoji.as_str()).collect();
    assert_eq!((shown.text.as_str(), reactions), ("Вторая", vec!["🔥"]));
}

both!(
    older_events_undo_no_newer_ones,
    only_telegram_is_let_in,
    h3_without_the_secret_no_body_is_read,
    an_update_is_answered_when_it_is_stored,
    a_body_that_is_too_large_is_refused,
    unreadable_bodies_are_kept_and_block_no_others,
    odd_updates_are_taken_as_they_are,
    an_edit_of_an_unknown_message_is_not_lost,
);
