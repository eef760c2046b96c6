//! Notes, events, and files of cards.

use amocrm::rest::{Entity, EntityFile, EventFilter, Note};
use serde_json::json;

use super::{rest, targets, token};
use crate::stub::{Stub, answer};

#[tokio::test]
async fn notes() {
    let body = json!({"_embedded": {"notes": (0..3).map(|place| json!({"id": 90 + place, "entity_id": 1,
        "request_id": place.to_string()})).collect::<Vec<_>>()}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let notes = [
        Note::Common { text: "a".into() },
        Note::Service { service: "Acme".into(), text: "The number is disconnected".into() },
        Note::Attachment { file_uuid: "f-1".into(), file_name: "a.png".into() },
    ];
    assert_eq!(rest(&stub).add_notes(&token(), Entity::Lead, 1, &notes).await.unwrap(), [90, 91, 92]);
    assert_eq!(targets(&stub), ["POST leads/1/notes"]);
    let item = |place: &str, kind: &str, params| {
        json!({"note_type": kind, "params": params,
        "is_need_to_trigger_digital_pipeline": false, "request_id": place})
    };
    assert_eq!(
        stub.only().json(),
        json!([
            item("0", "common", json!({"text": "a"})),
            item("1", "extended_service_message", json!({"service": "Acme", "text": "The number is disconnected"})),
            item("2", "attachment", json!({"file_uuid": "f-1", "file_name": "a.png"}))
        ])
    );
}

#[tokio::test]
async fn events() {
    let event = json!({"id": "01HZ", "type": "incoming_chat_message", "entity_id": 9276114, "entity_type": "lead",
        "created_by": 0, "created_at": 1767225600, "value_after": [{"message": {"id": "m-1", "talk_id": 191}}],
        "value_before": [], "account_id": 1, "_embedded": {"entity": {"id": 9276114, "linked_talk_contact_id": 11018118}}});
    let body = json!({"_page": 1, "_links": {"next": {"href": "x"}}, "_embedded": {"events": [event]}});
    let stub = Stub::new(vec![answer("200 OK", "", &body.to_string()), answer("204 No Content", "", "")]).await;
    let rest = rest(&stub);
    let page = rest.events(&token(), &EventFilter::default(), 1).await.unwrap();
    assert_eq!((page.items[0].message_id.as_deref(), page.items[0].contact_id), (Some("m-1"), Some(11_018_118)));
    assert!(page.has_more);
    let filter =
        EventFilter { kinds: vec!["entity_direct_message".into()], contact_id: Some(7), from: Some(1_767_225_600) };
    assert!(rest.events(&token(), &filter, 2).await.unwrap().items.is_empty());
    assert_eq!(
        targets(&stub),
        [
            "GET events?page=1&limit=100&filter[type][]=incoming_chat_message&filter[type][]=outgoing_chat_message",
            "GET events?page=2&limit=100&filter[type][]=entity_direct_message&filter[entity][]=contact&filter[entity_id][]=7&filter[created_at][from]=1767225600"
        ]
    );
}

#[tokio::test]
async fn files_of_cards() {
    let body = json!({"_embedded": {"files": [{"file_uuid": "f-1", "id": 5}, {"id": 6}]}});
    let stub = Stub::new(vec![
        answer("200 OK", "", &body.to_string()),
        answer("204 No Content", "", ""),
        answer("202 Accepted", "", ""),
        answer("204 No Content", "", ""),
    ])
    .await;
    let rest = rest(&stub);
    let files = rest.files_of(&token(), Entity::Contact, 1).await.unwrap();
    assert_eq!(files, [EntityFile { file_uuid: "f-1".into(), id: Some(5) }]);
    assert_eq!(rest.files_of(&token(), Entity::Company, 1).await.unwrap(), []);
    rest.link_files(&token(), Entity::Customer, 1, &["f-1"]).await.unwrap();
    rest.unlink_files(&token(), Entity::Lead, 1, &["f-1"]).await.unwrap();
    assert_eq!(
        targets(&stub),
        ["GET contacts/1/files", "GET companies/1/files", "PUT customers/1/files", "DELETE leads/1/files"]
    );
    assert_eq!(stub.seen()[2].json(), json!([{"file_uuid": "f-1"}]));
}
