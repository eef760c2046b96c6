//! Parts around messages, and replacements for what a web chat does not support.

use parom_tests::settings::HOST;
use parom_tests::{World, both};
use serde_json::{Value, json};
use simulator::crm::{Attachment, HookMessage};

use super::Site;

/// The page's data of a manager's last message.
async fn shown(world: &mut World, site: &Site, wanted: &str) -> Value {
    world.deliver_all().await;
    let (_, data) = site.hears(world, wanted).await.pop().expect("an event");
    data
}

async fn a_contact_is_a_card(world: &mut World) {
    let site = Site::open(world).await;
    let person = HookMessage::text("")
        .with("type", json!("contact"))
        .with("contact", json!({"name": "Pavel", "phone": "+79991112233"}));
    site.sends(world, person).await;
    let told = shown(world, &site, "+79991112233").await;
    let card = &told["card"];
    assert_eq!(
        (&card["title"], &card["url"], &told["text"]),
        (&json!("Pavel"), &json!("tel:+79991112233"), &json!(""))
    );
    assert!(site.page(world).await.contains("Pavel, Contact: <a href=\"tel:+79991112233\">+79991112233</a>"));
}

async fn an_album_is_a_bubble_a_file(world: &mut World) {
    let site = Site::open(world).await;
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    world.sandbox.manager_sends_album(HOST, &site.chat, files, "Two of them").await.unwrap();
    world.deliver_all().await;
    site.sends(world, HookMessage::text("That is all")).await;
    world.deliver_all().await;
    let heard = site.hears(world, "That is all").await;
    assert!(heard[0].1["group"].is_string() && heard[0].1["group"] == heard[1].1["group"]);
    assert_eq!(heard[2].1.get("group"), None);
    let bubbles: Vec<_> = heard.iter().map(|(_, data)| (&data["file"]["kind"], &data["text"])).collect();
    assert_eq!(
        bubbles,
        [
            (&json!("picture"), &json!("Two of them")),
            (&json!("picture"), &heard[1].1["text"]),
            (&Value::Null, &json!("That is all"))
        ]
    );
}

async fn a_forward_is_a_quote_marked_as_forwarded(world: &mut World) {
    let site = Site::open(world).await;
    let hello = world.sandbox.messages(HOST)[0].id.clone();
    site.sends(world, HookMessage::text("").forwarding(&hello)).await;
    let told = shown(world, &site, "forwarded").await;
    assert_eq!((&told["quote"]["text"], &told["quote"]["forwarded"]), (&json!("Hello"), &json!(true)), "{told}");
}

async fn templates_and_answers_to_comments_are_their_text(world: &mut World) {
    let site = Site::open(world).await;
    let order = HookMessage::text("").template(7103, None, "Order {{lead.id}} is ready", &[("{{lead.id}}", "1592")]);
    site.sends(world, order).await;
    assert_eq!(shown(world, &site, "is ready").await["text"], "Order 1592 is ready");
    site.sends(world, HookMessage::text("See our profile").with("post", json!({"id": "post-900"}))).await;
    assert_eq!(shown(world, &site, "profile").await["text"], "See our profile");
}

both!(
    a_contact_is_a_card,
    an_album_is_a_bubble_a_file,
    a_forward_is_a_quote_marked_as_forwarded,
    templates_and_answers_to_comments_are_their_text,
);
