//! Hooks that never came: what managers wrote is found in amoCRM's history.

mod times;

use std::time::Duration;

use parom::missed_hooks;
use parom_tests::{Line, Manager, World, both, once};
use serde_json::{Value, json};
use simulator::crm::{Attachment, HookFault, HookKind, HookMessage, Part};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A line with a chat of Anna's at amoCRM, on a server that listens.
async fn chatting(world: &mut World) -> (Line, Manager) {
    let chatting = world.chatting().await;
    beats(world).await;
    chatting
}

/// The server writes down that it listens, as it does every ten seconds.
async fn beats(world: &World) {
    missed_hooks::beat(&world.app().intake).await.expect("the database is there");
}

/// Looks where it is due; gives how many chats were looked into.
async fn looks(world: &World) -> usize {
    missed_hooks::look_now(&world.app().intake).await.expect("the database is there")
}

/// A person requests a comparison now.
async fn looks_by_hand(world: &World, line: &Line) -> usize {
    assert!(missed_hooks::soon(&world.app().intake, line.tenant_id).await.expect("the database is there"));
    looks(world).await
}

/// The server is away for this time, as after a crash, and then checks for what it missed.
async fn is_away_for(world: &mut World, time: Duration) {
    world.advance(time);
    world.restart().await;
    beats(world).await;
    looks(world).await;
}

/// A manager writes, and the hook gets lost on its way; gives amojo's id of the message.
async fn loses(world: &World, line: &Line, name: &str, message: HookMessage) -> String {
    world.sandbox.faults().next_hooks(HookKind::Chats, 1, HookFault::Lost);
    let chat = world.manager(line).chat_with(name);
    let said = world.sandbox.manager_sends(&line.host, &chat, message).await.expect("the manager writes");
    assert_eq!(said.answer.status, None, "the hook is lost");
    said.message_id
}

/// The same of a text.
async fn loses_text(world: &World, line: &Line, text: &str) -> String {
    loses(world, line, "anna", HookMessage::text(text)).await
}

/// What the API shows of the message that amoCRM knows by this id.
async fn shown(world: &World, amojo_id: &str) -> Value {
    let found = world.messages().await.into_iter().find(|message| message.amocrm_message_id == amojo_id);
    let id = found.expect("the message is here").id;
    world.api.get(&format!("/api/v1/messages/{id}")).await.is(200).json
}

/// The events of a message's timeline.
fn events(shown: &Value) -> Vec<&str> {
    shown["timeline"].as_array().expect("a timeline").iter().filter_map(|event| event["event"].as_str()).collect()
}

/// How often histories were asked for.
fn asked(world: &World) -> usize {
    world.sandbox.requests().iter().filter(|request| request.path.contains("/history")).count()
}

// What is found while it is young goes its way as if the hook had come.

async fn a_lost_hook_is_found_after_an_interruption_and_delivered_once_in_its_place(world: &mut World) {
    let (line, manager) = chatting(world).await;
    manager.answers("anna", "one").await;
    world.deliver_all().await;
    world.advance(SECOND);
    let lost = loses_text(world, &line, "two").await;
    world.advance(SECOND);
    manager.answers("anna", "three").await;
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one", "two", "three"]);
    let told = shown(world, &lost).await;
    assert_eq!(events(&told)[..2], ["found_in_history", "accepted"], "{told}");
    assert_eq!(told["status"], "sent", "{told}");
    for _ in 0..3 {
        world.advance(2 * HOUR);
        looks(world).await;
    }
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 3, "it was found once");
}

/// Their times do not show which came first, amoCRM's order does.
async fn messages_of_the_same_moment_are_found_in_their_order(world: &mut World) {
    let (line, _) = chatting(world).await;
    for text in ["one", "two", "three"] {
        loses_text(world, &line, text).await;
    }
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one", "two", "three"]);
}

async fn a_found_message_does_not_change_the_order_of_sent_ones(world: &mut World) {
    let (line, manager) = chatting(world).await;
    loses_text(world, &line, "one").await;
    world.advance(SECOND);
    manager.answers("anna", "two").await;
    world.deliver_all().await;
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["two", "one"], "late is better than never");
}

