//! What callback servers get: events about people's acts, in order, until they answer `ok`.

use serde_json::json;
use simulator::vk::{Act, HookState, ServerStatus, Verb};

use super::{World, events};
use crate::stage::{Receiver, acts, faults};

#[tokio::test]
async fn a_server_is_asked_for_the_confirmation_string() {
    let world = World::start().await;
    let (vk, code) = (world.vk(), &world.acme.confirmation_code);
    assert_eq!(world.ok("groups.getCallbackConfirmationCode", &[]).await["code"], json!(code));
    let receiver = Receiver::start();
    receiver.answers(&[(200, "ok"), (200, code.clone().leak())]);
    let server = [("url", receiver.url.as_str()), ("title", "Parom"), ("secret_key", "s3cr3t")];
    world.ok("groups.addCallbackServer", &server).await;
    vk.deliver_all().await;
    assert_eq!(vk.servers(world.acme.id)[0].status, ServerStatus::Failed, "it answered something else");
    world.ok("groups.editCallbackServer", &[&server[..], &[("server_id", "1")]].concat()).await;
    vk.deliver_all().await;
    assert_eq!(vk.servers(world.acme.id)[0].status, ServerStatus::Ok);
    let asked = json!({"type": "confirmation", "group_id": world.acme.id, "event_id": "", "v": "5.199",
        "secret": "s3cr3t"});
    assert_eq!(receiver.bodies(), [asked.clone(), asked]);
    let listed = world.ok("groups.getCallbackServers", &[]).await;
    assert_eq!((&listed["count"], &listed["items"][0]["status"]), (&json!(1), &json!("ok")));
    for _ in 1..10 {
        world.ok("groups.addCallbackServer", &server).await;
    }
    assert_eq!(world.refused("groups.addCallbackServer", &server).await, 2000);
    world.ok("groups.deleteCallbackServer", &[("server_id", "3")]).await;
    world.ok("groups.addCallbackServer", &server).await;
}

#[tokio::test]
async fn every_act_of_people_is_reported_where_it_is_asked_for() {
    let world = World::start().await;
    let wanted = "message_new message_edit message_reply message_read message_typing_state message_reaction_event \
        message_allow user_block group_join";
    let hook = world.listens(&wanted.split(' ').collect::<Vec<_>>()).await;
    let vk = world.vk();
    let cmid = world.maria().writes("Сколько <стоит> & когда?").unwrap();
    world.maria().edits(cmid, "Hello").unwrap();
    world.maria().types().unwrap();
    let admin = Act::own("admin_writes").line(world.acme.id).with("admin", 42).with("peer", world.maria);
    vk.act(admin.text("По телефону")).unwrap();
    world.ok("messages.send", &[("random_id", "7"), ("message", "Сто")]).await;
    vk.act(world.act(Verb::Read).message(2)).unwrap();
    vk.act(world.act(Verb::React).message(2).with("reaction", 4)).unwrap();
    world.maria().reacts(2, "").unwrap();
    world.maria().stops().unwrap();
    vk.act(Act::own("ban").who(world.maria).line(world.acme.id).with("banned", true)).unwrap();
    let raw = Act::own("raw").line(world.acme.id).with("kind", "group_join").with("object", json!({"user_id": 5}));
    vk.act(raw).unwrap();
    vk.deliver_all().await;
    let mut all = events(&hook);
    all.sort_by_key(|event| wanted.split(' ').position(|kind| event["type"] == kind));
    let objects: Vec<_> = all.iter().map(|event| event["object"].clone()).collect();
    assert_eq!((&all[0]["secret"], &all[0]["v"]), (&json!("s3cr3t"), &json!("5.199")));
    assert_ne!(all[0]["event_id"], all[1]["event_id"]);
    assert_eq!(objects[0]["message"]["text"], "Сколько &lt;стоит&gt; &amp; когда?");
    assert_eq!((&objects[1]["text"], &objects[1]["from_id"]), (&json!("Hello"), &json!(world.maria)));
    let (admins, programs) = (&objects[2], &objects[3]);
    assert_eq!((&admins["admin_author_id"], &admins["random_id"], &admins["out"]), (&json!(42), &json!(0), &json!(1)));
    assert_eq!((&programs["random_id"], programs.get("admin_author_id")), (&json!(7), None));
    assert_eq!((&objects[4]["conversation_message_id"], &objects[4]["read_message_id"]), (&json!(2), &admins["id"]));
    assert_eq!(objects[5], json!({"from_id": world.maria, "to_id": -world.acme.id, "state": "typing"}));
    let reaction = json!({"reacted_id": world.maria, "peer_id": world.maria, "cmid": 2});
    assert_eq!((objects[6]["reaction_id"].clone(), &objects[7]), (json!(4), &reaction));
    assert_eq!(objects[8], json!({"user_id": world.maria, "key": ""}));
    assert_eq!((&objects[9]["user_id"], &objects[10]["user_id"], all.len()), (&json!(world.maria), &json!(5), 11));
    let read = world.ok("groups.getCallbackSettings", &[("server_id", "1")]).await;
    assert_eq!((&read["events"]["message_new"], &read["events"]["message_deny"]), (&json!(1), &json!(0)));
}

