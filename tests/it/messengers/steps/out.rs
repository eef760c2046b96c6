//! What a manager sends, on its way to the customer.

use bytes::Bytes;
use parom_tests::settings::HOST;
use parom_tests::{Beside, World};
use serde_json::json;
use simulator::crm::{Attachment, Button, HookMessage, ListMessage, ListRow, Section};

use crate::messengers::played::{Chat, Played, Sent, arrives, chatting};
use crate::messengers::{at_crm, kinds_at_crm};

/// How a file leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// With its bytes.
    File,
    /// As another file.
    Converted,
    /// As an address in a text.
    Link,
}

/// Sends a message, and returns what the customer got of it.
pub async fn leaves<P: Played>(world: &mut Beside<P::Double>, chat: &Chat<P>, message: HookMessage) -> Vec<Sent> {
    sends(world, chat, message).await.1
}

/// The same with amojo's id of the message.
async fn sends<P: Played>(world: &mut Beside<P::Double>, chat: &Chat<P>, message: HookMessage) -> (String, Vec<Sent>) {
    let before = chat.sent(world).len();
    let said = chat.manager_sends(world, message).await;
    world.deliver_to_the_end().await;
    if P::TAKEN_IS_DELIVERED {
        assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    }
    (said.message_id, chat.sent(world).split_off(before))
}

/// The bytes of a manager's file.
async fn original(world: &World, message_id: &str) -> Bytes {
    world.sandbox.downloads(HOST, message_id).await.unwrap().bytes
}

pub async fn texts_go_both_ways<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let came = at_crm(world);
    let hello = came.last().unwrap_or_else(|| panic!("nothing came"));
    assert!(hello.text.ends_with("Hello") && hello.kind == "text", "{hello:?}");
    assert_eq!(hello.source.as_deref(), Some(chat.line.external_id.as_str()));
    let text = "Good *morning* <Maria> & \"all\" 👋";
    let sent = leaves(world, &chat, HookMessage::text(text)).await;
    assert_eq!(sent.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), [text]);
    arrives::<P>(world).await;
    assert_eq!(kinds_at_crm(world).len(), came.len(), "what was sent does not come back");
    assert_eq!(world.sandbox.chats(&chat.line.host).len(), 1);
}

pub async fn every_file_leaves<P: Played>(world: &mut Beside<P::Double>, table: [(&str, Leaves); 6]) {
    let chat = chatting::<P>(world).await;
    for (kind, how) in table {
        let message = HookMessage::attachment(Attachment::sample(kind));
        let message = if kind == "sticker" { message } else { message.caption("Here it is") };
        let (id, sent) = sends(world, &chat, message).await;
        let texts: String = sent.iter().map(|one| one.text.as_str()).collect();
        assert!(kind == "sticker" || texts.contains("Here it is"), "{kind}: {sent:?}");
        let files: Vec<_> = sent.iter().filter_map(|one| one.file.clone()).collect();
        match how {
            Leaves::File => assert_eq!(files, [original(world, &id).await], "{kind}"),
            Leaves::Converted => assert_eq!(files.len(), 1, "{kind}: {sent:?}"),
            Leaves::Link => assert!(files.is_empty() && texts.contains("http://"), "{kind}: {sent:?}"),
        }
    }
}

pub async fn an_album_leaves_file_by_file<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let files = vec![Attachment::sample("picture"), Attachment::second_picture()];
    let at = chat.line.chat(world, &chat.conversation);
    let said = world.sandbox.manager_sends_album(&chat.line.host, &at, files, "Two of them").await.unwrap();
    world.deliver_to_the_end().await;
    let sent = chat.sent(world);
    let files: Vec<_> = sent.iter().filter_map(|one| one.file.clone()).collect();
    let wanted = [original(world, &said[0].message_id).await, original(world, &said[1].message_id).await];
    assert_eq!(files, wanted);
    assert!(sent.iter().any(|one| one.text.contains("Two of them")), "{sent:?}");
}

/// A place and a card: in the messenger's own form, or in words that name them.
pub async fn places_and_people_leave<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let place = json!({ "lon": 76.95, "lat": 43.25 });
    let place = HookMessage::text("").with("type", json!("location")).with("location", place);
    let sent = leaves(world, &chat, place).await;
    assert!(sent.len() == 1 && sent[0].json.contains("43.25") && sent[0].json.contains("76.95"), "{sent:?}");
    let person = json!({ "name": "Pavel", "phone": "+79991112233" });
    let person = HookMessage::text("").with("type", json!("contact")).with("contact", person);
    let sent = leaves(world, &chat, person).await;
    assert!(sent.len() == 1 && sent[0].json.contains("Pavel") && sent[0].json.contains("9991112233"), "{sent:?}");
}

fn button(text: &str, url: Option<&str>) -> Button {
    Button { text: text.to_owned(), url: url.map(str::to_owned) }
}