async fn a_hook_that_comes_after_all_is_known(world: &mut World) {
    let (_, manager) = chatting(world).await;
    let hook = manager.prepares("anna", HookMessage::text("late"));
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["late"]);
    assert_eq!(manager.posts(&hook).await, Some(200));
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["late"]);
    assert_eq!(world.messages().await.iter().filter(|message| message.direction == 2).count(), 1);
}

async fn a_message_whose_hook_does_not_arrive_in_time_is_found(world: &mut World) {
    let (line, manager) = chatting(world).await;
    let hook = manager.prepares("anna", HookMessage::text("slow"));
    looks_by_hand(world, &line).await;
    assert_eq!(world.messages().await.len(), 1, "it was written a moment ago, and is waited for");
    assert_eq!(manager.posts(&hook).await, Some(200));
    loses_text(world, &line, "lost").await;
    world.advance(10 * SECOND);
    assert!(looks(world).await > 0, "the chat is looked into once more");
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["slow", "lost"]);
    let told = shown(world, &hook.message_id).await;
    assert_eq!(events(&told)[0], "accepted", "it came by its hook: {told}");
}

async fn messages_of_bots_customers_and_our_own_are_not_missed_hooks(world: &mut World) {
    let (line, manager) = chatting(world).await;
    loses(world, &line, "anna", HookMessage::text("from the Salesbot").by_salesbot()).await;
    let anna = world.customer(&line, "anna");
    let mut own = anna.body("own-1", "written outside");
    let user = world.sandbox.users(&line.host).into_iter().find(|user| user.amojo_id.is_some()).unwrap();
    own["sender"] = json!({"role": "manager", "id": "m-1", "user_id": user.id.to_string()});
    own["receiver"] = json!({"id": "user-anna", "name": "anna"});
    anna.posts(&own).await.is(202);
    anna.writes("Hello again").await;
    manager.answers("anna", "told").await;
    world.deliver_all().await;
    let before = world.messages().await.len();
    is_away_for(world, MINUTE).await;
    looks_by_hand(world, &line).await;
    assert_eq!(world.messages().await.len(), before);
}

async fn messages_older_than_two_days_are_left_alone(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "two days ago").await;
    world.advance(49 * HOUR);
    assert_eq!(looks_by_hand(world, &line).await, 0, "nothing was said for two days");
    world.customer(&line, "anna").writes("Still there?").await;
    world.deliver_all().await;
    looks_by_hand(world, &line).await;
    assert_eq!(world.messages().await.len(), 2, "older messages are left alone");
}

// What history shows of every kind goes through the same hands as a hook's.

