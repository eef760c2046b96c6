//! Buttons and lists on their way to the customer (whatsapp §7).

use parom_tests::both;
use serde_json::{Value, json};
use simulator::crm::{Attachment, Button, HookMessage, ListMessage, ListRow, Section};

use super::{WhatsAppWorld, arrives, chatting, last};

fn button(text: &str, url: Option<&str>) -> Button {
    Button { text: text.to_owned(), url: url.map(str::to_owned) }
}

fn plain(count: usize) -> Vec<Vec<Button>> {
    (1..=count).map(|number| vec![button(&format!("Option {number}"), None)]).collect()
}

fn titles(shown: &Value) -> Vec<String> {
    let action = &shown["interactive"]["action"];
    let buttons = action["buttons"].as_array().into_iter().flatten().map(|one| &one["reply"]["title"]);
    let sections = action["sections"].as_array().into_iter().flatten();
    let rows = sections.flat_map(|one| one["rows"].as_array().into_iter().flatten()).map(|row| &row["title"]);
    buttons.chain(rows).map(|title| title.as_str().unwrap().to_owned()).collect()
}

/// Three are buttons, ten are a list, more are numbered lines; of the first two the choice comes back.
async fn buttons_are_buttons_a_list_or_lines(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    for (count, kind) in [(1, "button"), (3, "button"), (4, "list"), (10, "list")] {
        chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(count))).await;
        let sent = chat.last_sent(world);
        assert_eq!((&sent.json["interactive"]["type"], sent.error()), (&json!(kind), None), "{count}");
        assert_eq!(titles(&sent.json).len(), count);
        assert_eq!(sent.json["interactive"]["body"]["text"], "Which?");
        if kind == "list" {
            let row = sent.json["interactive"]["action"]["sections"][0]["rows"][count - 1]["id"].clone();
            chat.customer(world).presses(&sent.id, row.as_str().unwrap()).unwrap();
        } else {
            chat.customer(world).presses_number(&sent.id, count - 1).unwrap();
        }
        arrives(world).await;
        assert_eq!(last(world).text, format!("Option {count}"));
    }
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    let sent = chat.last_sent(world);
    assert_eq!(sent.kind, "text");
    assert!(sent.text.starts_with("Which?") && sent.text.ends_with("\n11. Option 11"), "{}", sent.text);
}

/// A lone number below numbered lines is its button, until something else was said.
async fn a_typed_number_is_its_button(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let answers = async |world: &mut WhatsAppWorld, typed: &str| {
        chat.customer(world).writes(typed).unwrap();
        arrives(world).await;
        last(world).text
    };
    assert_eq!(answers(world, "2").await, "2", "nothing was asked");
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    assert_eq!(answers(world, "11").await, "Option 11");
    assert_eq!(answers(world, "2.").await, "Option 2", "and another choice");
    for other in ["12", "2 pieces", "1592"] {
        assert_eq!(answers(world, other).await, other);
    }
    chat.manager_gets_through(world, HookMessage::text("How many?")).await;
    assert_eq!(answers(world, "2").await, "2", "the last question had no buttons");
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(3))).await;
    assert_eq!(answers(world, "2").await, "2", "these were to be pressed");
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    world.advance(std::time::Duration::from_secs(25 * 3_600));
    assert_eq!(answers(world, "2").await, "2", "after the window it is no answer");
}

/// What was said last is read for a lone number, and for nothing else that customers write.
async fn only_a_lone_number_costs_a_read(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&plain(11))).await;
    for (typed, reads) in [("Hello", 0), ("2 pieces", 0), ("1592", 0), ("2", 1)] {
        chat.customer(world).writes(typed).unwrap();
        world.app().store.counted().watch();
        world.messenger.deliver_all().await;
        let statements = world.app().store.counted().statements();
        let last = |one: &&String| one.contains("ORDER BY \"message\".\"id\" DESC");
        assert_eq!(statements.iter().filter(last).count(), reads, "{typed}: {statements:#?}");
        world.deliver_all().await;
    }
    assert_eq!(last(world).text, "Option 2");
}

async fn labels_that_are_too_long_are_lines(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let rows = [vec![button("A label of more than twenty-four characters", None), button("No", None)]];
    chat.manager_gets_through(world, HookMessage::text("Which?").buttons(&rows)).await;
    let sent = chat.last_sent(world);
    assert_eq!((sent.kind.as_str(), sent.error()), ("text", None));
    assert!(sent.text.contains("1. A label of more than twenty-four characters\n2. No"), "{}", sent.text);
}

