//! The list of messages and the chats.

use std::time::Duration;

use entity::conversation;
use parom_tests::{Answer, Reply, World, both, once};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use serde_json::json;
use uuid::Uuid;

use super::{in_russian, olga, vera};

async fn messages_are_found_by_number_name_and_every_id(world: &mut World) {
    let line = world.line("support").await;
    let customer = world.customer(&line, "anna");
    let body = serde_json::json!({
        "id": "ext-1", "conversation": {"id": "chat-anna"},
        "sender": {"role": "client", "id": "user-7", "name": "Анна Петрова", "phone": "+79151112233"},
        "content": {"type": "text", "text": "secret words"},
    });
    let ours = customer.posts(&body).await.is(202).text_at("/id");
    world.customer(&line, "boris").writes("other").await;
    world.deliver_all().await;
    let shown = world.api.get(&format!("/api/v1/messages/{ours}")).await.is(200);
    let theirs = shown.text_at("/amocrm_message_id");
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/messages").await.is(200);
    list.says(&["2 messages found", "Анна Петрова", "boris", "Delivered"]);
    list.never_says(&["secret words"]);
    let conversation = line.crm_conversation("chat-anna");
    for asked in ["8 (915) 111-22-33", "9151112233", "петрова", "ext-1", &ours, &theirs, "chat-anna", &conversation]
    {
        let query: String = url::form_urlencoded::byte_serialize(asked.as_bytes()).collect();
        let found = visitor.opens(&format!("/panel/messages?q={query}")).await.is(200);
        found.says(&["1 message found", &ours]);
        found.never_says(&["boris"]);
    }
    visitor.opens("/panel/messages?q=nobody").await.is(200).says(&["Nothing found"]);
    visitor.opens("/panel/messages?q=%25").await.is(200).says(&["Nothing found"]);
}

async fn filters_choose_and_pages_follow(world: &mut World) {
    let line = world.line("support").await;
    for number in 0..55 {
        world.customer(&line, "anna").writes(&format!("text {number}")).await;
    }
    world.deliver_all().await;
    let customer = world.customer(&line, "waiting");
    world.api.patch(&line.path(""), &serde_json::json!({"paused": true})).await.is(200);
    world.manager(&line).answers("anna", "held back").await;
    let last = customer.writes("not carried yet").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let held = visitor.opens("/panel/messages?state=held").await.is(200);
    held.says(&["2 messages found", "The source is paused.", &last]);
    visitor.opens("/panel/messages?direction=to_messenger").await.is(200).says(&["1 message found"]);
    visitor.opens("/panel/messages?state=failed").await.is(200).says(&["Nothing found"]);
    let first = visitor.opens("/panel/messages?state=delivered").await.is(200);
    first.says(&["55 messages found", "Older"]);
    let older = first.between("rel=\"next\" href=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = visitor.opens(&older).await.is(200);
    second.never_says(&["rel=\"next\""]);
    assert_eq!(second.text.matches("data-label=\"Time\"").count(), 5, "the rest");
    // A cursor of other filters starts from the beginning instead of showing a wrong page.
    let cursor = older.split("cursor=").nth(1).unwrap();
    let again = visitor.opens(&format!("/panel/messages?state=held&cursor={cursor}")).await.is(200);
    again.says(&["2 messages found"]);
    world.api.patch(&line.path(""), &serde_json::json!({"paused": false})).await.is(200);
    world.deliver_to_the_end().await;
}

async fn the_slowest_messages_come_first(world: &mut World) {
    let line = world.line("support").await;
    for (name, seconds) in [("anna", 5), ("boris", 1), ("carl", 9)] {
        world.customer(&line, name).writes("Hello").await;
        world.advance(Duration::from_secs(seconds));
        world.deliver_all().await;
    }
    // On its way: nothing can be said of it yet.
    world.customer(&line, "dora").writes("Hello").await;
    let visitor = olga(world, line.tenant_id).await;
    let names = |page: &Reply| -> Vec<String> {
        let links = page.text.split("<a href=\"/panel/messages/").skip(1);
        links.filter_map(|link| Some(link.split("<bdi>").nth(1)?.split('<').next()?.to_owned())).collect()
    };
    let list = visitor.opens("/panel/messages?source=&slower=").await.is(200);
    assert_eq!(names(&list), ["dora", "carl", "boris", "anna"]);
    list.says(&["<th scope=\"col\" aria-sort=\"descending\">Time</th>", "sort=took\">Duration</a>"]);
    let slowest = visitor.opens("/panel/messages?sort=took").await.is(200);
    assert_eq!(names(&slowest), ["carl", "anna", "boris", "dora"]);
    slowest.says(&["4 messages found", "aria-sort=\"descending\">Duration</th>", "period=7d\">Time</a>"]);
    world.deliver_all().await;
    // Pages follow each other in this order, too.
    for number in 0..55 {
        world.customer(&line, &format!("visitor-{number}")).writes("Hello").await;
    }
    world.deliver_all().await;
    let first = visitor.opens("/panel/messages?sort=took").await.is(200);
    let older = first.between("rel=\"next\" href=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = visitor.opens(&older).await.is(200);
    let mut all = [names(&first), names(&second)].concat();
    assert_eq!(
        (names(&first).len(), all.len(), &all[..3]),
        (50, 59, &["carl".into(), "anna".into(), "boris".into()][..])
    );
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 59, "none is shown twice");
}

/// The chat that was written in last comes first, on every page; those without messages come last.
async fn chats_are_in_the_order_of_their_last_messages(world: &mut World) {
    let (line, other) = (world.line("support").await, world.line("sales").await);
    for number in 0..55 {
        world.customer(&line, &format!("user{number}")).writes("Hello").await;
    }
    world.customer(&other, "olga").writes("Hello").await;
    world.deliver_all().await;
    // The two oldest are written in again, one of them by a manager.
    world.advance(Duration::from_secs(60));
    world.customer(&line, "user1").writes("Are you there?").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(60));
    world.manager(&line).answers("user0", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let names = |page: &Reply| -> Vec<String> {
        let links = page.text.split("<a href=\"/panel/conversations/").skip(1);
        let named = links.filter_map(|rest| Some(rest.split_once("<bdi>")?.1.split_once("</bdi>")?.0.to_owned()));
        named.collect()
    };
    let first = visitor.opens("/panel/conversations").await.is(200);
    assert_eq!(names(&first)[..4], ["user0", "user1", "olga", "user54"]);
    let older = first.between("rel=\"next\" href=\"", "\"").unwrap().replace("&#38;", "&").replace("&amp;", "&");
    let second = visitor.opens(&older).await.is(200);
    let mut all = [names(&first), names(&second)].concat();
    assert_eq!((names(&first).len(), all.len(), all.last().map(String::as_str)), (50, 56, Some("user2")));
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 56, "none is shown twice");
    let of_line = visitor.opens(&format!("/panel/conversations?source={}", other.source_id)).await.is(200);
    assert_eq!(names(&of_line), ["olga"]);
    let found = visitor.opens("/panel/conversations?q=user1").await.is(200);
    assert_eq!(names(&found)[..2], ["user1", "user19"]);
    // One that has no message.
    let db = world.app().store.write();
    let chat = conversation::Entity::of_tenant(line.tenant_id).one(db).await.unwrap().expect("a chat");
    let contact = json!({"role": "client", "id": "zoe", "name": "zoe"}).to_string();
    let mut empty = chat.into_active_model().reset_all();
    (empty.id, empty.external_id) = (Set(Uuid::from_u128(7)), Set("chat-zoe".to_owned()));
    (empty.amocrm_chat_id, empty.contact) = (Set(String::new()), Set(contact));
    empty.insert(db).await.unwrap();
    let second = visitor.opens(&older).await.is(200);
    assert_eq!(names(&second)[5..], ["user2", "zoe"]);
}

