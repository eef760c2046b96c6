//! What history shows of every kind goes through the same hands as a hook's.

use parom_tests::{World, once};
use serde_json::{Value, json};
use simulator::crm::{Attachment, HookMessage};

use super::{MINUTE, SECOND, chatting, is_away_for, loses};

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

once!(every_kind_is_found_with_what_it_holds);
