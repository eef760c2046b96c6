//! The vendor's bot in Telegram: linking a chat, its notices, and what ends them.

use std::time::Duration;

use entity::{alert_chat, alert_device, alert_notice, alert_webhook};
use parom::alert_notices::bot;
use parom::identity::MemberRole;
use parom_tests::push_service::{PushService, PushSubscription};
use parom_tests::{Answer, Engine, Line, MailServer, Setup, Visitor, World, both_engines, on_postgres, once};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use simulator::telegram::{Fault, NewPerson};
use uuid::Uuid;

use super::{HOUR, MINUTE, gets_a_bot, sends_due_notices};
use crate::panel::{add_member, sign_in};

/// A world with the vendor's bot, and the owner of a line's account in her panel.
async fn begun(engine: Engine) -> Option<(World, i64, Line, Visitor)> {
    let setup = Setup { telegram: true, change: super::with_mail_and_bot, ..Setup::default() };
    let mut world = World::start(engine, setup).await?;
    let bot = gets_a_bot(&mut world).await;
    let line = world.line("support").await;
    add_member(&world, line.tenant_id, "anna@example.com", MemberRole::Owner).await;
    let anna = sign_in(&world, "anna@example.com").await;
    Some((world, bot, line, anna))
}

/// The code that the page shows.
fn code_of(text: &str) -> String {
    let at = text.find("/start ").expect("a code");
    text[at + 7..].chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// A person asks for a code in the panel and sends it to the bot.
async fn links(world: &World, visitor: &Visitor, bot: i64, name: &str) -> i64 {
    visitor.opens("/panel/alerts").await.is(200);
    let page = visitor.does("/panel/alerts/chat", &[]).await;
    page.says(&["@parom_alerts_bot", "https://t.me/parom_alerts_bot?start="]);
    let person = world.telegram().add_person(NewPerson { first_name: name.to_owned(), ..NewPerson::default() });
    world.telegram().customer(person, bot).starts(&code_of(&page.text)).unwrap();
    bot::poll(&world.app().alert_notices).await.unwrap();
    person
}

async fn goes_wrong(world: &World, tenant_id: Uuid, kind: &'static str) {
    let alarm = parom::alert::Alarm { tenant_id, kind, object: "", source_id: None, detail: json!({}) };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
    world.advance(11 * MINUTE);
}

/// What the bot wrote to a person, oldest first.
fn bot_texts(world: &World, bot: i64, person: i64) -> Vec<String> {
    world
        .telegram()
        .sent(bot)
        .into_iter()
        .filter(|message| message.json["chat"]["id"] == person)
        .map(|message| message.text)
        .collect()
}

async fn a_linked_chat_gets_notices_until_it_is_unlinked(engine: Engine) {
    let _mail = MailServer::start().await;
    let Some((mut world, bot, line, anna)) = begun(engine).await else { return };
    let person = links(&world, &anna, bot, "Anna").await;
    assert_eq!(bot_texts(&world, bot, person).len(), 1, "{:?}", bot_texts(&world, bot, person));
    assert!(bot_texts(&world, bot, person)[0].starts_with("This chat is linked"));
    let page = anna.opens("/panel/alerts").await.is(200);
    page.says(&["Linked", "Anna", "Unlink the chat"]);
    page.never_says(&["/start "]);
    anna.opens("/panel/audit?group=alert").await.is(200).says(&["Alert chat linked"]);
    // The code is stored as a hash, and is worth nothing once it was used.
    goes_wrong(&world, line.tenant_id, "crm_unreachable").await;
    world.restart().await;
    let anna = sign_in(&world, "anna@example.com").await;
    assert_eq!(sends_due_notices(&world).await, 2, "by e-mail and in the chat");
    let message = bot_texts(&world, bot, person).pop().unwrap();
    assert!(
        message.starts_with("⚠️") && message.contains(&line.host) && message.contains("keeps the order"),
        "{message}"
    );
    assert_eq!(sends_due_notices(&world).await, 0);
    let db = world.app().store.write();
    parom::alert::resolve(world.app(), db, line.tenant_id, "crm_unreachable", "").await.unwrap();
    assert_eq!(sends_due_notices(&world).await, 0, "ten minutes between two");
    world.advance(11 * MINUTE);
    assert_eq!(sends_due_notices(&world).await, 2);
    assert!(bot_texts(&world, bot, person).pop().unwrap().starts_with("✅ Resolved:"));
    // Switched off for this kind in the chat only.
    anna.opens("/panel/alerts").await.is(200);
    let mut fields = vec![("letters", "1"), ("chat", "1"), ("kind", "late")];
    fields.push(("chat_kind", "unpaid"));
    anna.does("/panel/alerts/mine", &fields).await.says(&["Saved"]);
    goes_wrong(&world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(&world).await, 1, "by e-mail alone");
    anna.does("/panel/alerts/chat/unlink", &[]).await.says(&["The chat is unlinked", "Link a chat"]);
    world.advance(HOUR);
    goes_wrong(&world, line.tenant_id, "unpaid").await;
    assert_eq!(sends_due_notices(&world).await, 0, "unpaid is not wanted by e-mail");
    parom_tests::Place::close(world).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notice_about_undelivered_messages_says_why_and_what_to_do() {
    let _mail = MailServer::start().await;
    let (mut world, bot, line, anna) = begun(Engine::Sqlite).await.expect("SQLite is there");
    let person = links(&world, &anna, bot, "Anna").await;
    world.customer(&line, "maria").writes("Hello").await;
    world.deliver_all().await;
    world.messenger.answers_next([Answer::status(422)]);
    world.manager(&line).answers("maria", "A secret answer").await;
    world.deliver_all().await;
    super::looks(&world).await;
    world.advance(11 * MINUTE);
    sends_due_notices(&world).await;
    let message = bot_texts(&world, bot, person).pop().unwrap();
    let parts = ["The messenger refused the message.", "Change what the messenger names and write again."];
    assert!(parts.iter().all(|part| message.contains(part)) && !message.contains("secret"), "{message}");
    parom_tests::Place::close(world).await;
}

async fn a_code_that_is_wrong_old_or_used_links_nothing(engine: Engine) {
    let _mail = MailServer::start().await;
    let Some((world, bot, _, anna)) = begun(engine).await else { return };
    anna.opens("/panel/alerts").await.is(200);
    let page = anna.does("/panel/alerts/chat", &[]).await;
    let code = code_of(&page.text);
    let stranger = world.telegram().add_person(NewPerson::default());
    let chat = world.telegram().customer(stranger, bot);
    let is_linked = async |world: &World| {
        let rows = alert_chat::Entity::find().all(world.app().store.read()).await.unwrap();
        assert!(rows.iter().all(|row| !row.code.contains(&code)), "only a hash is stored");
        rows.iter().any(|row| row.chat_id != 0)
    };
    for payload in ["", "0", "nonsense"] {
        chat.starts(payload).unwrap();
        bot::poll(&world.app().alert_notices).await.unwrap();
        assert!(!is_linked(&world).await, "{payload:?}");
    }
    assert!(bot_texts(&world, bot, stranger).iter().all(|text| text.contains("/panel/alerts")), "how it is done");
    world.advance(16 * MINUTE);
    chat.starts(&code).unwrap();
    bot::poll(&world.app().alert_notices).await.unwrap();
    assert!(!is_linked(&world).await, "after a quarter of an hour");
    anna.opens("/panel/alerts").await.is(200).never_says(&["/start "]);
    let person = links(&world, &anna, bot, "Anna").await;
    assert!(is_linked(&world).await);
    // What was handled is confirmed, so another look finds nothing.
    let answers = world.telegram().sent(bot).len();
    bot::poll(&world.app().alert_notices).await.unwrap();
    assert_eq!(world.telegram().sent(bot).len(), answers);
    // It ends by a word in the chat, too.
    world.telegram().customer(person, bot).writes("/stop").unwrap();
    bot::poll(&world.app().alert_notices).await.unwrap();
    anna.opens("/panel/alerts").await.is(200).says(&["someone wrote /stop there", "Link another chat"]);
    parom_tests::Place::close(world).await;
}

async fn a_blocked_bot_is_shown_as_off_and_delays_no_other_recipient(engine: Engine) {
    let mail = MailServer::start().await;
    let Some((world, bot, line, anna)) = begun(engine).await else { return };
    add_member(&world, line.tenant_id, "mark@example.com", MemberRole::Administrator).await;
    let mark = sign_in(&world, "mark@example.com").await;
    let annas = links(&world, &anna, bot, "Anna").await;
    let marks = links(&world, &mark, bot, "Mark").await;
    // Telegram fails for Anna; Mark and both e-mails do not wait for it.
    world.telegram().faults().next_to(&annas.to_string(), "sendMessage", 2, Fault::ServerError { status: 502 });
    goes_wrong(&world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(&world).await, 3);
    assert_eq!(bot_texts(&world, bot, marks).len(), 2);
    assert_eq!(bot_texts(&world, bot, annas).len(), 1);
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(&world).await, 0);
    world.advance(5 * MINUTE);
    assert_eq!(sends_due_notices(&world).await, 1, "the third try");
    assert_eq!(bot_texts(&world, bot, annas).len(), 2);
    // She blocks the bot: it is off, as her page shows.
    world.telegram().customer(annas, bot).blocks().unwrap();
    goes_wrong(&world, line.tenant_id, "unpaid").await;
    assert_eq!(sends_due_notices(&world).await, 3);
    let waits = alert_notice::Entity::find().all(world.app().store.read()).await.unwrap();
    assert!(waits.is_empty(), "{waits:?}");
    let page = anna.opens("/panel/alerts").await.is(200);
    page.says(&["the bot was blocked or removed there", "Link another chat"]);
    while !mail.is_empty() {
        mail.next().await;
    }
    parom_tests::Place::close(world).await;
}

/// A stranger's messages use up neither the answers of the bot nor the time of a poll.
async fn a_flood_of_one_chat_is_answered_a_few_times(engine: Engine) {
    let _mail = MailServer::start().await;
    let Some((world, bot, _, anna)) = begun(engine).await else { return };
    let stranger = world.telegram().add_person(NewPerson::default());
    let chat = world.telegram().customer(stranger, bot);
    for number in 0..60 {
        chat.writes(&format!("message {number}")).unwrap();
    }
    // Beside them, a code is taken.
    let person = links(&world, &anna, bot, "Anna").await;
    assert_eq!(bot_texts(&world, bot, stranger).len(), 5);
    assert!(bot_texts(&world, bot, person)[0].starts_with("This chat is linked"));
    // It recovers with time.
    world.advance(MINUTE);
    for number in 60..70 {
        chat.writes(&format!("message {number}")).unwrap();
    }
    bot::poll(&world.app().alert_notices).await.unwrap();
    assert_eq!(bot_texts(&world, bot, stranger).len(), 10);
    parom_tests::Place::close(world).await;
}

both_engines!(
    a_linked_chat_gets_notices_until_it_is_unlinked,
    a_code_that_is_wrong_old_or_used_links_nothing,
    a_blocked_bot_is_shown_as_off_and_delays_no_other_recipient,
    a_flood_of_one_chat_is_answered_a_few_times,
);

// Alerts as notifications of browsers, through a push service that checks and decrypts them.

const PAGE: &str = "/panel/alerts";
const DEVICES: &str = "/panel/alerts/devices";

/// The key for which browsers subscribe, as the page has it.
async fn key_on(olga: &Visitor) -> String {
    olga.opens(PAGE).await.is(200).between("data-key=\"", "\"").expect("a key").to_owned()
}

async fn adds(olga: &Visitor, subscription: &PushSubscription) {
    olga.does(DEVICES, &subscription.fields()).await.says(&["Alerts are shown in Browser from now on"]);
}

async fn devices(world: &World) -> Vec<alert_device::Model> {
    alert_device::Entity::find().all(world.app().store.read()).await.unwrap()
}

async fn a_subscription_that_has_ended_is_removed_and_trouble_is_retried(world: &mut World) {
    let line = world.line("support").await;
    let service = PushService::start();
    let olga = world.panel(line.tenant_id).await;
    let key = key_on(&olga).await;
    for _ in 0..2 {
        adds(&olga, &service.subscribes(&key)).await;
    }
    service.answers_next([410, 503]);
    goes_wrong(world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(world).await, 0);
    assert_eq!(devices(world).await.len(), 1, "one browser has unsubscribed");
    world.restart().await;
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(world).await, 1, "tried again, also after a restart");
    assert_eq!(service.pushed().len(), 1, "and only in the other");
    service.answers_next([404]);
    goes_wrong(world, line.tenant_id, "crm_unreachable").await;
    assert_eq!(sends_due_notices(world).await, 0);
    assert!(devices(world).await.is_empty());
    world.advance(Duration::from_secs(86_400));
    assert_eq!((sends_due_notices(world).await, service.pushed().len()), (0, 1), "nothing waits for it");
    assert!(service.problems().is_empty(), "{:?}", service.problems());
}

