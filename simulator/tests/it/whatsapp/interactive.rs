//! Buttons and lists: limits, and what comes back.

use serde_json::{Value, json};

use super::world::{PHONE, World, sample};

fn buttons(titles: &[&str]) -> Value {
    let button =
        |(at, title): (usize, &&str)| json!({"type": "reply", "reply": {"id": format!("b{at}"), "title": title}});
    let buttons: Vec<Value> = titles.iter().enumerate().map(button).collect();
    json!({"type": "button", "body": {"text": "Deliver today?"}, "action": {"buttons": buttons}})
}

#[tokio::test]
async fn reply_buttons_are_three_of_twenty_characters() {
    let (world, _receiver) = World::open().await;
    let twenty = "я".repeat(20);
    world.send("interactive", buttons(&["Yes", "No", &twenty])).await;
    for (titles, words) in [
        (vec!["1", "2", "3", "4"], "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"),
        (vec![], "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"),
        (vec!["Yes", ""], "Button title length invalid. Min length: 1, Max length: 20"),
        (vec!["Yes", "Yes"], "Button titles must be unique."),
    ] {
        assert_eq!(world.not_sent("interactive", buttons(&titles)).await, (131_009, words.to_owned()));
    }
    let long = format!("{twenty}я");
    assert_eq!(world.not_sent("interactive", buttons(&[&long])).await.0, 131_009);
    let mut message = buttons(&["Yes"]);
    message["body"] = json!({});
    assert_eq!(world.not_sent("interactive", message.clone()).await.0, 131_008);
    message["body"] = json!({"text": "я".repeat(1025)});
    assert_eq!(world.not_sent("interactive", message.clone()).await.0, 131_009);
    message["body"] = json!({"text": "Yes?"});
    message["footer"] = json!({"text": "я".repeat(61)});
    assert_eq!(world.not_sent("interactive", message.clone()).await.0, 131_009);
    message["footer"] = json!({"text": "Acme"});
    message["header"] = json!({"type": "text", "text": "Order 1592"});
    world.send("interactive", message).await;
}

#[tokio::test]
async fn a_header_may_be_a_file_except_in_a_list() {
    let (world, _receiver) = World::open().await;
    let id = world.upload("picture.jpg", "image/jpeg", sample("picture.jpg")).await;
    let mut message = buttons(&["Yes"]);
    message["header"] = json!({"type": "image", "image": {"id": id}});
    world.send("interactive", message).await;
    assert_eq!(world.whatsapp.sent(PHONE)[0].file.as_ref().unwrap().mime, "image/jpeg");
    let rows = json!([{"id": "1", "title": "Delivery"}]);
    let mut list = json!({"type": "list", "body": {"text": "Choose"}, "action":
        {"button": "Services", "sections": [{"rows": rows}]}});
    list["header"] = json!({"type": "image", "image": {"id": id}});
    assert_eq!(world.not_sent("interactive", list).await.0, 131_009);
    assert_eq!(world.not_sent("interactive", json!({"type": "poll", "action": {}})).await.0, 100);
    let bad = json!({"type": "cta_url", "body": {"text": "x"}, "action": {"name": "cta_url",
        "parameters": {"display_text": "Shop", "url": "acme.test"}}});
    assert_eq!(world.not_sent("interactive", bad).await.0, 131_009);
}

#[tokio::test]
async fn answers_name_the_button_and_quote_the_message() {
    let (world, receiver) = World::open().await;
    let asked = world.sent("interactive", buttons(&["Yes", "No"])).await;
    world.maria().presses(&asked, 1).unwrap();
    assert!(world.maria().presses(&asked, 2).is_err());
    let rows = json!([{"id": "k1", "title": "Delivery", "description": "1-2 days"}, {"id": "k2", "title": "Pickup"}]);
    let list = json!({"type": "list", "body": {"text": "Choose"}, "action":
        {"button": "Services", "sections": [{"rows": rows}]}});
    let chosen = world.sent("interactive", list).await;
    world.maria().chooses(&chosen, "k2").unwrap();
    assert!(world.maria().chooses(&chosen, "k3").is_err());
    world.whatsapp.deliver_all().await;
    let [.., pressed, row] = &receiver.all("messages")[..] else { panic!("two answers") };
    assert_eq!(pressed["interactive"], json!({"type": "button_reply", "button_reply": {"id": "b1", "title": "No"}}));
    assert_eq!(pressed["context"], json!({"from": "77010009900", "id": asked}));
    assert_eq!(row["interactive"], json!({"type": "list_reply", "list_reply": {"id": "k2", "title": "Pickup"}}));
}
