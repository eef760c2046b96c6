//! Avito's webhooks.

use serde_json::{Value, json};
use simulator::avito::{Act, Content, Fault, PostFault, PostState};

use crate::{avito_world::World, stage::Receiver};

async fn subscribed(world: &World) -> Receiver {
    let receiver = Receiver::start();
    let answer = world.post("/messenger/v3/webhook", json!({"url": receiver.url})).await;
    assert_eq!(answer, json!({"ok": true}));
    receiver
}

/// What the posts say of messages: type and text.
fn posted_texts(receiver: &Receiver) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |body: Value| {
        let value = &body["payload"]["value"];
        (text(&value["type"]), text(&value["content"]["text"]))
    };
    receiver.bodies().into_iter().map(one).collect()
}

#[tokio::test]
async fn webhooks_are_added_listed_and_removed() {
    let world = World::start().await;
    let receiver = subscribed(&world).await;
    let list = || world.post("/messenger/v1/subscriptions", json!({}));
    assert_eq!(list().await, json!({"subscriptions": [{"url": receiver.url, "version": "3"}]}));
    world.post("/messenger/v3/webhook", json!({"url": "https://other.example/hook"})).await;
    assert_eq!(list().await["subscriptions"].as_array().unwrap().len(), 2, "webhooks are added, not replaced");
    world.post("/messenger/v1/webhook/unsubscribe", json!({"url": receiver.url})).await;
    assert_eq!(list().await["subscriptions"][0]["url"], "https://other.example/hook");
    for wrong in [json!({}), json!({"url": "nowhere"})] {
        assert_eq!(world.refused("POST", "/messenger/v3/webhook", Some(wrong)).await, 400);
    }
}

#[tokio::test]
async fn every_message_is_posted_own_ones_too() {
    let world = World::start().await;
    let receiver = subscribed(&world).await;
    let id = world.maria().writes("Ещё продаёте?").unwrap();
    let chat = world.maria().chat().unwrap();
    world.avito.deliver_all().await;
    let body = receiver.bodies().pop().unwrap();
    let id_of_post = body["id"].clone();
    assert_eq!(
        body,
        json!({"id": id_of_post, "version": "v3.0.0", "timestamp": 1_795_168_800, "payload": {"type": "message", "value": {
            "id": id, "chat_id": chat, "user_id": world.seller, "author_id": world.maria, "created": 1_795_168_800,
            "type": "text", "chat_type": "u2i", "content": {"text": "Ещё продаёте?"}, "item_id": world.item,
            "published_at": "2026-11-20T10:00:00Z",
        }}})
    );
    world.say(&chat, "Да").await;
    let act = Act::SendAsSeller { chat: chat.clone(), content: Content::text("из приложения") };
    let (own, _) = world.avito.act(act).unwrap();
    world.avito.act(Act::TakeBackAsSeller { chat: chat.clone(), message: own }).unwrap();
    world.maria().takes_back(&id).unwrap();
    let system = Act::System { chat, flow_id: "f".to_owned(), text: "бот".to_owned() };
    world.avito.act(system).unwrap();
    world.avito.deliver_all().await;
    let own = |kind: &str, text: &str| (kind.to_owned(), text.to_owned());
    assert_eq!(
        posted_texts(&receiver)[1..],
        [own("text", "Да"), own("text", "из приложения"), own("deleted", ""), own("deleted", ""), own("system", "бот")]
    );
}