#[tokio::test]
async fn a_post_that_is_not_answered_with_ok_is_repeated() {
    let world = World::start().await;
    let hook = world.listens(&["message_new"]).await;
    hook.answers(&[(200, "OK"), (500, "ok"), (503, "")]);
    world.maria().writes("One").unwrap();
    world.maria().writes("Two").unwrap();
    for seconds in [0, 5, 10, 20] {
        world.stage.advance(seconds).await;
    }
    let texts: Vec<_> = events(&hook).iter().map(|one| one["object"]["message"]["text"].clone()).collect();
    assert_eq!(texts, ["One", "One", "One", "One", "Two"], "one after the other");
    let retries: Vec<_> = hook.calls().iter().map(|call| call.headers.get("x-retry-counter").cloned()).collect();
    assert_eq!(retries[1..], [None, Some("1".into()), Some("2".into()), Some("3".into()), None]);
    hook.always(404, "");
    world.maria().writes("Three").unwrap();
    world.vk().deliver_all().await;
    for _ in 1..12 {
        assert_eq!(world.vk().servers(world.acme.id)[0].status, ServerStatus::Ok);
        world.stage.advance(600).await;
    }
    assert_eq!(world.vk().servers(world.acme.id)[0].status, ServerStatus::Failed, "it is switched off");
    world.maria().writes("Four").unwrap();
    assert_eq!(world.vk().deliver_all().await, 0);
    assert_eq!(world.vk().hooks(world.acme.id)[3].state, HookState::Dropped);
}

#[tokio::test]
async fn the_examples_are_accepted() {
    let world = World::met().await;
    let key = json!({"inline": true, "buttons": [[{"action": {"type": "callback", "label": "Да"}}]]}).to_string();
    world.ok("messages.send", &[("random_id", "1"), ("message", "Везём?"), ("keyboard", &key)]).await;
    for mut act in acts("vk") {
        let (maria, acme) = (world.maria, world.acme.id);
        for (place, id) in [("/who", maria), ("/peer", maria), ("/community", acme), ("/to/community", acme)] {
            act.pointer_mut(place).into_iter().for_each(|one| *one = json!(id));
        }
        let (status, done) = world.stage.post("/acts", &act).await;
        let is_made = done["id"] != 0 || (act["act"] == "press" && done["event"] != "");
        assert!(status == 200 && is_made, "{act}: {done}");
    }
    for mut fault in faults("vk") {
        if fault.get("revoke").is_some() {
            fault["revoke"] = json!(world.acme.id);
        }
        assert_eq!(world.stage.post("/faults", &fault).await.0, 200, "{fault}");
    }
    assert_eq!(world.vk().faults().left(), 3);
    assert_eq!(world.refused("users.get", &[]).await, 5, "the token was revoked");
}

#[tokio::test]
async fn a_long_poll_gives_what_is_behind_ts_and_says_what_is_over() {
    let world = World::start().await;
    assert_eq!(world.refused("groups.getLongPollServer", &[]).await, 100);
    world.ok("groups.setLongPollSettings", &[("enabled", "1"), ("message_new", "1")]).await;
    let server = world.ok("groups.getLongPollServer", &[]).await;
    let (key, path) = (server["key"].as_str().unwrap(), format!("/whp/{}", world.acme.id));
    assert!(server["server"].as_str().unwrap().ends_with(&path), "{server}");
    let check = async |key: &str, ts: &str| -> serde_json::Value {
        let asked = [("act", "a_check"), ("key", key), ("ts", ts), ("wait", "0")];
        serde_json::from_str(&world.stage.form(&path, &asked).await.1).unwrap()
    };
    assert_eq!(check(key, "0").await, json!({"ts": "0", "updates": []}));
    world.maria().writes("Hello").unwrap();
    let found = check(key, "0").await;
    let update = &found["updates"][0];
    assert_eq!((&found["ts"], &update["type"], &update["v"]), (&json!("1"), &json!("message_new"), &json!("5.199")));
    assert_eq!(update["object"]["message"]["text"], "Hello");
    assert_eq!(check("another", "1").await, json!({"failed": 2}));
    assert_eq!(check(key, "7").await, json!({"failed": 1, "ts": "1"}));
}
