//! Events about messages of chats.

use serde_json::json;

use super::{rest, targets, token};
use crate::stub::Stub;

#[tokio::test]
async fn messages_of_other_channels_are_read_from_events() {
    let body = json!({"_embedded": {"events": [
        {"id": "e-1", "type": "incoming_chat_message", "entity_id": 5, "entity_type": "lead", "created_at": 1784280000,
         "value_after": [{"message": {"id": "m-1", "origin": "waba", "talk_id": 7}}],
         "_embedded": {"entity": {"id": 5, "linked_talk_contact_id": 9}}},
        {"id": "e-2", "type": "outgoing_chat_message", "entity_id": 9, "entity_type": "contact", "created_at": 1784280005,
         "value_after": []},
        {"id": "e-3", "type": "lead_added", "created_at": 1784280006}]}});
    let stub = Stub::answering("200 OK", &body.to_string()).await;
    let page = rest(&stub).chat_events(&token(), 1_784_278_800..1_784_365_200, 1).await.unwrap();
    let [came, answered] = &page.items[..] else { panic!("{page:?}") };
    assert_eq!((came.is_outgoing, came.contact_id, came.origin.as_deref()), (false, Some(9), Some("waba")));
    assert_eq!(came.message_id.as_deref(), Some("m-1"));
    assert_eq!((answered.is_outgoing, answered.contact_id, answered.origin.as_deref()), (true, Some(9), None));
    let asked = "GET events?filter[type][]=incoming_chat_message&filter[type][]=outgoing_chat_message\
                 &filter[created_at][from]=1784278800&filter[created_at][to]=1784365199&page=1&limit=100";
    assert_eq!(targets(&stub), [asked]);
}
