//! The time in which a customer may be answered freely: counted, shown, and kept before anything is sent.

use std::time::Duration;

use parom_tests::settings::{CHANNEL_ID, HOST};
use parom_tests::{Answer, Line, World, once};
use serde_json::{Value, json};
use simulator::crm::{HookMessage, MessageView, Said};

use crate::pages::olga;

const HOUR: Duration = Duration::from_secs(3_600);
const PHONE: &str = "+79995556677";

/// A line whose customers may be answered freely for a day.
async fn line(world: &World) -> Line {
    let line = world.line("support").await;
    let settings = json!({"webhook_url": world.messenger.url(), "time_window_seconds": 86_400});
    world.api.patch(&line.path(""), &json!({"settings": settings})).await.is(200);
    line
}

/// The codes that amoCRM received for a manager's message, and the text of the last one.
fn statuses_of(world: &World, said: &Said) -> (Vec<(i64, Option<i64>)>, String) {
    let there = world.sandbox.messages(HOST).into_iter().find(|message| message.id == said.message_id);
    let there: MessageView = there.expect("amoCRM has the message");
    let words = there.statuses.last().and_then(|status| status.error.clone()).unwrap_or_default();
    let codes = there.statuses.iter().map(|status| (status.code, status.error_code)).collect();
    (codes, words.replace('\u{a0}', " "))
}

fn template() -> HookMessage {
    HookMessage::text("").template(7103, Some("ready"), "Order {{lead.id}} is ready", &[("{{lead.id}}", "1592")])
}

async fn window(world: &World, line: &Line) -> Value {
    world.api.get(&line.path("/conversations")).await.is(200).json["items"][0]["window"].clone()
}

async fn a_free_text_after_it_fails_before_it_is_sent(world: &mut World) {
    let line = line(world).await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    let manager = world.manager(&line);
    world.advance(23 * HOUR);
    manager.answers("anna", "In time").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["In time"], "our answers close nothing");

    world.advance(HOUR);
    let late = manager.answers("anna", "Too late").await;
    let by_bot = manager.sends("anna", HookMessage::text("Also too late").by_salesbot()).await;
    let as_template = manager.sends("anna", template().by_salesbot()).await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["In time", "Order 1592 is ready"]);
    let words = "С последнего сообщения клиента прошло больше 24 часов. Отправьте одобренный шаблон.";
    assert_eq!(statuses_of(world, &late), (vec![(-1, Some(905))], words.to_owned()));
    assert_eq!(statuses_of(world, &by_bot).0, [(-1, Some(905))]);
    assert!(
        statuses_of(world, &as_template).0.iter().all(|(code, _)| *code > 0),
        "{:?}",
        statuses_of(world, &as_template)
    );
    let dead = world.api.get(&line.dead_letters()).await.is(200);
    let reasons: Vec<_> = dead.json["items"].as_array().unwrap().iter().map(|one| one["reason"].clone()).collect();
    assert_eq!(reasons, ["window_closed", "window_closed"]);

    // A person who sends it again gets the same answer, until the customer writes.
    let again = format!("/api/v1/dead-letters/{}/retry", dead.text_at("/items/1/id"));
    world.api.post(&again, &json!({})).await.is(202);
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().len(), 2);
    anna.writes("Yes?").await;
    manager.answers("anna", "At last").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts().last().unwrap(), "At last");
}

async fn the_clock_is_shown_and_a_reaction_winds_it_up(world: &mut World) {
    let line = line(world).await;
    let anna = world.customer(&line, "anna");
    anna.writes("Hello").await;
    world.deliver_all().await;
    let first = window(world, &line).await;
    assert_eq!(first["open"], true, "{first}");
    world.advance(HOUR);
    let sent = world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(window(world, &line).await, first);

    let id = world.messages().await.pop().unwrap().id;
    assert!(!sent.message_id.is_empty());
    let reaction = |emoji: Value| json!({"message": {"id": id}, "sender": {"id": "user-anna"}, "emoji": emoji});
    world.api.post(&line.path("/reactions"), &reaction(json!("👍"))).await.is(202);
    world.deliver_all().await;
    let second = window(world, &line).await;
    assert_ne!(second["until"], first["until"]);
    world.advance(HOUR);
    world.api.post(&line.path("/reactions"), &reaction(Value::Null)).await.is(202);
    world.deliver_all().await;
    assert_eq!(window(world, &line).await, second, "a reaction that is taken back is no sign");

    let conversation = world.api.get(&line.path("/conversations")).await.text_at("/items/0/id");
    let page = format!("/panel/conversations/{conversation}");
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens(&page).await.is(200).says(&["Free text", "Allowed until"]);
    world.advance(24 * HOUR);
    let visitor = olga(world, line.tenant_id).await;
    visitor.opens(&page).await.is(200).says(&["Expired: only an approved template can be sent"]);
    assert_eq!(window(world, &line).await["open"], false);
}

