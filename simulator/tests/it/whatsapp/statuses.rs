//! What becomes of sent messages, what comes back, and who is named.

use reqwest::Method;
use serde_json::{Value, json};
use simulator::whatsapp::{Act, Batch, Content, NewPerson, NewPhone};

use super::{MARIA, MARIAS_ID, PHONE, WABA, World, to_maria};

async fn statuses(world: &World) -> Vec<Value> {
    world.told("statuses").await.into_iter().map(|one| one["status"].clone()).collect()
}

#[tokio::test]
async fn statuses_follow_the_phone_and_bring_the_callback_data() {
    let world = World::open().await;
    let mut message = to_maria("text", json!({"body": "Hi"}));
    message["biz_opaque_callback_data"] = json!("letter-1");
    let sent = world.post(&format!("{PHONE}/messages"), message).await;
    world.maria().reads().unwrap();
    world.maria().reads().unwrap();
    let told = world.told("statuses").await;
    for status in &told {
        assert_eq!(status["biz_opaque_callback_data"], "letter-1");
        assert_eq!(status["id"], sent["messages"][0]["id"]);
    }
    assert_eq!(told[0]["pricing"]["type"], "free_customer_service");
    assert_eq!(statuses(&world).await, ["sent", "delivered", "read"]);
    let voice = world.uploaded("voice.ogg", "audio/ogg; codecs=opus").await;
    let voice = world.sent("audio", json!({"id": voice, "voice": true})).await;
    world.maria().does_own("play", |act| act.message(&voice)).unwrap();
    assert_eq!(statuses(&world).await[3..], ["sent", "delivered", "played"]);
}

#[tokio::test]
async fn a_phone_that_is_off_gets_its_messages_later() {
    let world = World::open().await;
    let switch = |on: bool| world.maria().does_own("switch_off", |act| act.with("on", on)).unwrap();
    switch(true);
    world.send("text", json!({"body": "not there yet"})).await;
    world.maria().reads().unwrap();
    assert_eq!(statuses(&world).await, ["sent"]);
    let phone = format!("/phone/{}/{PHONE}", world.maria);
    assert!(!world.stage.page(&phone).await.1.contains("not there yet"));
    switch(false);
    assert_eq!(statuses(&world).await, ["sent", "delivered"]);
    assert!(world.stage.page(&phone).await.1.contains("not there yet"));
    assert_eq!(statuses(&world).await.pop().unwrap(), "read", "who opens the page reads");
    world.maria().blocks().unwrap();
    world.send("text", json!({"body": "Hi?"})).await;
    assert_eq!(world.last().error(), Some(131_026));
}

#[tokio::test]
async fn reading_and_typing() {
    let world = World::open().await;
    let second = world.maria().writes("Are you there?").unwrap();
    let third = world.maria().writes("?").unwrap();
    let path = format!("{PHONE}/messages");
    let read = |id: &str| json!({"messaging_product": "whatsapp", "status": "read", "message_id": id});
    assert_eq!(world.post(&path, read(&second)).await, json!({"success": true}));
    let seen = || world.whatsapp().history(PHONE, world.maria).iter().map(|one| one.is_read).collect::<Vec<_>>();
    assert_eq!(seen(), [true, true, false]);
    let mut typing = read(&third);
    typing["typing_indicator"] = json!({"type": "text"});
    let is_typing = || world.whatsapp().is_typing(PHONE, world.maria);
    world.post(&path, typing.clone()).await;
    assert!(seen()[2] && is_typing(), "typing marks as read");
    world.stage.advance(25).await;
    assert!(!is_typing());
    world.post(&path, typing.clone()).await;
    world.send("text", json!({"body": "Yes"})).await;
    assert!(!is_typing(), "an answer ends it");
    typing["typing_indicator"]["type"] = json!("voice");
    for wrong in [typing, read("wamid.none"), json!({"messaging_product": "whatsapp", "status": "seen"})] {
        world.refused(Method::POST, &path, wrong).await;
    }
    assert_eq!(world.whatsapp().calls_of("read").len(), 6);
}

