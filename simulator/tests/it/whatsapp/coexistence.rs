//! The phone app beside the API: history, address book, echoes.

use serde_json::{Value, json};
use simulator::whatsapp::{Act, Content, NewPerson, NewPhone};

use super::world::{START, WABA, World};

const DAY: i64 = 86_400;

async fn ask(world: &World, phone: &str, kind: &str) -> (u16, Value) {
    world
        .call("POST", &format!("{phone}/smb_app_data"), json!({"messaging_product": "whatsapp", "sync_type": kind}))
        .await
}

async fn shared() -> (World, super::receiver::Receiver, String) {
    let world = World::start().await;
    let receiver = world.hears().await;
    let phone = NewPhone { is_on_biz_app: true, number: "77010009901".to_owned(), ..NewPhone::of(WABA) };
    let phone = world.whatsapp.add_phone(phone);
    (world, receiver, phone)
}

#[tokio::test]
async fn history_comes_in_phases_and_chunks_and_media_follow() {
    let (world, receiver, phone) = shared().await;
    let now = START / 1000;
    for at in 0..60 {
        let text = Content::text(&format!("old {at}"));
        world.whatsapp.remembers(&phone, world.maria, at % 2 == 0, &text, now - 100 * DAY + at).unwrap();
    }
    world.whatsapp.remembers(&phone, world.maria, false, &Content::image("receipt"), now - 10 * DAY).unwrap();
    world.whatsapp.remembers(&phone, world.maria, false, &Content::image("older"), now - 15 * DAY).unwrap();
    world.whatsapp.remembers(&phone, world.maria, true, &Content::text("today"), now - 60).unwrap();
    world.whatsapp.remembers(&phone, world.maria, false, &Content::text("too old"), now - 181 * DAY).unwrap();
    let (status, answer) = ask(&world, &phone, "history").await;
    assert_eq!((status, answer["request_id"].is_string()), (200, true));
    assert_eq!(ask(&world, &phone, "history").await.0, 400, "once");
    world.whatsapp.deliver_all().await;
    let chunks = receiver.all("history");
    let metadata: Vec<(i64, i64)> = chunks
        .iter()
        .map(|one| (one["metadata"]["phase"].as_i64().unwrap(), one["metadata"]["chunk_order"].as_i64().unwrap()))
        .collect();
    assert_eq!(metadata, [(0, 1), (1, 1), (2, 1), (2, 2)]);
    assert_eq!(chunks[3]["metadata"]["progress"], 100);
    let messages = |at: usize| chunks[at]["threads"][0]["messages"].as_array().unwrap().clone();
    assert_eq!((messages(2).len(), messages(3).len()), (50, 10));
    assert_eq!((&messages(0)[0]["from"], &messages(0)[0]["to"]), (&json!("77010009901"), &json!("77010001122")));
    let kinds: Vec<Value> = messages(1).iter().map(|one| one["type"].clone()).collect();
    assert_eq!(kinds, ["media_placeholder", "media_placeholder"]);
    let media = receiver.all("messages");
    assert_eq!(media.len(), 1, "of the last two weeks");
    assert_eq!((&media[0]["image"]["caption"], &media[0]["id"]), (&json!("receipt"), &messages(1)[1]["id"]));
    let world = World::start().await;
    assert_eq!(ask(&world, super::world::PHONE, "history").await.0, 400, "no phone app there");
}

#[tokio::test]
async fn the_address_book_is_asked_for_within_a_day() {
    let (world, receiver, phone) = shared().await;
    world.whatsapp.knows(&phone, world.maria, "Мария Ковалёва");
    assert_eq!(ask(&world, &phone, "smb_app_state_sync").await.0, 200);
    let pete =
        world.whatsapp.add_person(NewPerson { wa_id: "77015556677".to_owned(), user_id: None, ..NewPerson::default() });
    let save = |removed| Act::OwnerSaves { phone: phone.clone(), who: pete, full_name: "Pete S.".to_owned(), removed };
    world.whatsapp.act(save(false)).unwrap();
    world.whatsapp.act(save(true)).unwrap();
    world.whatsapp.deliver_all().await;
    let told: Vec<(Value, Value)> = receiver
        .all("state_sync")
        .into_iter()
        .map(|one| (one["action"].clone(), one["contact"]["phone_number"].clone()))
        .collect();
    let wanted = [("add", "77010001122"), ("add", "77015556677"), ("remove", "77015556677")];
    assert_eq!(told, wanted.map(|(action, phone)| (json!(action), json!(phone))));
    world.advance(DAY + 1);
    assert_eq!(ask(&world, &phone, "history").await.0, 400, "too late");
}

#[tokio::test]
async fn actions_of_the_owner_on_the_phone_are_echoed() {
    let (world, receiver, phone) = shared().await;
    let to = world.maria;
    let sent = Act::OwnerSends { phone: phone.clone(), to, content: Content::image("here") };
    let id = world.whatsapp.act(sent).unwrap().id;
    let edit = Act::OwnerEdits { phone: phone.clone(), to, message: id.clone(), text: "there".to_owned() };
    world.whatsapp.act(edit).unwrap();
    world.whatsapp.act(Act::OwnerRevokes { phone: phone.clone(), to, message: id.clone() }).unwrap();
    world.whatsapp.customer(to, &phone).writes("Hi").unwrap();
    let message = json!({"messaging_product": "whatsapp", "to": "77010001122", "text": {"body": "By the API"}});
    world.ok("POST", &format!("{phone}/messages"), message).await;
    world.whatsapp.deliver_all().await;
    let echoes = receiver.all("message_echoes");
    let kinds: Vec<&Value> = echoes.iter().map(|one| &one["type"]).collect();
    assert_eq!(kinds, ["image", "edit", "revoke"], "the API's messages are not echoed");
    assert_eq!((&echoes[0]["to"], &echoes[1]["edit"]["original_message_id"]), (&json!("77010001122"), &json!(id)));
    assert_eq!(echoes[1]["edit"]["message"]["image"]["caption"], "there");
    let chat = world.whatsapp.chat(&phone, to);
    assert_eq!((chat[0].by, chat[0].is_edited, chat[0].is_revoked), ("owner", true, true));
}