/// A message that arrives late counts from when it was written, and an older one turns nothing back.
async fn the_time_of_writing_counts(world: &mut World) {
    let line = line(world).await;
    let anna = world.customer(&line, "anna");
    anna.writes("Now").await;
    let first = window(world, &line).await;
    let mut old = anna.body("anna-old", "Yesterday");
    old["sent_at"] = json!((world.clock.now() - 20 * HOUR).to_rfc3339());
    anna.posts(&old).await.is(202);
    let mut echo = anna.body("echo", "From the phone");
    echo["receiver"] = json!({"id": "user-anna", "name": "anna"});
    echo["sender"] = json!({"role": "manager", "id": "phone"});
    world.advance(HOUR);
    anna.posts(&echo).await.is(202);
    world.deliver_all().await;
    assert_eq!(window(world, &line).await, first);

    let boris = world.customer(&line, "boris");
    let mut old = boris.body("boris-old", "Two days ago");
    old["sent_at"] = json!((world.clock.now() - 48 * HOUR).to_rfc3339());
    boris.posts(&old).await.is(202);
    world.deliver_all().await;
    assert_eq!(window(world, &line).await["open"], false);
}

async fn a_person_who_never_wrote_gets_templates_only(world: &mut World) {
    let line = line(world).await;
    let source = Some(line.external_id.as_str());
    let begin = async |message: HookMessage| {
        world.sandbox.manager_writes_first(HOST, CHANNEL_ID, source, PHONE, message).await.unwrap()
    };
    let free = begin(HookMessage::text("Hello, this is Acme")).await;
    world.another_worker().deliver_all().await.unwrap();
    assert_eq!(statuses_of(world, &free).0, [(-1, Some(905))]);
    assert!(statuses_of(world, &free).1.starts_with("Клиент ещё не писал сюда."), "{}", statuses_of(world, &free).1);
    assert!(world.messenger.received().is_empty());
    world.messenger.answers_next([Answer::Status(
        200,
        json!({"conversation": {"id": "chat-pavel"}, "receiver": {"id": "user-pavel"}, "id": "m-1"}),
    )]);
    begin(template()).await;
    world.another_worker().deliver_all().await.unwrap();
    let received = world.messenger.received();
    assert_eq!(received[0].body["type"], "conversation.started");
    assert_eq!(received[0].body["data"]["message"]["template"]["params"][0]["value"], "1592");
}

async fn the_setting_is_checked_and_can_be_taken_away(world: &mut World) {
    let line = line(world).await;
    let url = world.messenger.url().to_owned();
    for wrong in [json!(0), json!(59), json!(2_592_001), json!(-1), json!("soon"), json!(1.5), json!([])] {
        let settings = json!({"settings": {"webhook_url": url, "time_window_seconds": wrong}});
        let refused = world.api.patch(&line.path(""), &settings).await.is(422);
        assert_eq!(refused.wrong_fields(), ["/settings/time_window_seconds"], "{wrong}");
    }
    world.customer(&line, "anna").writes("Hello").await;
    world.deliver_all().await;
    world.api.patch(&line.path(""), &json!({"settings": {"webhook_url": url}})).await.is(200);
    assert_eq!(window(world, &line).await, Value::Null);
    world.advance(48 * HOUR);
    world.manager(&line).answers("anna", "Good morning").await;
    world.deliver_all().await;
    assert_eq!(world.messenger.texts(), ["Good morning"]);
}

async fn amocrms_window_is_switched_off_for_an_account(world: &mut World) {
    let line = world.line("support").await;
    let off = || world.sandbox.connections().iter().map(|one| one.is_time_window_disabled).collect::<Vec<_>>();
    assert_eq!(off(), [false]);
    let tenant = format!("/api/v1/tenants/{}", line.tenant_id);
    let shown = world.api.patch(&tenant, &json!({"time_window_disabled": true})).await.is(200);
    assert_eq!(shown.json["time_window_disabled"], true);
    world.visits_accounts().await;
    assert_eq!(off(), [true]);
    world.api.patch(&tenant, &json!({"time_window_disabled": false})).await.is(200);
    world.visits_accounts().await;
    assert_eq!(off(), [false]);
}

once!(amocrms_window_is_switched_off_for_an_account, the_clock_is_shown_and_a_reaction_winds_it_up);
once!(a_free_text_after_it_fails_before_it_is_sent, a_person_who_never_wrote_gets_templates_only);
once!(the_setting_is_checked_and_can_be_taken_away, the_time_of_writing_counts);