async fn only_public_addresses_and_ten_browsers_are_accepted(world: &mut World) {
    let line = world.line("support").await;
    let service = PushService::start();
    let olga = world.panel(line.tenant_id).await;
    let key = key_on(&olga).await;
    let good = service.subscribes(&key);
    for endpoint in ["https://10.0.0.1/send", "http://10.0.0.1/send", "file:///etc/passwd", "https://[::1]/send", ""] {
        let wrong = PushSubscription { endpoint: endpoint.to_owned(), ..good.clone() };
        olga.does(DEVICES, &wrong.fields()).await.never_says(&["Alerts are shown in Browser from now on"]);
        world.advance(MINUTE);
    }
    let wrong = PushSubscription { p256dh: good.auth.clone(), ..good.clone() };
    olga.does(DEVICES, &wrong.fields()).await.says(&["did not send everything notifications need"]);
    assert!(devices(world).await.is_empty());
    for _ in 0..10 {
        world.advance(MINUTE);
        adds(&olga, &service.subscribes(&key)).await;
    }
    olga.does(DEVICES, &good.fields()).await.says(&["already show in 10 of your browsers"]);
    // The same browser again is the same device, and belongs to the person who turned it on last.
    let first = devices(world).await.remove(0);
    olga.does(&format!("{DEVICES}/{}/remove", first.id), &[]).await;
    adds(&olga, &good).await;
    let administrator = world.sandbox.add_account(&line.host).users[0].id;
    let ivan = world.panel_as(line.tenant_id, administrator + 1, "Ivan Petrov", true).await;
    ivan.opens(PAGE).await.is(200);
    ivan.does(DEVICES, &good.fields()).await.says(&["Alerts are shown in Browser from now on"]);
    let rows = devices(world).await;
    assert_eq!(rows.len(), 10);
    let ivans: Vec<_> = rows.iter().filter(|row| row.person_id != first.person_id).collect();
    assert_eq!(ivans.len(), 1);
    // Another person's device cannot be removed.
    olga.sends(&format!("{DEVICES}/{}/remove", ivans[0].id), &[]).await.is(404);
}