#[tokio::test]
async fn answers_name_the_button_and_quote_the_message() {
    let world = World::open().await;
    let buttons = json!([{"type": "reply", "reply": {"id": "b0", "title": "Yes"}},
        {"type": "reply", "reply": {"id": "b1", "title": "No"}}]);
    let asked = json!({"type": "button", "body": {"text": "?"}, "action": {"buttons": buttons}});
    let asked = world.sent("interactive", asked).await;
    world.maria().presses_number(&asked, 1).unwrap();
    assert!(world.maria().presses_number(&asked, 2).is_err());
    let rows = json!([{"id": "k1", "title": "Delivery", "description": "1-2 days"}, {"id": "k2", "title": "Pickup"}]);
    let list =
        json!({"type": "list", "body": {"text": "?"}, "action": {"button": "All", "sections": [{"rows": rows}]}});
    let chosen = world.sent("interactive", list).await;
    world.maria().presses(&chosen, "k2").unwrap();
    let [.., pressed, row] = &world.told("messages").await[..] else { panic!("two answers") };
    assert_eq!(pressed["interactive"], json!({"type": "button_reply", "button_reply": {"id": "b1", "title": "No"}}));
    assert_eq!(pressed["context"], json!({"from": "77010009900", "id": asked}));
    assert_eq!(row["interactive"], json!({"type": "list_reply", "list_reply": {"id": "k2", "title": "Pickup"}}));
}

#[tokio::test]
async fn a_username_hides_the_phone_unless_the_number_wrote_to_it() {
    let world = World::open().await;
    let named = Act::own("set_username").who(world.maria).with("username", "maria.k");
    world.whatsapp().act(named).unwrap();
    let heard = async || {
        world.maria().writes("Hi").unwrap();
        world.told("messages").await.pop().unwrap()
    };
    let path = format!("{PHONE}/messages");
    assert_eq!((heard().await.get("from"), &heard().await["from_user_id"]), (None, &json!(MARIAS_ID)));
    world.post(&path, json!({"messaging_product": "whatsapp", "recipient": MARIAS_ID, "text": {"body": "Hi"}})).await;
    assert_eq!(heard().await.get("from"), None, "an id is no phone");
    world.send("text", json!({"body": "Hi"})).await;
    assert_eq!(heard().await["from"], MARIA);
    world.stage.advance(30 * super::DAY).await;
    assert_eq!(heard().await.get("from"), None, "thirty days later");
}

#[tokio::test]
async fn a_body_has_several_entries_changes_or_messages() {
    for (batch, entries, changes, messages) in
        [(Batch::Entries, 4, 1, 1), (Batch::Changes, 1, 4, 1), (Batch::Messages, 1, 2, 3)]
    {
        let world = World::start().await;
        let second = NewPhone { number: "77010009901".to_owned(), ..NewPhone::of(WABA) };
        let second = world.whatsapp().add_phone(second);
        world.whatsapp().set_batch(Some(batch));
        world.whatsapp().hold_hooks(true);
        for text in ["1", "2", "3"] {
            world.maria().writes(text).unwrap();
        }
        world.whatsapp().customer(world.maria, &second).writes("4").unwrap();
        world.whatsapp().hold_hooks(false);
        assert_eq!(world.texts().await, ["1", "2", "3", "4"]);
        let bodies = world.receiver.bodies();
        let count = |pointer: &str| bodies[0].pointer(pointer).unwrap().as_array().unwrap().len();
        assert_eq!((bodies.len(), count("/entry")), (1, entries), "{batch:?}");
        assert_eq!(count("/entry/0/changes"), changes, "{batch:?}");
        assert_eq!(count("/entry/0/changes/0/value/messages"), messages, "{batch:?}");
        assert_eq!(count("/entry/0/changes/0/value/contacts"), 1, "a contact occurs once");
    }
}