#[tokio::test]
async fn every_kind_of_content_has_its_form() {
    let world = World::start().await;
    let receiver = subscribed(&world).await;
    let link = Content::Link { url: "https://acme.test/a".to_owned(), text: "acme.test/a".to_owned() };
    let place = Content::Location { lat: 55.5, lon: 37.6, text: "Москва".to_owned() };
    let raw = Content::Raw { kind: "newest".to_owned(), content: json!({"x": 1}) };
    for content in [
        Content::Image { data: None },
        Content::Voice,
        link,
        Content::Item { item: world.item },
        place,
        Content::Call { status: None },
        Content::AppCall,
        Content::File,
        Content::Video,
        raw,
    ] {
        world.maria().sends(content).unwrap();
    }
    world.avito.deliver_all().await;
    let values: Vec<Value> = receiver.bodies().into_iter().map(|body| body["payload"]["value"].clone()).collect();
    let has = |at: usize, kind: &str, pointer: &str| {
        assert_eq!(values[at]["type"], kind);
        assert!(values[at]["content"].pointer(pointer).is_some(), "{}", values[at]);
    };
    has(0, "image", "/image/sizes/1280x960");
    has(1, "voice", "/voice/voice_id");
    has(2, "link", "/link/preview/domain");
    has(3, "item", "/item/price_string");
    has(4, "location", "/location/lon");
    has(5, "call", "/call/target_user_id");
    for (at, kind) in [(6, "appCall"), (7, "file"), (8, "video")] {
        assert_eq!((&values[at]["type"], &values[at]["content"]), (&json!(kind), &json!({})));
    }
    assert_eq!((&values[9]["type"], &values[9]["content"]), (&json!("newest"), &json!({"x": 1})));
}

#[tokio::test]
async fn a_failed_post_is_repeated_then_given_up() {
    let world = World::start().await;
    let receiver = subscribed(&world).await;
    receiver.answers(&[(500, ""), (201, "")]);
    world.maria().writes("one").unwrap();
    world.maria().writes("two").unwrap();
    world.avito.deliver_all().await;
    assert_eq!(posted_texts(&receiver).len(), 1, "the second waits behind the first");
    world.advance(1);
    world.avito.deliver_all().await;
    world.advance(5);
    world.avito.deliver_all().await;
    let texts: Vec<String> = posted_texts(&receiver).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["one", "one", "one", "two"], "only 200 is good");
    receiver.always(500, "");
    world.maria().writes("three").unwrap();
    for _ in 0..6 {
        world.avito.deliver_all().await;
        world.advance(600);
    }
    assert_eq!(world.avito.posts().last().unwrap().state, PostState::GivenUp);
}

#[tokio::test]
async fn posts_come_twice_again_late_or_never() {
    let world = World::start().await;
    let receiver = subscribed(&world).await;
    let faults = world.avito.faults();
    for (fault, text) in [
        (PostFault::Doubled, "doubled"),
        (PostFault::LostAnswer, "again"),
        (PostFault::Lost, "never"),
        (PostFault::Late, "late"),
    ] {
        faults.next_posts(1, fault);
        world.maria().writes(text).unwrap();
        world.avito.deliver_all().await;
        world.advance(1);
        world.avito.deliver_all().await;
    }
    world.maria().writes("last").unwrap();
    world.avito.deliver_all().await;
    let texts: Vec<String> = posted_texts(&receiver).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["doubled", "doubled", "again", "again", "last", "late"]);
    assert_eq!(faults.left(), 0);
}

#[tokio::test]
async fn calls_are_refused_broken_and_lost() {
    let world = World::start().await;
    world.maria().writes("Hi").unwrap();
    let chat = world.maria().chat().unwrap();
    let faults = world.avito.faults();
    faults.next("postSendMessage", 1, Fault::TooMany { retry_after: 7 });
    faults.next("*", 1, Fault::ServerError { code: 503 });
    faults.next("postSendMessage", 1, Fault::Refuse { code: 403, message: "No access".to_owned() });
    faults.next("postSendMessage", 1, Fault::HtmlPage { code: 502 });
    assert_eq!(faults.describe().len(), 4);
    for status in [429, 503, 403, 502] {
        assert_eq!(world.say(&chat, "x").await.0, status);
    }
    let path = world.own_path(1, &format!("chats/{chat}/messages"));
    for (fault, sent) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        faults.next("postSendMessage", 1, fault);
        let call = world.http.post(format!("{}{path}", world.avito.base_url())).bearer_auth(&world.token);
        assert!(call.json(&json!({"type": "text", "message": {"text": "x"}})).send().await.is_err());
        assert_eq!(world.avito.sent(world.seller).len(), sent);
    }
    let statuses: Vec<u16> = world.avito.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [200, 429, 503, 403, 502, 0, 0]);
}