async fn a_viewer_who_switches_it_on_is_notified_until_they_leave(world: &mut World) {
    let line = world.line("support").await;
    let service = PushService::start();
    let vera_id = add_member(world, line.tenant_id, "vera@example.com", MemberRole::Viewer).await;
    let vera = sign_in(world, "vera@example.com").await;
    let key = key_on(&vera).await;
    adds(&vera, &service.subscribes(&key)).await;
    world.customer(&line, "anna").writes("Private question").await;
    goes_wrong(world, line.tenant_id, "late").await;
    assert_eq!((sends_due_notices(world).await, service.pushed().len()), (1, 1), "{:?}", service.problems());
    let payload = service.pushed()[0].payload.clone();
    assert!(
        !payload.to_string().contains("Private") && !payload["body"].as_str().unwrap().contains("http"),
        "{payload}"
    );
    let row = devices(world).await.remove(0);
    assert!(!String::from_utf8_lossy(&row.subscription).contains("127.0.0.1"), "it is stored encrypted");
    // A kind that is switched off is not sent.
    let kinds = parom::alert::KINDS.into_iter().filter(|kind| *kind != "unpaid").map(|kind| ("push_kind", kind));
    let fields: Vec<(&str, &str)> = kinds.chain([("push", "1")]).collect();
    vera.opens(PAGE).await.is(200);
    vera.does("/panel/alerts/mine", &fields).await.says(&["Saved"]);
    goes_wrong(world, line.tenant_id, "unpaid").await;
    assert_eq!((sends_due_notices(world).await, service.pushed().len()), (0, 1));
    let olga = world.panel(line.tenant_id).await;
    olga.opens(PAGE).await.is(200).says(&["data-label=\"Browser\""]);
    olga.does(&format!("/panel/team/{vera_id}/remove"), &[]).await;
    goes_wrong(world, line.tenant_id, "crm_unreachable").await;
    assert_eq!((sends_due_notices(world).await, service.pushed().len()), (0, 1));
    world.deliver_all().await;
}

