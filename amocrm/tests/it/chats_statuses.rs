//! Delivery statuses over a real socket, in each style.

use amocrm::chats::{DeliveryStatus, FailureCode, StatusStyle};
use serde_json::json;

use crate::chats::{MESSAGE, SCOPE, assert_signed, chats, secret};
use crate::stub::Stub;

#[tokio::test]
async fn statuses_in_three_styles() {
    let failed =
        DeliveryStatus::Failed { code: FailureCode::ConversationImpossible, text: "No such number".to_owned() };
    let unsaid = DeliveryStatus::Failed { code: FailureCode::Other, text: String::new() };
    for (style, status, expected) in [
        (
            StatusStyle::Superset,
            &DeliveryStatus::Delivered,
            json!({"msgid": MESSAGE, "status_code": 1, "delivery_status": 1}),
        ),
        (StatusStyle::Newest, &DeliveryStatus::Read, json!({"status_code": 2})),
        (StatusStyle::Older, &DeliveryStatus::Read, json!({"msgid": MESSAGE, "delivery_status": 2})),
        (
            StatusStyle::Superset,
            &failed,
            json!({"msgid": MESSAGE, "status_code": -1, "delivery_status": -1, "error_code": 904, "error": "No such number"}),
        ),
        (
            StatusStyle::Newest,
            &unsaid,
            json!({"status_code": -1, "error_code": 905, "error": "The message was not delivered"}),
        ),
    ] {
        let stub = Stub::answering("200 OK", "").await;
        let chats = chats(&stub.base).with_status_style(style);
        chats.delivery_status(&secret(), SCOPE, MESSAGE, status).await.unwrap();
        let seen = stub.only();
        assert_eq!(seen.target(), format!("/v2/origin/custom/{SCOPE}/{MESSAGE}/delivery_status"));
        assert_eq!(seen.json(), expected);
        assert_signed(&seen);
    }
}
