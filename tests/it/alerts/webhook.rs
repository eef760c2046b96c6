//! Alerts to an account's own program.

use entity::{alert_notice, alert_webhook};
use parom_tests::{Answer, World, both, on_postgres, once};
use serde_json::{Value, json};

use super::{HOUR, MINUTE, sends_due_notices};

/// Raises an alert of the account, which the next round reports.
async fn goes_wrong(world: &World, tenant_id: uuid::Uuid, kind: &'static str) {
    let alarm = parom::alert::Alarm { tenant_id, kind, object: "", source_id: None, detail: json!({}) };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
    world.advance(11 * MINUTE);
}

/// The secret that the page shows once.
fn secret_of(text: &str) -> String {
    let at = text.find("whsec_").expect("a secret");
    text[at..].chars().take_while(|sign| !['<', '"', ' '].contains(sign)).collect()
}

async fn a_program_gets_a_webhook_for_an_alert_and_its_end(world: &mut World) {
    let line = world.line("support").await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200).says(&["Address of your program"]);
    let wrong = olga.sends("/panel/alerts/webhook", &[("url", "ftp://example.com")]).await.is(422);
    wrong.says(&["ftp://example.com", "https://"]);
    let url = world.messenger.url().to_owned();
    let page = olga.does("/panel/alerts/webhook", &[("url", &url)]).await;
    world.messenger.knows("", &secret_of(&page.text));
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
    let url = world.messenger.url().to_owned();
    let page = olga.does("/panel/alerts/webhook", &[("url", &url)]).await;
    world.messenger.knows("", &secret_of(&page.text));
    goes_wrong(world, line.tenant_id, "late").await;
    let (here, there) = tokio::join!(
        parom::alert_notices::round(&world.app().alert_notices),
        parom::alert_notices::round(&other.app.alert_notices)
    );
    assert_eq!((here.unwrap() + there.unwrap(), world.messenger.received().len()), (1, 1));
    other.stop().await;
}

async fn an_intermittent_cause_is_reported_at_most_once_an_hour(world: &mut World) {
    let line = world.line("support").await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens("/panel/alerts").await.is(200);
    let url = world.messenger.url().to_owned();
    let page = olga.does("/panel/alerts/webhook", &[("url", &url)]).await;
    world.messenger.knows("", &secret_of(&page.text));
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

both!(a_program_gets_a_webhook_for_an_alert_and_its_end);
on_postgres!(one_notice_is_sent_by_one_of_two_processes);
once!(an_intermittent_cause_is_reported_at_most_once_an_hour);