#[tokio::test]
async fn history_comes_in_phases_and_chunks_and_media_follow() {
    let world = World::start().await;
    let (phone, now, day) = (world.shared_phone("77010009901"), crate::stage::START / 1000, super::DAY);
    let remembers = |by_owner, content: Content, at| {
        world.whatsapp().remembers(&phone, world.maria, by_owner, &content, at).unwrap();
    };
    for at in 0..60 {
        remembers(at % 2 == 0, Content::text(&format!("old {at}")), now - 100 * day + at);
    }
    remembers(false, Content::of("image").saying("receipt"), now - 10 * day);
    remembers(false, Content::of("image").saying("older"), now - 15 * day);
    remembers(true, Content::text("today"), now - 60);
    remembers(false, Content::text("too old"), now - 181 * day);
    let asked = json!({"messaging_product": "whatsapp", "sync_type": "history"});
    let path = format!("{phone}/smb_app_data");
    assert!(world.post(&path, asked.clone()).await["request_id"].is_string());
    assert_eq!(world.refused(Method::POST, &path, asked.clone()).await.0, 100, "once");
    assert_eq!(world.refused(Method::POST, &format!("{PHONE}/smb_app_data"), asked).await.0, 100, "no phone app there");
    let chunks = world.told("history").await;
    let metadata = chunks.iter().map(|one| (one["metadata"]["phase"].clone(), one["metadata"]["chunk_order"].clone()));
    let wanted = [(0, 1), (1, 1), (2, 1), (2, 2)].map(|(phase, order)| (json!(phase), json!(order)));
    assert_eq!(metadata.collect::<Vec<_>>(), wanted);
    assert_eq!(chunks[3]["metadata"]["progress"], 100);
    let messages = |at: usize| chunks[at]["threads"][0]["messages"].as_array().unwrap().clone();
    assert_eq!((messages(2).len(), messages(3).len()), (50, 10));
    assert_eq!((&messages(0)[0]["from"], &messages(0)[0]["to"]), (&json!("77010009901"), &json!(MARIA)));
    assert!(messages(1).iter().all(|one| one["type"] == "media_placeholder"));
    let media = world.told("messages").await;
    assert_eq!(media.len(), 1, "of the last two weeks");
    assert_eq!((&media[0]["image"]["caption"], &media[0]["id"]), (&json!("receipt"), &messages(1)[1]["id"]));
}

#[tokio::test]
async fn the_owners_address_book_is_told() {
    let world = World::start().await;
    let phone = world.shared_phone("77010009901");
    world.whatsapp().knows(&phone, world.maria, "Мария Ковалёва");
    let asked = json!({"messaging_product": "whatsapp", "sync_type": "smb_app_state_sync"});
    world.post(&format!("{phone}/smb_app_data"), asked).await;
    let pete = NewPerson { wa_id: "77015556677".to_owned(), user_id: None, ..NewPerson::default() };
    let pete = world.whatsapp().add_person(pete);
    for is_removed in [false, true] {
        let save = Act::own("owner_saves").who(pete).line(phone.as_str());
        world.whatsapp().act(save.with("full_name", "Pete S.").with("removed", is_removed)).unwrap();
    }
    let told = world.told("state_sync").await.into_iter();
    let told: Vec<(Value, Value)> =
        told.map(|one| (one["action"].clone(), one["contact"]["phone_number"].clone())).collect();
    let wanted = [("add", MARIA), ("add", "77015556677"), ("remove", "77015556677")];
    assert_eq!(told, wanted.map(|(action, phone)| (json!(action), json!(phone))));
    world.stage.advance(super::DAY + 1).await;
    let late = json!({"messaging_product": "whatsapp", "sync_type": "history"});
    assert_eq!(world.refused(Method::POST, &format!("{phone}/smb_app_data"), late).await.0, 100, "too late");
}
