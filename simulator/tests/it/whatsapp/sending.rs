//! Messages of every kind, and who they are for.

use reqwest::Method;
use serde_json::{Value, json};

use super::{MARIA, MARIAS_ID, PHONE, WABA, World};

fn buttons(titles: &[&str]) -> Value {
    let button =
        |(at, title): (usize, &&str)| json!({"type": "reply", "reply": {"id": format!("b{at}"), "title": title}});
    let buttons: Vec<Value> = titles.iter().enumerate().map(button).collect();
    json!({"type": "button", "body": {"text": "Deliver today?"}, "action": {"buttons": buttons}})
}

fn list(rows: Value) -> Value {
    json!({"type": "list", "body": {"text": "Choose"}, "action": {"button": "Services", "sections": [{"rows": rows}]}})
}

fn link(url: &str) -> Value {
    json!({"type": "cta_url", "body": {"text": "Open the shop"},
        "action": {"name": "cta_url", "parameters": {"display_text": "Shop", "url": url}}})
}

#[tokio::test]
async fn wrong_content_is_refused_with_the_documented_codes() {
    let world = World::open().await;
    let long = |count: usize| "я".repeat(count);
    world.send("text", json!({"body": long(4096)})).await;
    let (mut bodiless, mut footed, mut headed) = (buttons(&["Yes"]), buttons(&["Yes"]), list(json!([])));
    bodiless["body"] = json!({});
    footed["footer"] = json!({"text": long(61)});
    headed["action"]["sections"][0]["rows"] = json!([{"id": "1", "title": "Delivery"}]);
    headed["header"] = json!({"type": "image", "image": {"id": "77"}});
    let rows = |count: usize| (0..count).map(|at| json!({"id": at.to_string(), "title": "Row"})).collect::<Value>();
    let (mut untitled, mut titled) = (list(rows(5)), list(rows(5)));
    let more = json!([{"title": "First", "rows": rows(5)}, {"title": "More", "rows": [{"id": "z", "title": "Row"}]}]);
    untitled["action"]["sections"] = json!([{"rows": rows(5)}, more[1]]);
    titled["action"]["sections"] = more;
    world.send("interactive", titled).await;
    for (kind, content, code) in [
        ("interactive", list(rows(11)), 131_009),
        ("interactive", untitled, 131_009),
        ("interactive", list(json!([rows(1)[0], rows(1)[0]])), 131_009),
        ("text", json!({"body": long(4097)}), 100),
        ("text", json!({"body": " "}), 100),
        ("text", json!({"body": "Hi", "preview_url": "yes"}), 100),
        ("poll", json!({"name": "When?"}), 100),
        ("image", json!({"caption": "no file"}), 100),
        ("image", json!({"id": "77"}), 100),
        ("image", json!({"link": "ftp://acme.test/a.jpg"}), 100),
        ("audio", json!({"link": "https://acme.test/a.ogg", "caption": "none"}), 100),
        ("document", json!({"link": "https://acme.test/a.pdf", "caption": long(1025)}), 100),
        ("location", json!({"latitude": 43.2}), 100),
        ("location", json!({"latitude": 143.2, "longitude": 76.9}), 131_009),
        ("contacts", json!([{"name": {"first_name": "Oleg"}}]), 131_008),
        ("contacts", json!([{"name": {"formatted_name": "Oleg"}}]), 131_009),
        ("contacts", json!([]), 131_009),
        ("interactive", buttons(&["1", "2", "3", "4"]), 131_009),
        ("interactive", buttons(&["Yes", "Yes"]), 131_009),
        ("interactive", buttons(&[&long(21)]), 131_009),
        ("interactive", bodiless, 131_008),
        ("interactive", footed, 131_009),
        ("interactive", headed, 131_009),
        ("interactive", link("acme.test"), 131_009),
        ("interactive", json!({"type": "poll", "action": {}}), 100),
    ] {
        assert_eq!(world.not_sent(kind, content.clone()).await.0, code, "{kind} {content}");
    }
    let words = world.not_sent("text", json!({"body": long(4097)})).await.1;
    assert_eq!(words, "(#100) Param text['body'] must be at most 4096 characters long.");
    let words = world.not_sent("interactive", buttons(&["Yes", ""])).await.1;
    assert_eq!(words, "Button title length invalid. Min length: 1, Max length: 20");
    assert_eq!(world.whatsapp().sent(PHONE).len(), 2);
}

#[tokio::test]
async fn recipients_are_phones_or_ids() {
    let world = World::open().await;
    let path = format!("{PHONE}/messages");
    let to = |more: Value| {
        let mut body = json!({"messaging_product": "whatsapp", "text": {"body": "Hi"}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (more, contact) in [
        (
            json!({"to": "+7 (701) 000-11-22"}),
            json!({"input": "+7 (701) 000-11-22", "wa_id": MARIA, "user_id": MARIAS_ID}),
        ),
        (json!({"recipient": MARIAS_ID}), json!({"input": MARIAS_ID, "user_id": MARIAS_ID})),
    ] {
        assert_eq!(world.post(&path, to(more)).await["contacts"], json!([contact]));
    }
    for (more, code) in [
        (json!({}), 100),
        (json!({"to": "12"}), 131_009),
        (json!({"to": "maria"}), 131_009),
        (json!({"to": "77010009900"}), 131_021),
        (json!({"recipient": "KZ.1"}), 131_009),
        (json!({"to": MARIA, "recipient_type": "group"}), 131_009),
        (json!({"to": MARIA, "messaging_product": "sms"}), 100),
        (json!({"to": MARIA, "biz_opaque_callback_data": "x".repeat(513)}), 100),
    ] {
        assert_eq!(world.refused(Method::POST, &path, to(more.clone())).await.0, code, "{more}");
    }
    // No person has this number: accepted, then failed.
    world.post(&path, to(json!({"to": "77010000000"}))).await;
    let failed = world.told("statuses").await.pop().unwrap();
    assert_eq!((&failed["errors"][0]["code"], &failed["recipient_id"]), (&json!(131_026), &json!("77010000000")));
}

#[tokio::test]
async fn accounts_and_numbers_may_be_kept_from_sending() {
    let world = World::open().await;
    let whatsapp = world.whatsapp();
    let refused = async || world.not_sent("text", json!({"body": "Hi"})).await.0;
    whatsapp.restrict(WABA, "RESTRICTED_BIZ_INITIATED_MESSAGING", 1_795_773_600);
    assert_eq!(refused().await, 131_031);
    let health = world.get(&format!("{PHONE}?fields=health_status")).await;
    assert_eq!(health["health_status"]["can_send_message"], "BLOCKED");
    whatsapp.reinstate(WABA);
    whatsapp.review_name(PHONE, "Best Acme", Some("NAME_VIOLATES_POLICY"));
    assert_eq!(refused().await, 131_037);
    whatsapp.review_name(PHONE, "Acme Chats", None);
    whatsapp.set_phone_status(PHONE, "BANNED");
    assert_eq!(refused().await, 131_031);
    whatsapp.set_phone_status(PHONE, "CONNECTED");
    world.send("text", json!({"body": "Hi"})).await;
    assert_eq!(world.get(&format!("{PHONE}?fields=verified_name")).await["verified_name"], "Acme Chats");
}
