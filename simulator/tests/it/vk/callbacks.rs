//! Callback servers: made by API, confirmed, called until they answer `ok`.

use serde_json::json;
use simulator::vk::{Act, EventFault, EventState, ServerStatus};

use super::stage::{Receiver, Stage};

#[actix_web::test]
async fn a_server_is_asked_for_the_confirmation_string() {
    let receiver = Receiver::start();
    let stage = Stage::start().await;
    let group = stage.acme.id.to_string();
    let code = stage.ok("groups.getCallbackConfirmationCode", &[("group_id", &group)]).await;
    assert_eq!(code["code"], stage.acme.confirmation_code);
    let server = [("group_id", group.as_str()), ("url", &receiver.url), ("title", "Parom"), ("secret_key", "s3cr3t")];
    stage.ok("groups.addCallbackServer", &server).await;
    stage.vk.deliver_all().await;
    assert_eq!(stage.vk.servers(stage.acme.id)[0].status, ServerStatus::Failed, "it answered something else");
    receiver.confirms(&stage.acme.confirmation_code);
    let edited = [&server[..], &[("server_id", "1")]].concat();
    stage.ok("groups.editCallbackServer", &edited).await;
    stage.vk.deliver_all().await;
    assert_eq!(stage.vk.servers(stage.acme.id)[0].status, ServerStatus::Ok);
    let asked = &receiver.confirmations()[1];
    assert_eq!((&asked["group_id"], &asked["secret"]), (&json!(stage.acme.id), &json!("s3cr3t")));
    let listed = stage.ok("groups.getCallbackServers", &[("group_id", &group)]).await;
    assert_eq!((&listed["count"], &listed["items"][0]["status"]), (&json!(1), &json!("ok")));
}

#[actix_web::test]
async fn events_come_only_when_asked_for() {
    let receiver = Receiver::start();
    let stage = Stage::called(&receiver, &["message_new", "message_reply"]).await;
    stage.vk.writes(stage.maria, stage.acme.id, "Сколько <стоит> & когда?").unwrap();
    stage.send("7", "Сто").await;
    stage.vk.act(Act::Read { who: stage.maria, community: stage.acme.id, cmid: None }).unwrap();
    stage.vk.deliver_all().await;
    assert_eq!(receiver.kinds(), ["message_new", "message_reply"]);
    let events = receiver.events();
    assert_eq!((&events[0]["secret"], &events[0]["v"]), (&json!("s3cr3t"), &json!("5.199")));
    assert_eq!(events[0]["object"]["message"]["text"], "Сколько &lt;стоит&gt; &amp; когда?");
    assert_eq!(events[1]["object"]["random_id"], 7);
    assert_ne!(events[0]["event_id"], events[1]["event_id"]);
    let group = stage.acme.id.to_string();
    let read = stage.ok("groups.getCallbackSettings", &[("group_id", &group), ("server_id", "1")]).await;
    assert_eq!((&read["events"]["message_new"], &read["events"]["message_read"]), (&json!(1), &json!(0)));
}

#[actix_web::test]
async fn a_post_that_is_not_answered_with_ok_is_repeated() {
    let receiver = Receiver::start();
    let stage = Stage::called(&receiver, &["message_new"]).await;
    receiver.answers(&[(200, "OK", None), (500, "ok", None), (503, "", Some(60))]);
    stage.vk.writes(stage.maria, stage.acme.id, "One").unwrap();
    stage.vk.writes(stage.maria, stage.acme.id, "Two").unwrap();
    for seconds in [0, 5, 10] {
        stage.advance(seconds);
        stage.vk.deliver_all().await;
    }
    stage.advance(59);
    assert_eq!(stage.vk.deliver_all().await, 0, "Retry-After is kept");
    stage.advance(1);
    stage.vk.deliver_all().await;
    let texts: Vec<_> = receiver.events().iter().map(|one| one["object"]["message"]["text"].clone()).collect();
    assert_eq!(texts, ["One", "One", "One", "One", "Two"], "one after the other");
    let retries: Vec<_> = receiver.retries().into_iter().skip(1).collect();
    assert_eq!(retries, [None, Some("1".into()), Some("2".into()), Some("3".into()), None]);
}

#[actix_web::test]
async fn a_server_that_never_takes_anything_is_switched_off() {
    let receiver = Receiver::start();
    let stage = Stage::called(&receiver, &["message_new"]).await;
    receiver.answers(&[(404, "", None); 12]);
    stage.vk.writes(stage.maria, stage.acme.id, "One").unwrap();
    for _ in 0..12 {
        stage.advance(600);
        stage.vk.deliver_all().await;
    }
    assert_eq!(stage.vk.servers(stage.acme.id)[0].status, ServerStatus::Failed);
    stage.vk.writes(stage.maria, stage.acme.id, "Two").unwrap();
    assert_eq!(stage.vk.deliver_all().await, 0);
}

#[actix_web::test]
async fn events_can_be_doubled_and_lost() {
    let receiver = Receiver::start();
    let stage = Stage::called(&receiver, &["message_new"]).await;
    stage.vk.faults().next_events(Some(1), EventFault::Doubled);
    stage.vk.faults().next_events(Some(1), EventFault::Lost);
    stage.vk.writes(stage.maria, stage.acme.id, "One").unwrap();
    stage.vk.deliver_all().await;
    stage.vk.writes(stage.maria, stage.acme.id, "Two").unwrap();
    stage.vk.deliver_all().await;
    assert_eq!(receiver.kinds(), ["message_new", "message_new"]);
    let states: Vec<_> = stage.vk.events(stage.acme.id).iter().map(|one| one.state).collect();
    assert_eq!(states, [EventState::Taken, EventState::Taken, EventState::Dropped]);
}

#[actix_web::test]
async fn servers_are_counted_and_checked() {
    let stage = Stage::start().await;
    let group = stage.acme.id.to_string();
    let add = |secret: &'static str, title: &'static str| {
        let stage = &stage;
        let group = group.clone();
        async move {
            let url = "http://127.0.0.1:1/hook";
            let params = [("group_id", group.as_str()), ("url", url), ("title", title), ("secret_key", secret)];
            stage.call("groups.addCallbackServer", &params).await["error"]["error_code"].clone()
        }
    };
    assert_eq!(add("a-b", "Parom").await, 100, "letters and digits only");
    assert_eq!(add("ab", "a title too long").await, 100);
    for _ in 0..10 {
        assert!(add("ab", "Parom").await.is_null());
    }
    assert_eq!(add("ab", "Parom").await, 2000);
    let other = [("group_id", "1")];
    assert_eq!(stage.refused("groups.getCallbackServers", &other).await, 15);
    stage.ok("groups.deleteCallbackServer", &[("group_id", &group), ("server_id", "3")]).await;
    assert_eq!(stage.refused("groups.deleteCallbackServer", &[("group_id", &group), ("server_id", "3")]).await, 104);
}