// Alerts to an account's own program.

/// Alerts go to the test's messenger, with the secret that the page shows once.
async fn sets_the_webhook(world: &World, olga: &Visitor) {
    let url = world.messenger.url().to_owned();
    let text = olga.does("/panel/alerts/webhook", &[("url", &url)]).await.text;
    let at = text.find("whsec_").expect("a secret");
    let secret: String = text[at..].chars().take_while(|sign| !['<', '"', ' '].contains(sign)).collect();
    world.messenger.knows("", &secret);
}

async fn a_program_gets_a_webhook_for_an_alert_and_its_end(world: &mut World) {
    let line = world.line("support").await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200).says(&["Address of your program"]);
    let wrong = olga.sends("/panel/alerts/webhook", &[("url", "ftp://example.com")]).await.is(422);
    wrong.says(&["ftp://example.com", "https://"]);
    sets_the_webhook(world, &olga).await;
    olga.opens("/panel/audit?group=alert").await.is(200).says(&["Alert webhook set"]);
    // The secret is encrypted, and shown only this once.
    let row = alert_webhook::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().unwrap();
    assert!(!String::from_utf8_lossy(&row.secret).contains("whsec_"));
    olga.opens("/panel/alerts").await.is(200).never_says(&["whsec_"]);

    world.messenger.answers_next([Answer::status(503), Answer::ok()]);
    goes_wrong(world, line.tenant_id, "crm_unreachable").await;
    assert_eq!(sends_due_notices(world).await, 0);
    olga.opens("/panel/alerts").await.is(200).says(&["Requests have failed since", "your server answered 503"]);
    world.restart().await;
    world.advance(MINUTE);
    assert_eq!(sends_due_notices(world).await, 1, "tried again, also after a restart");
    assert_eq!(sends_due_notices(world).await, 0);
    let calls = world.messenger.received();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0].webhook_id, calls[1].webhook_id, "a repeat is recognised by its id");
    let told = &calls[1].body;
    assert_eq!((&told["type"], &told["data"]["account"]["host"]), (&json!("alert.changed"), &json!(line.host)));
    let alert = &told["data"]["alerts"][0];
    assert_eq!(
        (&alert["kind"], &alert["state"], &alert["resolved_at"]),
        (&json!("crm_unreachable"), &json!("open"), &Value::Null)
    );
    assert!(alert["text"].as_str().unwrap().contains("сохраняет порядок"), "{alert}");
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200).never_says(&["Requests have failed"]);

    let db = world.app().store.write();
    parom::alert::resolve(world.app(), db, line.tenant_id, "crm_unreachable", "").await.unwrap();
    world.advance(11 * MINUTE);
    assert_eq!(sends_due_notices(world).await, 1);
    let calls = world.messenger.received();
    let over = &calls[2].body["data"]["alerts"][0];
    assert_eq!((&over["state"], over["resolved_at"].is_string()), (&json!("resolved"), true));
    assert!(world.messenger.problems().is_empty(), "{:?}", world.messenger.problems());

    // A kind that is switched off is not sent.
    let kinds: Vec<(&str, &str)> =
        parom::alert::KINDS.into_iter().filter(|kind| *kind != "late").map(|kind| ("webhook_kind", kind)).collect();
    olga.opens("/panel/alerts").await.is(200);
    olga.does("/panel/alerts/mine", &kinds).await.says(&["Saved"]);
    goes_wrong(world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(world).await, 0);
    olga.does("/panel/alerts/webhook/remove", &[]).await.says(&["The webhook is removed"]);
    assert!(alert_webhook::Entity::of_tenant(line.tenant_id).one(world.app().store.read()).await.unwrap().is_none());
}

