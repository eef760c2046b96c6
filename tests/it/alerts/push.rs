//! Alerts as notifications of browsers, through a push service that checks and decrypts them.

use std::time::Duration;

use entity::alert_device;
use parom::identity::MemberRole;
use parom_tests::push_service::{PushService, PushSubscription};
use parom_tests::{Visitor, World, both, on_postgres, once};
use sea_orm::EntityTrait;
use serde_json::json;
use uuid::Uuid;

use super::{MINUTE, sends_due_notices};
use crate::panel::{add_member, sign_in};

const PAGE: &str = "/panel/alerts";
const DEVICES: &str = "/panel/alerts/devices";

/// Raises an alert of the account, sent at the next look.
async fn goes_wrong(world: &World, tenant_id: Uuid, kind: &'static str) {
    let alarm = parom::alert::Alarm { tenant_id, kind, object: "", source_id: None, detail: json!({}) };
    parom::alert::raise(world.app(), world.app().store.write(), alarm).await.unwrap();
    world.advance(11 * MINUTE);
}

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

async fn a_browser_shows_an_alert_and_its_end(world: &mut World) {
    let line = world.line("support").await;
    let service = PushService::start();
    let olga = world.panel(line.tenant_id).await;
    let key = key_on(&olga).await;
    assert_eq!(key, key_on(&olga).await, "it stays the same");
    adds(&olga, &service.subscribes(&key)).await;
    olga.opens(PAGE).await.is(200).says(&["name=\"push_kind\" value=\"late\" checked"]);
    olga.opens("/panel/audit?group=alert").await.is(200).says(&["Browser for alerts added"]);
    let row = devices(world).await.remove(0);
    assert!(!String::from_utf8_lossy(&row.subscription).contains("127.0.0.1"), "it is stored encrypted");

    goes_wrong(world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(world).await, 1);
    let shown = service.pushed();
    assert_eq!(shown.len(), 1, "{:?}", service.problems());
    let payload = &shown[0].payload;
    assert_eq!(payload["tag"], json!(shown[0].topic));
    assert!(payload["path"].as_str().unwrap().starts_with("/panel"), "{payload}");
    assert!(!payload["body"].as_str().unwrap().contains("http"), "the address is behind it: {payload}");
    parom::alert::resolve(world.app(), world.app().store.write(), line.tenant_id, "late", "").await.unwrap();
    world.advance(11 * MINUTE);
    assert_eq!(sends_due_notices(world).await, 1);
    let over = &service.pushed()[1];
    assert!(over.payload["title"].as_str().unwrap().starts_with("Resolved:"), "{over:?}");
    assert_eq!(over.topic, shown[0].topic, "the end replaces what was shown");

    // A kind that is switched off is not sent.
    let mut kinds: Vec<(&str, &str)> =
        parom::alert::KINDS.into_iter().filter(|kind| *kind != "late").map(|kind| ("push_kind", kind)).collect();
    kinds.push(("push", "1"));
    olga.opens(PAGE).await.is(200);
    olga.does("/panel/alerts/mine", &kinds).await.says(&["Saved"]);
    goes_wrong(world, line.tenant_id, "late").await;
    assert_eq!(sends_due_notices(world).await, 0);
    olga.opens(PAGE).await.is(200);
    olga.does(&format!("{DEVICES}/{}/remove", row.id), &[]).await.says(&["Alerts are no longer shown in"]);
    assert!(devices(world).await.is_empty() && service.problems().is_empty(), "{:?}", service.problems());
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
    assert!(!service.pushed()[0].payload.to_string().contains("Private"));
    let olga = world.panel(line.tenant_id).await;
    olga.opens(PAGE).await.is(200).says(&["data-label=\"Browser\""]);
    olga.does(&format!("/panel/team/{vera_id}/remove"), &[]).await;
    goes_wrong(world, line.tenant_id, "unpaid").await;
    assert_eq!((sends_due_notices(world).await, service.pushed().len()), (0, 1));
    world.deliver_all().await;
}

async fn in_a_frame_the_page_says_where_push_can_be_switched_on(world: &mut World) {
    let line = world.line("support").await;
    let olga = world.panel(line.tenant_id).await;
    olga.opens(PAGE).await.is(200).says(&["id=\"push-form\"", "/panel/static/push.js"]);
    let framed = world.panel(line.tenant_id).await.in_a_frame();
    let page = framed.opens(PAGE).await.is(200);
    page.says(&["Open the panel in its own browser tab"]);
    page.never_says(&["id=\"push-form\"", "/panel/static/push.js"]);
}

async fn two_processes_have_one_key(world: &mut World) {
    let line = world.line("support").await;
    let other = world.another_server().await;
    let (here, there) = tokio::join!(
        parom::alert_notices::push::public_key(&world.app().alert_notices),
        parom::alert_notices::push::public_key(&other.app.alert_notices)
    );
    assert_eq!(here.unwrap(), there.unwrap());
    let key = key_on(&world.panel(line.tenant_id).await).await;
    assert_eq!(key.len(), 87, "65 bytes in base64url");
}

both!(
    a_browser_shows_an_alert_and_its_end,
    a_subscription_that_has_ended_is_removed_and_trouble_is_retried,
    only_public_addresses_and_ten_browsers_are_accepted,
);
once!(a_viewer_who_switches_it_on_is_notified_until_they_leave, in_a_frame_the_page_says_where_push_can_be_switched_on,);
on_postgres!(two_processes_have_one_key);