async fn a_chat_says_why_it_is_one(world: &mut World) {
    let line = world.line("support").await;
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let list = visitor.opens("/panel/conversations?q=anna").await.is(200);
    let id = list.between("/panel/conversations/", "\"").unwrap().to_owned();
    let chat = visitor.opens(&format!("/panel/conversations/{id}")).await.is(200);
    let (ours, theirs) = (line.crm_conversation("chat-anna"), world.manager(&line).chat_with("anna"));
    chat.says(&[
        "chat-anna",
        &ours,
        &theirs,
        "under one chat ID",
        "Line support",
        "chooses the contact by its own rules",
    ]);
    assert_eq!(chat.text.matches("data-label=\"Time\"").count(), 2);
    chat.never_says(&["Good morning", ">Hello<"]);
    let russian = in_russian(visitor).await.opens("/panel/conversations").await.is(200);
    russian.says(&["Чаты", "Последнее сообщение"]);
}

/// Dates, times and reasons choose; the file has what the list has, and no texts.
async fn the_list_is_narrowed_and_downloaded(world: &mut World) {
    let line = world.line("support").await;
    let first = world.customer(&line, "anna").writes("secret words").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(86_400));
    world.messenger.answers_next([Answer::status(503)]);
    world.manager(&line).answers("anna", "slow").await;
    world.deliver_all().await;
    world.advance(Duration::from_secs(120));
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("anna", "refused").await;
    world.deliver_all().await;
    let visitor = olga(world, line.tenant_id).await;
    let asked = async |query: &str| visitor.opens(&format!("/panel/messages?{query}")).await.is(200);
    let all = asked("").await;
    all.says(&["3 messages found", "12:02:00", "20 Nov, 12:00:00", "Duration"]);
    asked("from=2026-11-20&to=2026-11-20").await.says(&["1 message found", &first]);
    let later = asked("from=2026-11-21").await;
    later.says(&["2 messages found"]);
    later.never_says(&[&first]);
    asked("to=2026-11-19").await.says(&["Nothing found"]);
    let slow = asked("slower=10").await;
    slow.says(&["1 message found", "2 min"]);
    let refused = asked("reason=refused").await;
    refused.says(&["1 message found", "Failed"]);
    asked("reason=window_closed").await.says(&["Nothing found"]);
    asked("reason=x&slower=x&from=x&to=x").await.says(&["3 messages found"]);
    let file = visitor.opens("/panel/messages.csv?from=2026-11-21").await.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.text.lines().count(), 3, "{}", file.text);
    assert!(file.text.contains("\"failed\"") && file.text.contains("\"rejected\""), "{}", file.text);
    assert!(!file.text.contains("secret words") && !file.text.contains(&first), "{}", file.text);
    visitor.opens("/panel/audit").await.is(200).says(&["Messages downloaded"]);
    vera(world, line.tenant_id).await.opens("/panel/messages.csv").await.is(403);
}

both!(
    the_list_is_narrowed_and_downloaded,
    messages_are_found_by_number_name_and_every_id,
    the_slowest_messages_come_first,
    chats_are_in_the_order_of_their_last_messages
);
once!(filters_choose_and_pages_follow, a_chat_says_why_it_is_one);