async fn one_notice_is_sent_by_one_of_two_processes(world: &mut World) {
    let line = world.line("support").await;
    let other = world.another_server().await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200);
    sets_the_webhook(world, &olga).await;
    goes_wrong(world, line.tenant_id, "late").await;
    let (here, there) = tokio::join!(
        parom::alert_notices::round(&world.app().alert_notices),
        parom::alert_notices::round(&other.app.alert_notices)
    );
    assert_eq!((here.unwrap() + there.unwrap(), world.messenger.received().len()), (1, 1));
    // And both have one key of push notifications.
    let (here, there) = tokio::join!(
        parom::alert_notices::push::public_key(&world.app().alert_notices),
        parom::alert_notices::push::public_key(&other.app.alert_notices)
    );
    assert_eq!(here.unwrap(), there.unwrap());
    assert_eq!(key_on(&olga).await.len(), 87, "65 bytes in base64url");
    other.stop().await;
}

async fn an_intermittent_cause_is_reported_at_most_once_an_hour(world: &mut World) {
    let line = world.line("support").await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200);
    sets_the_webhook(world, &olga).await;
    let ends = async |world: &World| {
        let db = world.app().store.write();
        parom::alert::resolve(world.app(), db, line.tenant_id, "late", "").await.unwrap();
        world.advance(11 * MINUTE);
    };
    goes_wrong(world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(world).await, 1);
    ends(world).await;
    assert_eq!(sends_due_notices(world).await, 1, "its end");
    for _ in 0..2 {
        goes_wrong(world, line.tenant_id, "late").await;
        assert_eq!(sends_due_notices(world).await, 0, "within the hour");
        ends(world).await;
        assert_eq!(sends_due_notices(world).await, 0, "its return was not reported");
    }
    goes_wrong(world, line.tenant_id, "late").await;
    world.advance(HOUR);
    assert_eq!(sends_due_notices(world).await, 1);
    assert!(alert_notice::Entity::of_tenant(line.tenant_id).all(world.app().store.read()).await.unwrap().is_empty());
}

on_postgres!(one_notice_is_sent_by_one_of_two_processes);

once!(
    a_subscription_that_has_ended_is_removed_and_trouble_is_retried,
    only_public_addresses_and_ten_browsers_are_accepted,
    a_viewer_who_switches_it_on_is_notified_until_they_leave,
    a_program_gets_a_webhook_for_an_alert_and_its_end,
    an_intermittent_cause_is_reported_at_most_once_an_hour
);