async fn a_link_opens_from_its_button(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let shop = || button("Shop", Some("https://acme.test/shop"));
    chat.manager_gets_through(world, HookMessage::text("Look").buttons(&[vec![shop()]])).await;
    let shown = chat.last_sent(world).json;
    assert_eq!(shown["interactive"]["type"], "cta_url");
    assert_eq!(shown["interactive"]["action"]["parameters"]["url"], "https://acme.test/shop");
    let both = [vec![shop(), button("Blog", Some("https://acme.test/blog"))]];
    chat.manager_gets_through(world, HookMessage::text("Look").buttons(&both)).await;
    let sent = chat.last_sent(world);
    assert_eq!(sent.kind, "text");
    assert!(
        sent.text.contains("https://acme.test/shop") && sent.text.contains("https://acme.test/blog"),
        "{}",
        sent.text
    );
}

async fn a_picture_with_buttons_is_one_message(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let message = HookMessage::attachment(Attachment::sample("picture")).caption("This one?").buttons(&plain(2));
    chat.manager_gets_through(world, message).await;
    assert_eq!(chat.sent(world).len(), 1);
    let shown = &chat.last_sent(world).json["interactive"];
    assert_eq!((&shown["header"]["type"], &shown["body"]["text"]), (&json!("image"), &json!("This one?")));
}

fn list(rows: usize) -> ListMessage {
    let row = |number: usize| ListRow {
        callback_data: format!("k{number}"),
        title: format!("Service {number}"),
        description: "1-2 days".to_owned(),
    };
    let all: Vec<ListRow> = (1..=rows).map(row).collect();
    let sections = all.chunks(10).enumerate();
    ListMessage {
        header: "Pick a service".to_owned(),
        body: "Choose one below".to_owned(),
        footer: "Acme".to_owned(),
        button: "Services".to_owned(),
        sections: sections.map(|(at, rows)| Section { title: format!("Part {at}"), rows: rows.to_vec() }).collect(),
    }
}

async fn a_list_is_a_list(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, HookMessage::text("").list(list(2))).await;
    let sent = chat.last_sent(world);
    let shown = &sent.json["interactive"];
    assert_eq!((&shown["type"], sent.error()), (&json!("list"), None), "{shown}");
    assert_eq!((&shown["header"]["text"], &shown["footer"]["text"]), (&json!("Pick a service"), &json!("Acme")));
    assert_eq!((&shown["body"]["text"], &shown["action"]["button"]), (&json!("Choose one below"), &json!("Services")));
    assert_eq!(titles(&sent.json), ["Service 1", "Service 2"]);
}

async fn a_list_keeps_its_sections(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    let row =
        |data: &str| ListRow { callback_data: data.into(), title: format!("Row {data}"), description: String::new() };
    let section = |title: &str, rows: &[&str]| Section {
        title: title.to_owned(),
        rows: rows.iter().map(|data| row(data)).collect(),
    };
    let sections = vec![section("Delivery", &["a", "b"]), section("Assembly", &["c"])];
    chat.manager_gets_through(world, HookMessage::text("").list(ListMessage { sections, ..list(1) })).await;
    let sent = chat.last_sent(world);
    let shown = &sent.json["interactive"]["action"]["sections"];
    assert_eq!((&shown[0]["title"], &shown[1]["title"], sent.error()), (&json!("Delivery"), &json!("Assembly"), None));
    assert_eq!((shown[0]["rows"].as_array().unwrap().len(), shown[1]["rows"].as_array().unwrap().len()), (2, 1));
    let third = shown[1]["rows"][0]["id"].as_str().unwrap();
    chat.customer(world).presses(&sent.id, third).unwrap();
    arrives(world).await;
    let came = last(world);
    assert_eq!((came.text.as_str(), &super::received_message(&came)["callback_data"]), ("Row c", &json!("c")));
}

async fn a_list_of_many_rows_is_several(world: &mut WhatsAppWorld) {
    let chat = chatting(world).await;
    chat.manager_gets_through(world, HookMessage::text("").list(list(23))).await;
    let sent = chat.sent(world);
    assert_eq!(sent.iter().map(|one| titles(&one.json).len()).collect::<Vec<_>>(), [10, 10, 3]);
    let row = sent[1].json["interactive"]["action"]["sections"][0]["rows"][0]["id"].as_str().unwrap().to_owned();
    chat.customer(world).presses(&sent[1].id, &row).unwrap();
    arrives(world).await;
    let came = last(world);
    assert_eq!((came.text.as_str(), &super::received_message(&came)["callback_data"]), ("Service 11", &json!("k11")));
}

both!(
    buttons_are_buttons_a_list_or_lines,
    a_typed_number_is_its_button,
    only_a_lone_number_costs_a_read,
    labels_that_are_too_long_are_lines,
    a_link_opens_from_its_button,
    a_picture_with_buttons_is_one_message,
    a_list_is_a_list,
    a_list_keeps_its_sections,
    a_list_of_many_rows_is_several,
);
