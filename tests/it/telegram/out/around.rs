//! What comes with a message: buttons, lists, quotes, forwards, templates, names.

use parom_tests::{TelegramWorld, both};
use serde_json::json;
use simulator::crm::{Attachment, Button, HookMessage, ListMessage, ListRow, Section};

use super::{chatting, last};

fn button(text: &str, url: Option<&str>) -> Button {
    Button { text: text.to_owned(), url: url.map(str::to_owned) }
}

async fn buttons_are_an_inline_keyboard_whose_presses_lead_back(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let long = "A label that is longer than the sixty-four bytes which callback data may have";
    let rows = [vec![button("Yes", None), button(long, None)]];
    line.manager_sends(world, HookMessage::text("Deliver today?").buttons(&rows)).await;
    world.deliver_all().await;
    let came = last(world, &line);
    assert_eq!(came.buttons[0].iter().map(|key| key.text.as_str()).collect::<Vec<_>>(), ["Yes", long]);
    line.customer(world).presses(&came.id, long).unwrap();
    world.telegram_arrives().await;
    assert_eq!(world.texts_at_crm(&line.line).last().map(String::as_str), Some(long));
}

async fn links_open_from_their_buttons(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let rows = [vec![button("Shop", Some("https://acme.test/shop"))]];
    line.manager_sends(world, HookMessage::text("Look").buttons(&rows)).await;
    world.deliver_all().await;
    let came = last(world, &line);
    assert_eq!(came.json["reply_markup"]["inline_keyboard"][0][0]["url"], "https://acme.test/shop");
}

async fn a_list_is_a_button_a_row(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let row = |data: &str, title: &str| ListRow {
        callback_data: data.to_owned(),
        title: title.to_owned(),
        description: String::new(),
    };
    let list = ListMessage {
        header: "Pick a service".to_owned(),
        body: "Choose one below".to_owned(),
        footer: "Acme".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section {
            title: "Available".to_owned(),
            rows: vec![row("k7", "Delivery"), row("k8", "Assembly")],
        }],
    };
    line.manager_sends(world, HookMessage::text("").list(list)).await;
    world.deliver_all().await;
    let came = last(world, &line);
    for said in ["Pick a service", "Choose one below", "Acme"] {
        assert!(came.text.contains(said), "{}", came.text);
    }
    assert_eq!(came.buttons.iter().map(|row| row[0].text.as_str()).collect::<Vec<_>>(), ["Delivery", "Assembly"]);
    line.customer(world).presses(&came.id, "Assembly").unwrap();
    world.telegram_arrives().await;
    let chosen = world.sandbox.messages(&line.line.host).pop().unwrap();
    assert_eq!((chosen.text.as_str(), &chosen.payload["message"]["callback_data"]), ("Assembly", &json!("k8")));
}

async fn a_quote_points_to_the_customers_message(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let asked = line.customer(world).writes("Is the blue one in stock?").unwrap();
    world.telegram_arrives().await;
    let theirs = world.sandbox.messages(&line.line.host).pop().unwrap();
    line.manager_sends(world, HookMessage::text("Yes, it is").quoting(&theirs.id)).await;
    world.deliver_all().await;
    let came = last(world, &line);
    assert_eq!((came.text.as_str(), came.reply_to), ("Yes, it is", Some(asked.into())));
}

async fn a_forward_says_who_wrote_it(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let theirs = world.sandbox.messages(&line.line.host).pop().unwrap();
    line.manager_sends(world, HookMessage::text("").forwarding(&theirs.id)).await;
    world.deliver_all().await;
    let came = last(world, &line);
    assert!(came.text.lines().count() == 2 && came.text.ends_with("Hello"), "{}", came.text);
}

/// There are no comments in a chat with a bot, but amoCRM may claim one.
async fn an_answer_to_a_comment_is_an_answer_in_the_chat(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let post = json!({ "id": "post-900" });
    line.manager_sends(world, HookMessage::text("See our profile").with("post", post)).await;
    world.deliver_all().await;
    assert_eq!((super::chat(&last(world, &line)), last(world, &line).text.as_str()), (line.person, "See our profile"));
}

async fn a_template_is_its_final_text(world: &mut TelegramWorld) {
    let line = chatting(world).await;
    let order = HookMessage::text("").template(7103, None, "Order {{lead.id}} is ready", &[("{{lead.id}}", "1592")]);
    line.manager_sends(world, order).await;
    world.deliver_all().await;
    assert_eq!(last(world, &line).text, "Order 1592 is ready");
}

async fn a_manager_signs_where_the_source_wants_it(world: &mut TelegramWorld) {
    let line = world.telegram_line(json!({ "sign_with_manager_name": true })).await;
    line.manager_sends(world, HookMessage::text("Good morning")).await;
    world.deliver_all().await;
    let said = last(world, &line).text;
    let (name, text) = said.split_once('\n').expect("a line of its own");
    assert!(name.ends_with(':') && name.len() > 1 && text == "Good morning", "{said}");
    line.manager_sends(world, HookMessage::attachment(Attachment::sample("picture"))).await;
    world.deliver_all().await;
    assert_eq!(last(world, &line).text, name, "below a picture too");
    line.manager_sends(world, HookMessage::text("Beep").by_salesbot()).await;
    world.deliver_all().await;
    assert_eq!(last(world, &line).text, "Beep", "a bot has no name to sign with");
}

both!(
    buttons_are_an_inline_keyboard_whose_presses_lead_back,
    links_open_from_their_buttons,
    a_list_is_a_button_a_row,
    a_quote_points_to_the_customers_message,
    a_forward_says_who_wrote_it,
    an_answer_to_a_comment_is_an_answer_in_the_chat,
    a_template_is_its_final_text,
    a_manager_signs_where_the_source_wants_it,
);