async fn every_kind_is_found_with_what_it_holds(world: &mut World) {
    let (line, _) = chatting(world).await;
    let kinds = ["picture", "video", "file", "voice", "audio", "sticker"];
    for kind in kinds {
        let message = HookMessage::attachment(Attachment::sample(kind)).caption("Here it is");
        loses(world, &line, "anna", message).await;
        world.advance(SECOND);
    }
    let place =
        HookMessage::text("").with("type", json!("location")).with("location", json!({"lon": -37.61, "lat": 55.75}));
    loses(world, &line, "anna", place).await;
    world.advance(SECOND);
    let person = HookMessage::text("")
        .with("type", json!("contact"))
        .with("contact", json!({"name": "Pavel", "phone": "+7999"}));
    loses(world, &line, "anna", person).await;
    is_away_for(world, MINUTE).await;
    world.deliver_all().await;
    let sent: Vec<Value> =
        world.messenger.received().into_iter().map(|one| one.body["data"]["message"]["content"].clone()).collect();
    assert_eq!(sent.len(), 8, "{sent:#?}");
    for (content, kind) in sent.iter().zip(kinds) {
        assert_eq!((&content["type"], &content["text"]), (&json!(kind), &json!("Here it is")));
        let link = content["media_url"].as_str().unwrap();
        let path = link.strip_prefix(&world.api.base()).expect("a link of ours");
        let file = world.api.anonymous(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(file.status(), 200, "{kind}");
    }
    assert_eq!(sent[6], json!({"type": "location", "latitude": 55.75, "longitude": -37.61}));
    assert_eq!(sent[7], json!({"type": "contact", "name": "Pavel", "phone": "+7999"}));
}

// What the account's people see of it, and what they can do.

async fn a_held_message_is_sent_or_removed_on_its_page(world: &mut World) {
    let (line, _) = chatting(world).await;
    loses_text(world, &line, "one").await;
    world.advance(SECOND);
    let two = loses_text(world, &line, "two").await;
    is_away_for(world, 16 * MINUTE).await;
    let owner = world.panel(line.tenant_id).await;
    owner.opens("/panel/account").await.is(200).says(&["2 found messages wait for a decision"]);
    let list = owner.opens("/panel/undelivered").await.is(200);
    list.says(&["2 undelivered", "Found in the history, waits for a decision", "Written 16 min"]);
    let messages = world.messages().await;
    let id = |text: &str| messages.iter().find(|one| one.body.contains(text)).unwrap().id;
    let path = format!("/panel/messages/{}", id("\"one\""));
    let page = owner.opens(&path).await.is(200);
    page.says(&["Found in amoCRM’s history", "Send now", "Do not send", "It is never sent automatically."]);
    let chat = format!("/panel/conversations/{}", messages[0].conversation_id);
    owner.opens(&chat).await.is(200).says(&["found in amoCRM’s history only now"]);
    owner.does(&format!("{path}/again"), &[]).await.says(&["Found in amoCRM’s history"]);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["one"]);
    owner.opens(&chat).await.is(200).says(&["Parom was not notified in time"]);

    let page = owner.opens(&format!("/panel/messages/{}", id("\"two\""))).await.is(200);
    let dead = page.field("id");
    let asked = owner.sends("/panel/undelivered/confirm", &[("do", "drop"), ("id", &dead)]).await.is(200);
    asked.says(&["1 message will not be delivered"]);
    owner.does("/panel/undelivered/decide", &[("do", "drop"), ("id", &dead)]).await.says(&["1 message is removed."]);
    world.deliver_all().await;
    assert_eq!(world.statuses_at_crm(&line, &two), [-1]);
}

// Many lost messages: further pages, also while new messages shift them.

async fn new_messages_shift_the_pages_and_hide_nothing(world: &mut World) {
    let (line, manager) = chatting(world).await;
    for number in 0..60 {
        loses_text(world, &line, &number.to_string()).await;
        world.advance(SECOND);
    }
    world.advance(MINUTE);
    world.restart().await;
    beats(world).await;
    let first = world.sandbox.faults().hold(Part::History);
    let app = world.app().clone();
    let looking = tokio::spawn(async move { parom::missed_hooks::look_now(&app.intake).await.unwrap() });
    first.until_waiting(1).await;
    let second = world.sandbox.faults().hold(Part::History);
    first.open();
    second.until_waiting(1).await;
    let hook = manager.prepares("anna", HookMessage::text("new"));
    second.open();
    looking.await.unwrap();
    assert_eq!(manager.posts(&hook).await, Some(200));
    looks(world).await;
    world.sandbox.faults().clear();
    world.deliver_to_the_end().await;
    let mut wanted: Vec<String> = (0..60).map(|number| number.to_string()).collect();
    wanted.push("new".to_owned());
    assert_eq!(world.messenger.texts(), wanted);
}

both!(
    a_lost_hook_is_found_after_an_interruption_and_delivered_once_in_its_place,
    messages_of_the_same_moment_are_found_in_their_order,
);
once!(
    a_found_message_does_not_change_the_order_of_sent_ones,
    a_hook_that_comes_after_all_is_known,
    messages_of_bots_customers_and_our_own_are_not_missed_hooks,
    messages_older_than_two_days_are_left_alone,
    every_kind_is_found_with_what_it_holds,
    a_held_message_is_sent_or_removed_on_its_page,
    new_messages_shift_the_pages_and_hide_nothing
);
once!(a_message_whose_hook_does_not_arrive_in_time_is_found);