/// Sends buttons, and returns the message with them.
pub async fn sends_buttons<P: Played>(world: &mut Beside<P::Double>, chat: &Chat<P>) -> Sent {
    let rows = [vec![button("Yes", None), button("No", None)]];
    let mut sent = leaves(world, chat, HookMessage::text("Deliver today?").buttons(&rows)).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.remove(0)
}

/// Sends a link on a button, which must be in the message.
pub async fn a_link_leaves<P: Played>(world: &mut Beside<P::Double>, chat: &Chat<P>) {
    let rows = [vec![button("Shop", Some("https://acme.test/shop"))]];
    let sent = leaves(world, chat, HookMessage::text("Look").buttons(&rows)).await;
    assert!(sent.len() == 1 && sent[0].json.contains("https://acme.test/shop"), "{sent:?}");
}

/// Sends a list, and returns the message with its rows.
pub async fn sends_a_list<P: Played>(world: &mut Beside<P::Double>, chat: &Chat<P>) -> Sent {
    let row = |data: &str, title: &str| ListRow {
        callback_data: data.to_owned(),
        title: title.to_owned(),
        description: String::new(),
    };
    let rows = vec![row("k7", "Delivery"), row("k8", "Assembly")];
    let list = ListMessage {
        header: "Pick a service".to_owned(),
        body: "Choose one below".to_owned(),
        footer: "Acme".to_owned(),
        button: "Services".to_owned(),
        sections: vec![Section { title: "Available".to_owned(), rows }],
    };
    let mut sent = leaves(world, chat, HookMessage::text("").list(list)).await;
    assert!(sent.len() == 1 && sent[0].json.contains("Pick a service"), "{sent:?}");
    sent.remove(0)
}

/// What the customer's press brought: the label, and the row of a list.
pub async fn a_press_arrives<P: Played>(
    world: &mut Beside<P::Double>,
    press: impl FnOnce(&P::Double),
    (label, row): (&str, Option<&str>),
) {
    let before = at_crm(world).len();
    press(&world.messenger);
    arrives::<P>(world).await;
    let came = at_crm(world).split_off(before);
    assert_eq!(came.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), [label]);
    assert_eq!(came[0].payload["message"]["callback_data"].as_str(), row);
}

/// A quote is the messenger's own, or the quoted text is put above.
pub async fn a_quote_leaves<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let asked = P::writes(&world.messenger, &chat.ids, "Is the blue one in stock?");
    arrives::<P>(world).await;
    let theirs = at_crm(world).pop().unwrap();
    let sent = leaves(world, &chat, HookMessage::text("Yes, it is").quoting(&theirs.id)).await;
    assert!(sent.len() == 1 && sent[0].text.ends_with("Yes, it is"), "{sent:?}");
    let is_there = sent[0].json.contains(&asked) || sent[0].text.contains("Is the blue one in stock?");
    assert!(is_there, "{asked}: {sent:?}");
}

pub async fn a_forward_says_who_wrote_it<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let theirs = at_crm(world).pop().unwrap();
    let sent = leaves(world, &chat, HookMessage::text("").forwarding(&theirs.id)).await;
    assert!(sent.len() == 1 && sent[0].text.lines().count() > 1 && sent[0].text.ends_with("Hello"), "{sent:?}");
}

pub async fn a_template_is_its_final_text<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let message = HookMessage::text("Anna, your order is ready").template(
        7,
        None,
        "{{contact.name}}, your order is ready",
        &[("{{contact.name}}", "Anna")],
    );
    let sent = leaves(world, &chat, message).await;
    assert_eq!(sent.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Anna, your order is ready"]);
}

/// A long text arrives in parts, whole and in order.
pub async fn a_long_text_leaves_in_parts<P: Played>(world: &mut Beside<P::Double>, length: usize) {
    let chat = chatting::<P>(world).await;
    let words: Vec<String> = (0..length / 5).map(|number| format!("{number:04}")).collect();
    let said = chat.manager_sends(world, HookMessage::text(&words.join(" "))).await;
    world.deliver_to_the_end().await;
    let texts = chat.texts(world);
    assert!(texts.len() > 1, "{} parts", texts.len());
    let came: Vec<&str> = texts.iter().flat_map(|text| text.split_whitespace()).collect();
    assert_eq!(came, words);
    if P::TAKEN_IS_DELIVERED {
        assert_eq!(world.statuses_at_crm(&chat.line, &said.message_id), [1]);
    }
}

/// Only a customer can begin: a manager who writes to a number gets that reason.
pub async fn writing_first_is_refused<P: Played>(world: &mut Beside<P::Double>) {
    let chat = chatting::<P>(world).await;
    let source = Some(chat.line.external_id.as_str());
    let channel = parom_tests::settings::CHANNEL_ID;
    let message = HookMessage::text("Good morning");
    let said =
        world.sandbox.manager_writes_first(&chat.line.host, channel, source, "+79991112233", message).await.unwrap();
    world.deliver_to_the_end().await;
    let (code, words) = crate::messengers::played::shown(world, &said.message_id);
    assert!([901, 904].contains(&code) && !words.is_empty(), "{code} {words}");
    assert!(chat.sent(world).is_empty());
}
