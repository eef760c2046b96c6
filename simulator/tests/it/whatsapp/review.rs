//! Meta's decisions about templates, as webhooks.

use serde_json::{Value, json};
use simulator::whatsapp::Review;

use super::world::{START, WABA, World};

#[tokio::test]
async fn every_decision_is_reported() {
    let world = World::start().await;
    let receiver = world.hears().await;
    let template = json!({"name": "sale", "language": "ru", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Скидки"}]});
    let made = world.ok("POST", &format!("{WABA}/message_templates"), template).await;
    let id = made["id"].as_str().unwrap();
    let info = Some(("A variable stands at the end.".to_owned(), "Put text after it.".to_owned()));
    for review in [
        Review::Appeal,
        Review::Reject { reason: "INVALID_FORMAT".to_owned(), info },
        Review::Approve,
        Review::Quality("YELLOW".to_owned()),
        Review::Announce("MARKETING".to_owned()),
        Review::Category("MARKETING".to_owned()),
        Review::Pause,
        Review::Unpause,
        Review::Pause,
        Review::Pause,
    ] {
        world.whatsapp.review(id, review).unwrap();
    }
    world.whatsapp.deliver_all().await;
    let change = |body: Value| body["entry"][0]["changes"][0].clone();
    let changes: Vec<Value> = receiver.bodies().into_iter().map(change).collect();
    let number: i64 = id.parse().unwrap();
    assert!(changes.iter().all(|one| one["value"]["message_template_id"] == number), "a number here");
    let told: Vec<(&Value, &Value)> = changes
        .iter()
        .map(|one| (&one["field"], one["value"].get("event").unwrap_or(&one["value"]["new_category"])))
        .collect();
    let status = json!("message_template_status_update");
    let category = json!("template_category_update");
    let quality = json!("message_template_quality_update");
    assert_eq!(
        told,
        [
            (&status, &json!("IN_APPEAL")),
            (&status, &json!("REJECTED")),
            (&status, &json!("APPROVED")),
            (&quality, &Value::Null),
            (&category, &json!("UTILITY")),
            (&category, &json!("MARKETING")),
            (&status, &json!("PAUSED")),
            (&status, &json!("APPROVED")),
            (&status, &json!("PAUSED")),
            (&status, &json!("DISABLED")),
        ]
    );
    assert_eq!(
        (&changes[1]["value"]["reason"], &changes[3]["value"]["new_quality_score"]),
        (&json!("INVALID_FORMAT"), &json!("YELLOW"))
    );
    assert_eq!(
        (&changes[4]["value"]["correct_category"], &changes[5]["value"]["previous_category"]),
        (&json!("MARKETING"), &json!("UTILITY"))
    );
    let titles = (&changes[6]["value"]["other_info"]["title"], &changes[8]["value"]["other_info"]["title"]);
    assert_eq!(titles, (&json!("FIRST_PAUSE"), &json!("SECOND_PAUSE")));
    assert!(changes[9]["value"]["disable_info"]["disable_date"].is_string());
    let read = world.get(&format!("{id}?fields=status,category,previous_category,quality_score,rejected_reason")).await;
    let wanted = json!({"id": id, "status": "DISABLED", "category": "MARKETING", "previous_category": "UTILITY",
        "quality_score": {"score": "YELLOW", "date": START.div_euclid(1000)}, "rejected_reason": "NONE"});
    assert_eq!(read, wanted);
    assert!(world.whatsapp.approve("77").is_err());
}
